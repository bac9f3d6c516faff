# The second half of deploy/smoke: what was walked is backed up, destroyed and restored, whole and one company of two.
# shellcheck shell=bash

# register_company NAME: $person registers a company.
register_company() {
    sent=$(write /start)
    await 15 "$sent" true
    sent=$(write "$1")
    await 15 "$sent" "$buttons | length > 1"
    zone=$(jq -c "${buttons}[0].callback_data" <<<"$message")
    post "chats/$person/press" "$(jq -n --arg bot "$bot" --argjson id "$(jq .message_id <<<"$message")" --argjson zone "$zone" \
        '{$bot, message_id: $id, callback_data: $zone}')" >/dev/null
    await 60 "$(jq .message_id <<<"$message")" "$buttons | length > 3"
}

# look FOLDER: signs in as $person and keeps the call's page and its audio.
look() {
    local page fields
    mkdir "$1"
    link=$(panel_link)
    page=$(call -c "$1/cookies" -b "$1/cookies" "$link" | tr '\n' ' ')
    fields=$(grep -oP '<form[^>]*method="post".*?</form>' <<<"$page" | grep -oP '<input[^>]*name="\K[^"]+"[^>]*value="[^"]*' |
        sed -E 's/"[^>]*value="/=/')
    [[ -n $fields ]] || fail "The sign-in page has no form: ${page:0:300}"
    local field data=()
    while IFS= read -r field; do data+=(--data-urlencode "$field"); done <<<"$fields"
    call -o /dev/null -c "$1/cookies" -b "$1/cookies" -H "Origin: http://127.0.0.1:$ZVONAR_HTTP_PORT" "${data[@]}" "$link"
    # The token of forms is the session's own.
    call -b "$1/cookies" "http://127.0.0.1:$ZVONAR_HTTP_PORT/calls/1" |
        sed -E 's/(name="[a-z_-]*token"[^>]*value=")[^"]*/\1/; s/(value=")[^"]*("[^>]*name="[a-z_-]*token")/\1\2/' >"$1/page"
    call -b "$1/cookies" "http://127.0.0.1:$ZVONAR_HTTP_PORT/calls/1/audio" >"$1/audio"
    rm "$1/cookies"
    grep -q 'id="turn-1"' "$1/page" || fail "The call's page shows no transcript: $(head -c 300 "$1/page")"
    (($(stat -c %s "$1/audio") > 10000)) || fail "The call's audio is too short."
}

# same FOLDER…: the same page and the same sound as before.
same() { diff -r "$kept/before" "$1" >&2 || fail "The restored call is not the same as before."; }

sql() {
    setpriv --reuid="$(stat -c %u "$ZVONAR_VAR/postgres")" --clear-groups -- psql -X -q -A -t -v ON_ERROR_STOP=1 \
        -h "$socket" -p "$ZVONAR_DATABASE_PORT" -U postgres -d zvonar -c "$1" </dev/null
}

# neighbour: everything of company 2, to see that nobody touched it.
neighbour() {
    setpriv --reuid="$(stat -c %u "$ZVONAR_VAR/postgres")" --clear-groups -- pg_dump -h "$socket" -p "$ZVONAR_DATABASE_PORT" \
        -U postgres --schema=t_2 zvonar </dev/null | grep -v '^\\\(un\)\?restrict' | sha256sum
}

refused() {
    if "$@" >"$kept/words" 2>&1; then fail "This was not refused: $*"; fi
    grep -q 'Nothing was changed' "$kept/words" || fail "It was refused without saying that nothing was changed: $(cat "$kept/words")"
    say "  $(grep 'Nothing was changed\|ZVONAR_SECRET_KEY' "$kept/words" | head -n 1)"
}

kept=$(mktemp -d /tmp/zvonar-kept.XXXXXX)
socket=$ZVONAR_VAR/postgres/socket
printf 'a passphrase\n' >"$kept/passphrase"

say "A neighbour registers"
first=$person
person=$(post users '{"first_name":"Сосед","language_code":"ru"}' | jq -r .id)
register_company "Соседняя компания"
person=$first

say "Everything is backed up"
look "$kept/before"
# Work that is put off belongs to a company too.
sql "INSERT INTO cell.jobs (tenant_id, type, lane, payload, key, state, turn, max_attempts, run_at)
     VALUES (1, 'call.embed', 'network', '{\"call\": 1}', 'call-1', 'later', 0, 5, now() + interval '1 day')"
