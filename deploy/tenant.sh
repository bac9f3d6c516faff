# One company as one file, and back. Sourced after archive.sh.
# shellcheck shell=bash
#
# The file is a tar: about, rows.json (platform and cell), schema.sql.gz (its schema), recordings/ and key (sealed as in the
# store), SHA256SUMS, and signature, which only an installation with the same ZVONAR_SECRET_KEY can make or check. So
# nothing that somebody else put together is ever executed.

# zvonar COMMAND…: a command of the installed build as the server would run it.
zvonar() {
    (
        app=$(readlink -e "$ZVONAR_VAR/app/current") || fail "Nothing is installed in $ZVONAR_VAR; deploy/up does it."
        use_sandbox_bot
        use_build
        cd /
        clean_environment 'ZVONAR_[A-Z0-9_]+'
        as_user zvonar "$app/bin/zvonar" "$@"
    ) </dev/null
}

# open_work: a folder that the server's user may write to as well; work names it.
open_work() {
    rm -rf "$work" "$ZVONAR_VAR"/archive.?????? # of a run that was killed, too
    work=$(mktemp -d "$ZVONAR_VAR/archive.XXXXXX")
    if is_root; then chown zvonar:zvonar "$work"; fi
}

give_work() { if is_root; then chown -R zvonar:zvonar "$work"; fi; }

# What belongs to a company outside its schema. Sign-in links, sessions and messages on their way are left out: people sign
# in again, and nothing is sent twice.
tenant_rows="
SELECT jsonb_build_object(
    'tenant', to_jsonb(tenant),
    'creator', (SELECT telegram_id FROM platform.accounts WHERE id = tenant.created_by),
    'accounts', (SELECT coalesce(jsonb_agg(to_jsonb(account)), '[]') FROM platform.accounts AS account
                 WHERE account.id IN (SELECT account FROM platform.memberships WHERE tenant = :id)),
    'memberships', (SELECT coalesce(jsonb_agg(to_jsonb(membership)), '[]') FROM platform.memberships AS membership
                    WHERE membership.tenant = :id),
    'chats', (SELECT coalesce(jsonb_agg(jsonb_build_object('bot', bot, 'chat', chat)), '[]') FROM platform.chats
              WHERE active_tenant = :id),
    'bots', (SELECT coalesce(jsonb_agg(to_jsonb(bot)), '[]') FROM platform.bots AS bot WHERE tenant_id = :id),
    'schedule', (SELECT coalesce(jsonb_agg(to_jsonb(row)), '[]') FROM cell.schedule AS row WHERE tenant_id = :id),
    'jobs', (SELECT coalesce(jsonb_agg(to_jsonb(row)), '[]') FROM cell.jobs AS row WHERE tenant_id = :id AND state <> 'dead'),
    'live', (SELECT coalesce(jsonb_agg(to_jsonb(row)), '[]') FROM cell.live AS row WHERE tenant_id = :id),
    'migrations', (SELECT coalesce(jsonb_agg(to_jsonb(row)), '[]') FROM cell.tenant_migrations AS row WHERE tenant_id = :id))
FROM platform.tenants AS tenant
WHERE id = :id AND state = 'ready';
"

# back_up_tenant: rows and schema of one moment, then the recordings that its rows name.
back_up_tenant() {
    local name snapshot began=$SECONDS
    name=zvonar-tenant-$tenant-$(date -u +%Y%m%dT%H%M%SZ).tar$sealed
    open_work
    # One transaction lends its view to pg_dump and lasts until that has ended.
    coproc holder { as_owner psql -X -q -A -t -v ON_ERROR_STOP=1 -v id="$tenant"; }
    local holder_pid=$holder_PID to=${holder[1]}
    printf '%s\n' 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;' 'SELECT pg_export_snapshot();' >&"$to"
    IFS= read -r snapshot <&"${holder[0]}" || fail "The database does not answer; see the words above."
    printf '\\o %s\n%s\n\\o\n\\echo done\n' "$work/rows.json" "$tenant_rows" >&"$to"
    IFS= read -r _ <&"${holder[0]}" || fail "The rows of company $tenant cannot be read; see the words above."
    [[ -s $work/rows.json ]] || fail "There is no company $tenant that is ready; see deploy/zvonar tenant list"
    as_owner pg_dump -Fp --schema="t_$tenant" --snapshot="$snapshot" | gzip >"$work/schema.sql.gz"
    exec {to}>&-
    wait "$holder_pid" || true
    give_work
    zvonar archive pack "$tenant" "$work"
    printf 'form=1\ntenant=%s\nmade=%s\n' "$tenant" "$(date -u +%FT%TZ)" >"$work/about"
    sum_files "$work" >"$work/SHA256SUMS"
    give_work
    zvonar archive sign "$work"
    partial=$folder/.$name.partial
    tar -C "$work" -cf - . | seal >"$partial"
    sync "$partial"
    mv "$partial" "$folder/$name"
    partial=
    say "$folder/$name: $(du -h "$folder/$name" | cut -f 1) in $((SECONDS - began)) s"
}

