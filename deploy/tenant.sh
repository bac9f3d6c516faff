# One company as one file, and back. Sourced after archive.sh.
# shellcheck shell=bash
#
# The file is a tar: about, rows.json (platform and cell), schema.sql.gz (its schema), recordings/ and key (sealed as in the
# store), SHA256SUMS, and signature, which only an installation with the same ZVONAR_SECRET_KEY can make or check. So
# nothing that somebody else put together is ever executed.

# zvonar COMMAND…: a command of the installed build as the server would run it.
zvonar() {
    (
        find_build
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

# What belongs to a company outside its schema, in the first database and in that of its cell. Sign-in links, sessions and
# messages on their way are left out: people sign in again, and nothing is sent twice.
platform_rows="
SELECT jsonb_build_object(
    'tenant', to_jsonb(tenant),
    'creator', (SELECT telegram_id FROM platform.accounts WHERE id = tenant.created_by),
    'accounts', (SELECT coalesce(jsonb_agg(to_jsonb(account)), '[]') FROM platform.accounts AS account
                 WHERE account.id IN (SELECT account FROM platform.memberships WHERE tenant = :id)),
    'memberships', (SELECT coalesce(jsonb_agg(to_jsonb(membership)), '[]') FROM platform.memberships AS membership
                    WHERE membership.tenant = :id),
    'chats', (SELECT coalesce(jsonb_agg(jsonb_build_object('bot', bot, 'chat', chat)), '[]') FROM platform.chats
              WHERE active_tenant = :id),
    'bots', (SELECT coalesce(jsonb_agg(to_jsonb(bot)), '[]') FROM platform.bots AS bot WHERE tenant_id = :id))
FROM platform.tenants AS tenant
WHERE id = :id AND state = 'ready';
"
cell_rows="
SELECT jsonb_build_object(
    'schedule', (SELECT coalesce(jsonb_agg(to_jsonb(row)), '[]') FROM cell.schedule AS row WHERE tenant_id = :id),
    'jobs', (SELECT coalesce(jsonb_agg(to_jsonb(row)), '[]') FROM cell.jobs AS row WHERE tenant_id = :id AND state <> 'dead'),
    'live', (SELECT coalesce(jsonb_agg(to_jsonb(row)), '[]') FROM cell.live AS row WHERE tenant_id = :id),
    'migrations', (SELECT coalesce(jsonb_agg(to_jsonb(row)), '[]') FROM cell.tenant_migrations AS row WHERE tenant_id = :id))
FROM cell.tenants
WHERE tenant_id = :id;
"

# read_rows NAME: the one row of $NAME_rows through the view of its database, as a file.
read_rows() {
    local rows=$1_rows
    tell_view "\\set id $tenant
\\o $work/$1.json
${!rows}
\\o
\\echo done"
    [[ -s $work/$1.json ]] || fail "There is no company $tenant that is ready; see deploy/zvonar tenant list"
}

# back_up_tenant: rows and schema of one moment, then the recordings that its rows name. Of a company in another cell the
# platform's rows are of a moment later: who joins between is known, which the other way round they would not be.
back_up_tenant() {
    local name home number began=$SECONDS
    name=zvonar-tenant-$tenant-$(date -u +%Y%m%dT%H%M%SZ).tar$sealed
    home=$(ask "SELECT cell FROM platform.tenants WHERE id = :id" id="$tenant")
    is_cell "${home:-1}" || fail "Company $tenant lives in cell $home, which ZVONAR_CELLS does not name."
    home=${home:-1}
    open_work
    for number in "$home" 1; do
        if [[ -n ${view_name[$number]:-} ]]; then continue; fi
        in_cell "$number" open_view
        in_cell "$number" begin_view
    done
    in_cell 1 read_rows platform
    in_cell "$home" read_rows cell
    jq -c -s '.[0] + .[1]' "$work/platform.json" "$work/cell.json" >"$work/rows.json"
    rm "$work/platform.json" "$work/cell.json"
    in_cell "$home" as_owner pg_dump -Fp --schema="t_$tenant" --snapshot="${view_name[$home]}" | gzip >"$work/schema.sql.gz"
    close_views
    give_work
    zvonar archive pack "$tenant" "$work"
    printf 'form=1\ntenant=%s\ncell=%s\nmade=%s\n' "$tenant" "$home" "$(date -u +%FT%TZ)" >"$work/about"
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
    local name checksum migrations app
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
    home=$(sed -n 's/^cell=\([1-9][0-9]*\)$/\1/p' "$work/about")
    find_build
    migrations=$app/Migrations/tenant
    while IFS=$'\t' read -r name checksum; do
        [[ $(sha256sum <"$migrations/$name.sql" 2>/dev/null) == "$checksum  -" ]] ||
            fail "$tenant_file was made by a newer version, or by another: migration $name is not known here. Nothing was changed."
    done < <(jq -r '.migrations[] | [.name, .checksum] | @tsv' "$work/rows.json")
}

# is_taken NUMBER: somewhere in this installation there is, or was left, something of that number.
is_taken() {
    local number answer platform
    for number in "${cells[@]}"; do
        platform=
        if ((number == 1)); then platform='SELECT FROM platform.tenants WHERE id = :id UNION ALL'; fi
        answer=$(in_cell "$number" ask "
            SELECT EXISTS ($platform SELECT FROM cell.tenants WHERE tenant_id = :id
                UNION ALL SELECT FROM pg_namespace WHERE nspname = 't_' || :id
                UNION ALL SELECT FROM pg_roles WHERE rolname = 't_' || :id)" id="$1") || answer=
        [[ $answer == [tf] ]] || fail "The database of cell $number does not answer; see the words above. Nothing was changed."
        if [[ $answer == t ]]; then return 0; fi
    done
    return 1
}

# choose_tenant: its old number where that is free, else the next; in its old cell where there is one of that number, since
# a server believes for ever where a company lives, else where new ones are made.
choose_tenant() {
    new=$old
    while is_taken "$new"; do
        new=$(ask "SELECT nextval(pg_get_serial_sequence('platform.tenants', 'id'))")
        [[ $new =~ ^[1-9][0-9]*$ ]] || fail "The database does not answer; see the words above. Nothing was changed."
    done
    [[ -n $home ]] && is_cell "$home" && return
    home=$(tr -d ' ' <<<"${ZVONAR_CELLS_FOR_NEW:-1}")
    home=${home%%,*}
}

# is_unknown NUMBER: the platform answers and has no such company.
is_unknown() { [[ $(ask "SELECT count(*) FROM platform.tenants WHERE id = :id" id="$1") == 0 ]]; }

# drop_from_cell NUMBER: a company that came into its cell and not into the platform. Waits for a killed run's transaction.
drop_from_cell() {
    as_owner psql -X -q -v ON_ERROR_STOP=1 -v id="$1" >/dev/null <<'SQL'
SET client_min_messages = warning;
BEGIN;
SELECT pg_advisory_xact_lock(7264901);
DELETE FROM cell.jobs WHERE tenant_id = :id;
DELETE FROM cell.schedule WHERE tenant_id = :id;
DELETE FROM cell.live WHERE tenant_id = :id;
DELETE FROM cell.tenant_migrations WHERE tenant_id = :id;
DELETE FROM cell.tenants WHERE tenant_id = :id;
DROP SCHEMA IF EXISTS t_:id CASCADE;
DROP ROLE IF EXISTS t_:id;
COMMIT;
SQL
}

# discard_tenant: what was unpacked of a company that did not come to be whole.
discard_tenant() {
    local number home_of
    read -r number home_of <<<"$discard"
    discard=
    warn "Removing what was unpacked of company $number"
    if is_unknown "$number" && in_cell "$home_of" drop_from_cell "$number" && zvonar archive discard "$number"; then
        rm -f "$ZVONAR_VAR/run/unpacking"
    else
        warn "That could not be done; it is tried again before the next archive is restored."
    fi
}

# discard_killed: the same for a run that could not do it itself; a company that came to be whole is left alone.
discard_killed() {
    local discard
    [[ -s $ZVONAR_VAR/run/unpacking ]] || return 0
    discard=$(<"$ZVONAR_VAR/run/unpacking")
    if [[ $(ask "SELECT count(*) FROM platform.tenants WHERE id = :id" id="${discard%% *}") == 1 ]]; then
        rm "$ZVONAR_VAR/run/unpacking"
        return
    fi
    discard_tenant
    [[ ! -e $ZVONAR_VAR/run/unpacking ]] || fail "What a killed restore left cannot be removed; see the words above. Nothing was changed."
}

# begin_sql: a transaction with the archive's rows beside it.
begin_sql() {
    cat <<SQL
\\set old $old
\\set new $new
\\set home $home
BEGIN;
-- As the migrator: one changes schemas at a time.
SELECT pg_advisory_xact_lock(7264901) \\g /dev/null
CREATE TEMP TABLE archive (document jsonb) ON COMMIT DROP;
\\copy archive FROM '$work/rows.json' WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')
SQL
}

# schema_sql: the company's role and schema under the new number, and what belongs to it in the cell.
schema_sql() {
    printf 'CREATE ROLE t_%s NOLOGIN;\nGRANT t_%s TO zvonar_owner, zvonar_cell;\n' "$new" "$new"
    # What stands between COPY and \. is data and stays as it is.
    gunzip -c "$work/schema.sql.gz" | perl -pe "
        if (\$isData) { \$isData = 0 if \$_ eq \"\\\\.\\n\" }
        else { s/\\bt_$old\\b/t_$new/g; \$isData = 1 if /^COPY .* FROM stdin;\$/ }"
    printf "UPDATE t_%s.tenant_keys SET wrapped = '\\\\x%s' WHERE purpose = 'recordings';\n" "$new" "$wrapped"
    printf 'SET search_path = t_%s;\n' "$new"
    cat "$root/deploy/postgresql/tenant-after.sql"
}

# put_rows: platform and cell in one transaction where they are one database: what is cut leaves nothing. Elsewhere people
# first, whose numbers the schema names, then the cell, then the company itself, from which moment on servers know of it.
put_rows() {
    local here=$root/deploy/postgresql run=(as_owner psql -X -q -v ON_ERROR_STOP=1)
    if ((home == 1)); then
        { begin_sql; cat "$here"/tenant-{people,before}.sql; schema_sql; echo 'COMMIT;'; } | "${run[@]}" >/dev/null
        return
    fi
    { begin_sql; cat "$here/tenant-people.sql"; echo 'COPY renumbered TO STDOUT; COMMIT;'; } | "${run[@]}" >"$work/people" ||
        return 1
    {
        begin_sql
        echo 'CREATE TEMP TABLE renumbered (old_id bigint, new_id bigint) ON COMMIT DROP;'
        echo "\\copy renumbered FROM '$work/people'"
        schema_sql
        echo 'COMMIT;'
    } | in_cell "$home" "${run[@]}" >/dev/null || return 1
    { begin_sql; cat "$here/tenant-before.sql"; echo 'COMMIT;'; } | "${run[@]}" >/dev/null
}

restore_tenant() {
    local old new home wrapped until began=$SECONDS
    require_owner
    read_settings
    complete_settings
    read_cells
    lock_archives
    tenant_file=$(realpath -m "$tenant_file")
    open_work
    open_tenant_file
    discard_killed
    choose_tenant
    # From here on, until the rows are there, the recordings are nobody's.
    discard="$new $home"
    printf '%s\n' "$discard" >"$ZVONAR_VAR/run/unpacking"
    wrapped=$(zvonar archive unpack "$work" --tenant "$old" --into "$new")
    put_rows || fail "Company $old could not be restored; see the words above. Nothing was changed."
    discard=
    rm -f "$ZVONAR_VAR/run/unpacking"
    # The server brings it to the newest form and calls it ready, as it does with a new company.
    until=$((SECONDS + 60))
    until [[ $(ask "SELECT state FROM platform.tenants WHERE id = :new" new="$new") == ready ]]; do
        if ! answers "http://127.0.0.1:$ZVONAR_HTTP_PORT/health" >/dev/null 2>&1 || ((SECONDS > until)); then
            say "Company $old is restored as company $new; it will be ready once the server runs."
            return
        fi
        sleep 0.2
    done
    say "Company $old is restored as company $new in $((SECONDS - began)) s."
}
