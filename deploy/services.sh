# Services as processes: each in a session of its own, with a pid file, a stamp and a log. Sourced after lib.sh.
# shellcheck shell=bash

started=()

# Settings that only these scripts read; a service never sees them.
scripts_only='ZVONAR_(BINARY|SETTINGS|DATABASE_PORT|SPEECH_(PORT|HOME)|TELEGRAM_TOKEN_SANDBOX)'

user_of() { if [[ $1 == postgres ]]; then say postgres; else say zvonar; fi; }

# as_user USER COMMAND…: becomes that user when root; otherwise everything runs as oneself.
as_user() {
    local user=$1
    shift
    is_root || exec "$@"
    exec setpriv --reuid="$user" --regid="$user" --init-groups --no-new-privs -- "$@"
}

# prepare_folders: the folders of an installation. Only recordings, sandbox and tmp are writable for the server,
# so that it can neither read the settings file nor change what runs next.
prepare_folders() {
    if is_root && ! getent passwd zvonar >/dev/null; then
        useradd --system --user-group --no-create-home --home-dir "$ZVONAR_VAR" --shell /usr/sbin/nologin zvonar
    fi
    mkdir -p "$ZVONAR_VAR"/{app,log,run,postgres,recordings,sandbox,tmp}
    chmod 755 "$ZVONAR_VAR" "$ZVONAR_VAR/app"
    chmod 750 "$ZVONAR_VAR/log"
    chmod 700 "$ZVONAR_VAR"/{run,postgres,recordings,sandbox,tmp}
    is_root || return 0
    chown zvonar:zvonar "$ZVONAR_VAR"/{recordings,sandbox,tmp}
    if getent passwd postgres >/dev/null; then chown postgres:postgres "$ZVONAR_VAR/postgres"; fi # not where it is elsewhere
    chgrp zvonar "$ZVONAR_VAR/log" # `zvonar incident` reads there
    setpriv --reuid=zvonar --regid=zvonar --init-groups -- test -x "$ZVONAR_VAR/app" ||
        fail "User zvonar cannot reach $ZVONAR_VAR: a folder above it is closed. Choose another ZVONAR_VAR."
}

# take_lock: one deploy/up or deploy/down at a time; a service must not inherit the descriptor.
take_lock() {
    exec {lock}>"$ZVONAR_VAR/run/lock"
    flock -n "$lock" || { say "Another deploy/up or deploy/down is at work in $ZVONAR_VAR; waiting for it."; flock "$lock"; }
}

release_lock() { exec {lock}>&-; }

# ---- Processes

# process_started PID: when it began, in clock ticks since boot; nothing when there is no such process or only its zombie.
process_started() {
    local line fields
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 0
    read -ra fields <<<"${line##*) }" # the program's name before it may hold blanks
    [[ ${fields[0]} == Z ]] || say "${fields[19]}"
}

session_of() { ps -o sid= -p "$1" 2>/dev/null | tr -d ' '; }

