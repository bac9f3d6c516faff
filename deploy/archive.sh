# What deploy/backup and deploy/restore share: the owner's connection, sums, sealing by a passphrase. Sourced after postgres.sh.
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

# as_owner PROGRAM ARGUMENT…: a client of PostgreSQL as zvonar_owner; the password is never an argument.
as_owner() {
    local program=$1
    shift
    (
        cd /
        export PGUSER=zvonar_owner PGPASSWORD=$ZVONAR_DATABASE_OWNER_PASSWORD PGCONNECT_TIMEOUT=10 PGCLIENTENCODING=UTF8 PGAPPNAME=${0##*/}
        exec "$postgres_programs/$program" -d "${ZVONAR_DATABASE_DIRECT_URL:-$ZVONAR_DATABASE_URL}" "$@"
    )
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
    exec {archives}>"$ZVONAR_VAR/run/archive.lock"
    flock -n "$archives" || fail "Another deploy/backup or deploy/restore is at work in $ZVONAR_VAR."
}

# require_owner: the caller may read everything of the installation.
require_owner() {
    [[ -r $settings_file ]] || fail "There is no installation of yours in $ZVONAR_VAR: $settings_file cannot be read."
}