"$root/deploy/backup" "$kept/backups" --keep 1
"$root/deploy/backup" "$kept/backups" --keep 1 --passphrase-file "$kept/passphrase"
backup=$(find "$kept/backups" -maxdepth 1 -name 'zvonar-*Z')
[[ -d $backup ]] || fail "There is not one backup with --keep 1: $backup"
! grep -raq 'ZVONAR_SECRET_KEY=' "$backup" || fail "A sealed backup shows its secrets."
[[ -z $(find "$kept/backups" -perm /077) ]] || fail "Others may read the backups: $(find "$kept/backups" -perm /077 | head)"
"$root/deploy/backup" "$kept/backups" --tenant 1
archive=$(find "$kept/backups" -name 'zvonar-tenant-1-*.tar')

say "Archives that are damaged or foreign are refused"
head -c 20000 "$archive" >"$kept/cut.tar"
refused "$root/deploy/restore" --tenant "$kept/cut.tar"
mkdir "$kept/foreign"
tar -C "$kept/foreign" -xf "$archive"
sed -i 's/Проверочная/Подменённая/' "$kept/foreign/rows.json"
tar -C "$kept/foreign" -cf "$kept/foreign.tar" .
refused "$root/deploy/restore" --tenant "$kept/foreign.tar"
(cd "$kept/foreign" && sha256sum $(cut -c 67- SHA256SUMS) >new && mv new SHA256SUMS)
tar -C "$kept/foreign" -cf "$kept/foreign.tar" .
refused "$root/deploy/restore" --tenant "$kept/foreign.tar"

say "A company comes back beside itself and its neighbour"
neighbour_before=$(neighbour)
"$root/deploy/restore" --tenant "$archive"
[[ $(sql "SELECT string_agg(id || state, ' ' ORDER BY id) FROM platform.tenants") == "1ready 2ready 3ready" ]] ||
    fail "The companies are not three: $(sql 'SELECT id, state FROM platform.tenants')"
for table in calls turns passages assessments recordings; do
    [[ $(sql "SELECT count(*) FROM t_3.$table") == "$(sql "SELECT count(*) FROM t_1.$table")" && $(sql "SELECT count(*) FROM t_3.$table") != 0 ]] ||
        fail "Table $table of the restored company has other rows."
done
# Opens each of its recordings and compares it with its sum.
"$root/deploy/backup" "$kept/backups" --tenant 3 >/dev/null
"$root/deploy/zvonar" tenant drop 3 --confirm

say "A restore that is killed leaves nothing half-made"
setsid "$root/deploy/restore" --tenant "$archive" >/dev/null 2>&1 &
cut=$!
until [[ -d $ZVONAR_VAR/recordings/4 || -z $(ps -o pid= -p "$cut") ]]; do sleep 0.02; done
kill -s KILL -- "-$cut" 2>/dev/null || true
wait "$cut" 2>/dev/null || true
# The server's side of the transaction ends when it finds nobody there.
until [[ $(sql "SELECT count(*) FROM pg_stat_activity WHERE usename = 'zvonar_owner'") == 0 ]]; do sleep 0.1; done
[[ $(sql "SELECT count(*) FROM pg_namespace WHERE nspname = 't_4'") == "$(sql "SELECT count(*) FROM platform.tenants WHERE id = 4")" ]] ||
    fail "The killed restore left a schema without a company, or a company without one."

say "A company that was removed comes back under its number"
"$root/deploy/zvonar" tenant drop 1 --confirm
"$root/deploy/restore" --tenant "$archive"
[[ $(sql "SELECT count(*) FROM platform.tenants WHERE id = 4") == 1 || ! -e $ZVONAR_VAR/recordings/4 ]] ||
    fail "Recordings of the killed restore are still there."
[[ $(sql "SELECT string_agg(type || run_at::date, ' ') FROM cell.jobs WHERE tenant_id = 1") == "call.embed$(date -u -d '1 day' +%F)" ]] ||
    fail "The work that was put off did not come back: $(sql 'SELECT * FROM cell.jobs')"
look "$kept/company"
same "$kept/company"
[[ $(neighbour) == "$neighbour_before" ]] || fail "The neighbour was touched."

say "Everything is destroyed and restored"
"$root/deploy/down"
mkdir "$kept/lost"
# Telegram and the speech service are elsewhere.
mv "$ZVONAR_VAR"/{postgres,recordings,settings.env,app,run,log,tmp} "$kept/lost/"
cp -R "$backup" "$kept/damaged"
find "$kept/damaged/recordings" -type f -exec sh -c 'printf x >>"$1"' _ {} \; -quit
refused "$root/deploy/restore" "$kept/damaged" --passphrase-file "$kept/passphrase"
"$root/deploy/restore" "$backup" --passphrase-file "$kept/passphrase"
refused "$root/deploy/restore" "$backup" --passphrase-file "$kept/passphrase"
"$root/deploy/up" --detach
look "$kept/whole"
same "$kept/whole"
rm -rf "$kept"