# service_pid NAME: its pid while that is still the very process we started: same boot, start time and command.
service_pid() {
    local pid began boot command
    { read -r pid began boot command <"$ZVONAR_VAR/run/$1.pid"; } 2>/dev/null || return 0
    [[ $boot == "$(</proc/sys/kernel/random/boot_id)" && $began == "$(process_started "$pid")" ]] || return 0
    [[ $(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") == *"$command"* ]] || return 0
    say "$pid"
}

# start_service NAME PASSED STAMP COMMAND…: PASSED is a pattern of the ZVONAR_ settings it may see.
start_service() {
    local name=$1 passed=$2 stamp=$3 log=$ZVONAR_VAR/log/$1.log pid
    shift 3
    say "Starting $name"
    if [[ $(stat -c %s "$log" 2>/dev/null || echo 0) -gt $((20 * 1024 * 1024)) ]]; then mv "$log" "$log.1"; fi
    (
        exec {lock}>&-
        trap - EXIT INT TERM HUP
        cd /
        umask 077
        clean_environment "$passed"
        # A background command of a script ignores Ctrl-C for ever, its children too: hence the default signals.
        as_user "$(user_of "$name")" setsid env --default-signal "$@"
    ) </dev/null >>"$log" 2>&1 &
    pid=$!
    disown "$pid"
    started+=("$name")
    printf '%s %s %s %s\n' "$pid" "$(process_started "$pid")" "$(</proc/sys/kernel/random/boot_id)" "$*" \
        >"$ZVONAR_VAR/run/$name.pid"
    printf '%s\n' "$stamp" >"$ZVONAR_VAR/run/$name.stamp"
    # Until then the process still bears the command of this script.
    while [[ -n $(process_started "$pid") && -z $(service_pid "$name") ]]; do sleep 0.02; done
}

# clean_environment PASSED: a service sees no more of its starter's environment than it needs; never through
# arguments of a command, which everybody can read.
clean_environment() {
    local name folder=$ZVONAR_VAR/tmp
    for name in $(compgen -e); do
        case $name in
            LANG | TZ | SSL_CERT_FILE | SSL_CERT_DIR | *_proxy | *_PROXY) ;;
            *) [[ $name =~ ^($1)$ && ! $name =~ ^$scripts_only$ && -n ${!name} ]] || unset "$name" 2>/dev/null || true ;;
        esac
    done
    default LANG C.UTF-8
    export PATH=/usr/local/bin:/usr/bin:/bin HOME=$folder TMPDIR=$folder
}

# settings_stamp PASSED: changes with every setting the service sees; where the build lies is no setting.
settings_stamp() {
    (
        clean_environment "$1"
        env | grep '^ZVONAR_' | grep -vF "=$app/" | sort | sha256sum | cut -d' ' -f1
    )
}

# ended PID STARTED SECONDS: waits until that process is gone; false when it is still there after so long.
ended() {
    local pid=$1 began=$2 until=$((SECONDS + $3))
    while [[ $(process_started "$pid") == "$began" ]]; do
        ((SECONDS < until)) || return 1
        sleep 0.1
    done
}

# stop_service NAME: asks it to end, waits, and ends what is left of its session.
stop_service() {
    local name=$1 pid began signal=TERM
    pid=$(service_pid "$name")
    if [[ -n $pid ]]; then
        say "Stopping $name"
        began=$(process_started "$pid")
        [[ $name != postgres ]] || signal=INT # its "fast" shutdown; TERM would wait for every client
        kill -s "$signal" "$pid" 2>/dev/null || true
        if ! ended "$pid" "$began" 60; then
            warn "$name does not stop in 60 s and is ended; its last words are in $ZVONAR_VAR/log/$name.log"
            if [[ $name == postgres ]]; then kill -s QUIT "$pid" || true; else kill -s KILL "$pid" || true; fi
            ended "$pid" "$began" 30 || fail "$name (process $pid) cannot be ended."
        fi
    fi
    if { read -r pid _ <"$ZVONAR_VAR/run/$name.pid"; } 2>/dev/null; then end_session "$pid"; fi
    rm -f "$ZVONAR_VAR/run/$name".{pid,stamp}
}

# end_session PID: children that a service left behind. They are known by the session and by the ZVONAR_VAR they
# inherited, since the number of a session that ended may belong to somebody else by now.
end_session() {
    local pid
    for pid in $(pgrep -s "$1"); do
        if tr '\0' '\n' <"/proc/$pid/environ" | grep -qxF "ZVONAR_VAR=$ZVONAR_VAR"; then kill -s KILL "$pid" || true; fi
    done 2>/dev/null
}

# keep_service NAME STAMP CHECK…: true when it runs, was started from the same things and answers the check.
keep_service() {
    local name=$1 stamp=$2
    shift 2
    [[ -n $(service_pid "$name") ]] || return 1
    [[ $(cat "$ZVONAR_VAR/run/$name.stamp" 2>/dev/null) == "$stamp" ]] || return 1
    "$@" >/dev/null 2>&1
}

# await_service NAME SECONDS CHECK…: until the check holds; a service that ends or stays silent is shown by its log.
await_service() {
    local name=$1 until=$((SECONDS + $2))
    shift 2
    until "$@" >/dev/null 2>&1; do
        [[ -n $(service_pid "$name") ]] || { show_log "$name"; fail "$name ended while starting."; }
        ((SECONDS < until)) || { show_log "$name"; fail "$name does not answer."; }
        sleep 0.2
    done
}

show_log() {
    warn "Last lines of $ZVONAR_VAR/log/$1.log:"
    tail -n 20 "$ZVONAR_VAR/log/$1.log" | sed 's/^/    /' >&2
}

answers() { curl -fsS --noproxy '*' --max-time 5 "$1"; }