# open_tenant_file: into $work; refuses what is not whole, not made here, or newer than the installed build.
open_tenant_file() {
    local name checksum migrations
    [[ -f $tenant_file ]] || fail "There is no file $tenant_file."
    if [[ $tenant_file != *.enc ]]; then sealed=; elif [[ -z $sealed ]]; then
        fail "$tenant_file is sealed: name the file of its passphrase by --passphrase-file."
    fi
    unseal <"$tenant_file" 2>/dev/null | tar -C "$work" --no-same-owner --no-same-permissions -xf - 2>/dev/null ||
        fail "$tenant_file is damaged, or its passphrase is another. Nothing was changed."
    [[ -z $(find "$work" -mindepth 1 ! -type f ! -type d) ]] || fail "$tenant_file is no archive of ours. Nothing was changed."
    [[ -f $work/signature ]] || fail "$tenant_file is no archive of ours. Nothing was changed."
    mv "$work/signature" "$work.signature"
    check_sums "$work"
    mv "$work.signature" "$work/signature"
    give_work
    zvonar archive check "$work" || fail "Nothing was changed."
    grep -qx 'form=1' "$work/about" || fail "$tenant_file has a form that this version does not know. Nothing was changed."
    old=$(sed -n 's/^tenant=\([1-9][0-9]*\)$/\1/p' "$work/about")
    migrations=$ZVONAR_VAR/app/current/Migrations/tenant
    while IFS=$'\t' read -r name checksum; do
        [[ $(sha256sum <"$migrations/$name.sql" 2>/dev/null) == "$checksum  -" ]] ||
            fail "$tenant_file was made by a newer version, or by another: migration $name is not known here. Nothing was changed."
    done < <(jq -r '.migrations[] | [.name, .checksum] | @tsv' "$work/rows.json")
}

# choose_tenant: its old number where that is free, else the next.
choose_tenant() {
    new=$(ask "
        SELECT CASE WHEN EXISTS (SELECT FROM platform.tenants WHERE id = :old)
                      OR EXISTS (SELECT FROM cell.tenants WHERE tenant_id = :old)
                      OR EXISTS (SELECT FROM pg_roles WHERE rolname = 't_' || :old)
                    THEN nextval(pg_get_serial_sequence('platform.tenants', 'id'))
                    ELSE :old END" old="$old")
    [[ $new =~ ^[1-9][0-9]*$ ]] || fail "The database does not answer; see the words above. Nothing was changed."
}

# discard_tenant: the recordings of a company that was not restored.
discard_tenant() {
    warn "Removing what was unpacked of company $discard"
    zvonar archive discard "$discard" || true
    rm -f "$ZVONAR_VAR/run/unpacking"
    discard=
}

# discard_killed: the same for a run that could not do it itself; a company that came to be whole is left alone.
discard_killed() {
    local discard
    [[ -s $ZVONAR_VAR/run/unpacking ]] || return 0
    discard=$(<"$ZVONAR_VAR/run/unpacking")
    if [[ $(ask "SELECT count(*) FROM platform.tenants WHERE id = :id" id="$discard") == 0 ]]; then discard_tenant; fi
    rm -f "$ZVONAR_VAR/run/unpacking"
}

# tenant_sql: the whole restore as one transaction; what is cut leaves nothing.
tenant_sql() {
    cat <<SQL
\\set old $old
\\set new $new
BEGIN;
-- As the migrator: one changes schemas at a time.
SELECT pg_advisory_xact_lock(7264901) \\g /dev/null
CREATE TEMP TABLE archive (document jsonb) ON COMMIT DROP;
\\copy archive FROM '$work/rows.json' WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')
SQL
    cat "$root/deploy/postgresql/tenant-before.sql"
    printf 'CREATE ROLE t_%s NOLOGIN;\nGRANT t_%s TO zvonar_owner, zvonar_cell;\n' "$new" "$new"
    # Its schema under the new number; what stands between COPY and \. is data and stays as it is.
    gunzip -c "$work/schema.sql.gz" | perl -pe "
        if (\$isData) { \$isData = 0 if \$_ eq \"\\\\.\\n\" }
        else { s/\\bt_$old\\b/t_$new/g; \$isData = 1 if /^COPY .* FROM stdin;\$/ }"
    printf "UPDATE t_%s.tenant_keys SET wrapped = '\\\\x%s' WHERE purpose = 'recordings';\n" "$new" "$wrapped"
    printf 'SET search_path = t_%s;\n' "$new"
    cat "$root/deploy/postgresql/tenant-after.sql"
    echo 'COMMIT;'
}

restore_tenant() {
    local old new wrapped until began=$SECONDS
    require_owner
    read_settings
    complete_settings
    lock_archives
    tenant_file=$(realpath -m "$tenant_file")
    open_work
    open_tenant_file
    discard_killed
    choose_tenant
    printf '%s\n' "$new" >"$ZVONAR_VAR/run/unpacking"
    # From here on, until the rows are there, the recordings are nobody's.
    discard=$new
    wrapped=$(zvonar archive unpack "$work" --tenant "$old" --into "$new")
    tenant_sql | as_owner psql -X -q -v ON_ERROR_STOP=1 >/dev/null ||
        fail "Company $old could not be restored; see the words above. Nothing was changed."
    discard=
    rm -f "$ZVONAR_VAR/run/unpacking"
    # The server brings it to the newest form and calls it ready, as it does with a new company.
    until=$((SECONDS + 60))
    until [[ $(ask "SELECT state FROM platform.tenants WHERE id = :new" new="$new") == ready ]]; do
        if [[ -z $(service_pid server) ]] || ((SECONDS > until)); then
            say "Company $old is restored as company $new; it will be ready once the server runs."
            return
        fi
        sleep 0.2
    done
    say "Company $old is restored as company $new in $((SECONDS - began)) s."
}
