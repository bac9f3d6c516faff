# A PostgreSQL of our own: own data folder, own port, durable. Sourced after services.sh.
# shellcheck shell=bash

postgres_programs=/usr/lib/postgresql/15/bin
postgres_data() { say "$ZVONAR_VAR/postgres/15"; }

# postgres_socket: the folder of the socket; a path to a socket may have 107 characters only.
postgres_socket() {
    local folder=$ZVONAR_VAR/postgres/socket
    if ((${#folder} > 85)); then
        folder=/tmp/zvonar-$(sha256sum <<<"$ZVONAR_VAR" | cut -c 1-12)
    fi
    say "$folder"
}

# By the port and as a known role: a refused one would be written to the log each time.
postgres_ready() { "$postgres_programs/pg_isready" -q -h 127.0.0.1 -p "$ZVONAR_DATABASE_PORT" -U zvonar_owner -d zvonar; }

# postgres_configuration: what differs from PostgreSQL's own defaults, which are durable.
postgres_configuration() {
    cat <<CONF
listen_addresses = '127.0.0.1'
port = $ZVONAR_DATABASE_PORT
unix_socket_directories = '$(postgres_socket)'
unix_socket_permissions = 0700
fsync = on
synchronous_commit = on
full_page_writes = on
shared_buffers = 256MB
max_connections = 100
# pg_dump locks every table of every company in one transaction.
max_locks_per_transaction = 512
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u@%d '
CONF
}

# make_cluster: initdb in a folder beside, renamed when whole, so that an interrupted run leaves nothing half-made.
make_cluster() {
    local data new=$ZVONAR_VAR/postgres/new
    data=$(postgres_data)
    [[ ! -d $data ]] || return 0
    say "Making the database folder $data"
    rm -rf "$new"
    (cd / && as_user postgres "$postgres_programs/initdb" -D "$new" --auth-local=peer --auth-host=scram-sha-256 \
        --data-checksums --locale-provider=icu --icu-locale=ru -E UTF8 --locale=C.UTF-8 </dev/null >"$ZVONAR_VAR/log/initdb.log") ||
        fail "initdb failed; see its words above and $ZVONAR_VAR/log/initdb.log"
    echo "include 'zvonar.conf'" >>"$new/postgresql.conf"
    mv "$new" "$data"
}

start_postgres() {
    local socket conf stamp
    socket=$(postgres_socket)
    make_cluster
    conf=$(postgres_configuration)
    stamp=$(sha256sum <<<"$conf" | cut -d' ' -f1)
    keep_service postgres "$stamp" postgres_ready && return 0
    stop_service postgres
    (cd / && as_user postgres mkdir -p -m 700 "$socket")
    [[ -O $socket ]] || is_root || fail "$socket belongs to somebody else."
    printf '%s\n' "$conf" >"$(postgres_data)/zvonar.conf"
    start_service postgres '' "$stamp" "$postgres_programs/postgres" -D "$(postgres_data)"
    await_service postgres 120 postgres_ready
}

# own_cell N: the name of that cell's database when it lies in the PostgreSQL that is started here.
own_cell() {
    local address=ZVONAR_CELL_$1_URL
    if [[ ${!address:-} =~ ^postgres(ql)?://(127\.0\.0\.1|localhost):$ZVONAR_DATABASE_PORT/([a-z][a-z0-9_]{0,50})$ ]]; then
        say "${BASH_REMATCH[3]}"
    fi
}

# make_databases: the owner's role, its databases and what only a superuser can forbid in them. Repeated at every start.
make_databases() {
    local number name names=(zvonar)
    for number in $(tr ',' ' ' <<<"${ZVONAR_CELLS:-}"); do
        [[ $number =~ ^[0-9]{1,4}$ ]] || continue # the server says what is wrong with it
        name=$(own_cell "$number")
        if [[ -n $name ]]; then names+=("$name"); fi
    done
    for name in "${names[@]}"; do
        cat "$root"/deploy/postgresql/{create,bootstrap}.sql | (
            cd /
            as_user postgres "$postgres_programs/psql" -X -q -v ON_ERROR_STOP=1 -v database="$name" \
                -h "$(postgres_socket)" -p "$ZVONAR_DATABASE_PORT" -d postgres
        ) >/dev/null || fail "The database $name could not be prepared; see the words above."
    done
}
