# What deploy/backup and deploy/restore share: the owner's connections, sums, sealing by a passphrase. Sourced after postgres.sh.
# shellcheck shell=bash

export LC_ALL=C # lists are compared by bytes
passphrase_file=
sealed=

# use_passphrase FILE: what is written from now on is sealed by the first line of that file.
use_passphrase() {
    [[ -r $1 && -n $(head -n 1 "$1") ]] || fail "$1 holds no passphrase."
    passphrase_file=$(realpath "$1")
    sealed=.enc
}

# seal, unseal: standard input to standard output; without a passphrase they only copy.
seal() { crypt -e; }
unseal() { crypt -d; }
crypt() {
    if [[ -z $sealed ]]; then cat; return; fi
    openssl enc "$1" -aes-256-cbc -md sha256 -pbkdf2 -iter 600000 -salt -pass "file:$passphrase_file"
}

# dump_of N: the file of that cell's database in a whole backup.
dump_of() { if (($1 == 1)); then say "database.dump$sealed"; else say "database-$1.dump$sealed"; fi; }

# Whose database as_owner means; see in_cell.
cell=1

# read_cells: the numbers of the databases in cells, the first first.
read_cells() {
    local number address
    cells=(1)
    for number in $(tr ',' ' ' <<<"${ZVONAR_CELLS:-}"); do
        [[ $number =~ ^[2-9]$|^[1-9][0-9]{1,3}$ ]] || fail "ZVONAR_CELLS: expected numbers from 2 on, such as 2,3"
        address=ZVONAR_CELL_${number}_URL
        [[ -n ${!address:-} ]] || fail "$address is not set, though ZVONAR_CELLS names that cell."
        cells+=("$number")
    done
}

# in_cell N COMMAND…: a function of this file, in the database of that cell.
in_cell() {
    local cell=$1
    shift
    "$@"
}

is_cell() { [[ " ${cells[*]} " == *" $1 "* ]]; }

# as_owner PROGRAM ARGUMENT…: a client of PostgreSQL as zvonar_owner; the password is never an argument.
as_owner() {
    local program=$1 address=ZVONAR_CELL_${cell}_URL password=ZVONAR_CELL_${cell}_OWNER_PASSWORD
    shift
    if ((cell == 1)); then address=ZVONAR_DATABASE_URL; fi
    if ((cell == 1)) && [[ -n ${ZVONAR_DATABASE_DIRECT_URL:-} ]]; then address=ZVONAR_DATABASE_DIRECT_URL; fi
    [[ -n ${!password:-} ]] || password=ZVONAR_DATABASE_OWNER_PASSWORD
    (
        cd /
        export PGUSER=zvonar_owner PGPASSWORD=${!password} PGCONNECT_TIMEOUT=10 PGCLIENTENCODING=UTF8 PGAPPNAME=${0##*/}
        exec "$postgres_programs/$program" -d "${!address}" "$@"
    )
}

# ---- Views: a transaction in each cell, lent to pg_dump and to questions

declare -A view_writer view_reader view_name

# open_view: begins a session of that cell; tell_view speaks to it.
open_view() {
    local to=$work/to-$cell from=$work/from-$cell writer reader
    rm -f "$to" "$from"
    mkfifo "$to" "$from"
    as_owner psql -X -q -A -t -v ON_ERROR_STOP=1 <"$to" >"$from" &
    exec {writer}>"$to" {reader}<"$from"
    rm "$to" "$from"
    view_writer[$cell]=$writer view_reader[$cell]=$reader
}

# tell_view TEXT: statements whose answer is one line, left in reply.
tell_view() {
    printf '%s\n' "$1" >&"${view_writer[$cell]}"
    IFS= read -r reply <&"${view_reader[$cell]}" || fail "The database of cell $cell does not answer; see the words above."
}

# begin_view: what is read from now on through view_name is of this moment.
begin_view() {
    tell_view 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT pg_export_snapshot();'
    view_name[$cell]=$reply
}

close_views() {
    local number writer reader
    for number in "${!view_writer[@]}"; do
        writer=${view_writer[$number]} reader=${view_reader[$number]}
        exec {writer}>&- {reader}<&-
    done
    view_writer=() view_reader=() view_name=()
    wait
}

# ask SQL [NAME=VALUE…]: the rows of a query, as the owner; values are bound by psql as :'NAME'.
ask() {
    local sql=$1 values=() value
    shift
    for value in "$@"; do values+=(-v "$value"); done
    as_owner psql -X -q -A -t -v ON_ERROR_STOP=1 "${values[@]}" <<<"$sql"
}

# sum_files FOLDER: the SHA-256 of every file under it, except the list itself.
sum_files() { (cd "$1" && find . -type f ! -name SHA256SUMS -printf '%P\0' | sort -z | xargs -0r sha256sum); }

# check_sums FOLDER: every file is there, unchanged, and no other; says what is not.
check_sums() {
    local extra
    [[ -f $1/SHA256SUMS ]] || fail "$1 is no backup, or was cut: it has no SHA256SUMS."
    (cd "$1" && sha256sum --quiet --strict -c SHA256SUMS) || fail "$1 is damaged; see the files named above. Nothing was changed."
    extra=$(comm -13 <(cut -c 67- "$1/SHA256SUMS" | sort) <(cd "$1" && find . -type f ! -name SHA256SUMS -printf '%P\n' | sort))
    [[ -z $extra ]] || fail "$1 holds files that are none of its own: ${extra:0:200}. Nothing was changed."
}

# lock_archives: one deploy/backup or deploy/restore at a time in an installation.
lock_archives() {
    mkdir -p -m 700 "$ZVONAR_VAR/run"
    exec {archives}>"$ZVONAR_VAR/run/archive.lock"
    flock -n "$archives" || fail "Another deploy/backup or deploy/restore is at work in $ZVONAR_VAR."
}

# require_owner: the caller may read everything of the installation.
require_owner() {
    [[ -r $settings_file ]] || fail "There is no installation of yours in $ZVONAR_VAR: $settings_file cannot be read."
}
