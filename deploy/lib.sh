# What the scripts of deploy/ share: messages, settings, Debian packages, Swift, ports. Sourced, never run.
# shellcheck shell=bash

set -euo pipefail
umask 022

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

# What a machine needs to build and run; deploy/test adds what only tests need.
packages=(
    libpq-dev libcurl4-openssl-dev libssl-dev libmagic-dev pkg-config
    postgresql-15 ffmpeg fonts-dejavu-core tzdata python3 python3-venv
    ca-certificates curl git iproute2 jq openssl procps
)

# What deploy/backup and deploy/restore need where PostgreSQL and the build are elsewhere, as with units and containers.
clients=(postgresql-client-15 jq openssl perl-base procps iproute2)

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
fail() { warn "$*"; exit 1; }
is_root() { ((EUID == 0)); }

# retry TIMES COMMAND…: a busy mirror often answers the second time.
retry() {
    local times=$1 attempt
    shift
    for ((attempt = 1; attempt <= times; attempt++)); do
        "$@" && return 0
        ((attempt == times)) || { warn "Attempt $attempt failed, once more in $((attempt * 5)) s: $*"; sleep $((attempt * 5)); }
    done
    return 1
}

# ---- Debian packages and Swift

missing_packages() {
    local package
    for package in "$@"; do
        [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || say "$package"
    done
}

# may_become_root: by a password asked for at most when somebody sits there.
may_become_root() {
    command -v sudo >/dev/null || return 1
    sudo -n true 2>/dev/null && return 0
    [[ -t 0 ]] && sudo -v
}

# install_packages NAME…: installs what is missing; as a plain user without sudo it only names it.
install_packages() {
    command -v dpkg-query >/dev/null || fail "This is made for Debian 12; dpkg-query is not here."
    local missing become=()
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]})) || return 0
    if ! is_root; then
        may_become_root || fail "Debian packages are missing. Ask an administrator to run:
    apt-get install ${missing[*]}"
        become=(sudo)
    fi
    say "Installing ${missing[*]}"
    local apt=("${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600)
    install_once() {
        "${apt[@]}" update </dev/null && "${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null
    }
    retry 5 install_once || fail "apt-get could not install ${missing[*]}; see its words above."
}

# require_swift: Swift 6.2 or later from PATH, its version in swift_version.
require_swift() {
    local advice="Zvonar is built with Swift 6.2 or later, taken from PATH.
Get it from https://www.swift.org/install/linux/ (\"swiftly install latest\") and open a new shell.
With sudo, PATH may lose it: sudo env \"PATH=\$PATH\" $0"
    command -v swift >/dev/null || fail "Swift is not in PATH. $advice"
    local answer
    answer=$(swift --version 2>&1) || fail "swift --version fails:
$answer
$advice"
    [[ $answer =~ Swift\ version\ ([0-9]+)\.([0-9]+)(\.[0-9]+)? ]] || fail "swift --version says nothing known: $answer"
    swift_version=${BASH_REMATCH[1]}.${BASH_REMATCH[2]}${BASH_REMATCH[3]:-}
    ((BASH_REMATCH[1] * 1000 + BASH_REMATCH[2] >= 6002)) || fail "Swift $swift_version is too old. $advice"
}

# ---- Settings: exported ZVONAR_… win over $ZVONAR_VAR/settings.env

# choose_folder: where everything of this installation lies. Its settings too, unless ZVONAR_SETTINGS names their file, or
# systemd's units (deploy/systemd) were set up on this machine.
choose_folder() {
    local usual=$root/var
    is_root && usual=/var/lib/zvonar
    ZVONAR_VAR=$(realpath -m "${ZVONAR_VAR:-$usual}")
    export ZVONAR_VAR
    settings_file=$ZVONAR_VAR/settings.env
    if [[ -n ${ZVONAR_SETTINGS:-} ]]; then
        settings_file=$(realpath -m "$ZVONAR_SETTINGS")
    elif [[ $ZVONAR_VAR == /var/lib/zvonar && ! -e $settings_file && -e /etc/zvonar/settings.env ]]; then
        settings_file=/etc/zvonar/settings.env
    fi
}

# read_settings: exports what the file says and the caller has not exported already.
read_settings() {
    [[ -e $settings_file ]] || return 0
    [[ -r $settings_file ]] || fail "$settings_file belongs to somebody else and cannot be read."
    local line number=0 name value
    while IFS= read -r line || [[ -n $line ]]; do
        number=$((number + 1))
        # The superuser's password of compose.env is PostgreSQL's own.
        [[ $line =~ ^[[:space:]]*(#|$|POSTGRES_PASSWORD=) ]] && continue
        [[ $line =~ ^[[:space:]]*(export[[:space:]]+)?(ZVONAR_[A-Z0-9_]+)=(.*)$ ]] ||
            fail "$settings_file, line $number: expected ZVONAR_NAME=value"
        name=${BASH_REMATCH[2]} value=${BASH_REMATCH[3]%$'\r'}
        [[ $value =~ ^\"(.*)\"$ || $value =~ ^\'(.*)\'$ ]] && value=${BASH_REMATCH[1]}
        [[ -v $name ]] || export "$name=$value"
    done <"$settings_file"
}

# save_setting NAME VALUE: into the file and the environment; the old line of that name goes.
save_setting() {
    export "$1=$2"
    local new
    new=$(mktemp "$settings_file.XXXXXX") # mktemp makes it 0600
    { grep -v "^$1=" "$settings_file" 2>/dev/null || true; printf '%s=%s\n' "$1" "$2"; } >"$new"
    mv "$new" "$settings_file"
}

# make_secrets: once for the life of an installation; what was sealed with them is lost without them.
make_secrets() {
    if [[ ! -e $settings_file ]]; then
        local new
        new=$(mktemp "$settings_file.XXXXXX")
        printf '# Settings and secrets of this installation. What can stand here: deploy/settings.example\n' >"$new"
        mv "$new" "$settings_file"
    fi
    chmod 600 "$settings_file"
    local name
    for name in ZVONAR_SECRET_KEY ZVONAR_DATABASE_{OWNER,PLATFORM,CELL}_PASSWORD; do
        grep -q "^$name=" "$settings_file" && continue
        case $name in
            *_KEY) save_setting "$name" "${!name:-$(openssl rand -base64 32)}" ;;
            *) save_setting "$name" "${!name:-$(openssl rand -hex 24)}" ;;
        esac
    done
}

# default NAME VALUE: for a setting that is unset or empty.
default() { [[ -n ${!1:-} ]] || export "$1=$2"; }

# complete_settings: the addresses of what is started here, unless the person named others.
complete_settings() {
    default ZVONAR_HTTP_PORT 8080
    default ZVONAR_SANDBOX_PORT 8081
    default ZVONAR_SPEECH_PORT 8082
    default ZVONAR_DATABASE_PORT 55432
    default ZVONAR_PUBLIC_URL "http://127.0.0.1:$ZVONAR_HTTP_PORT"
    default ZVONAR_SPEECH_HOME "$ZVONAR_VAR/speech"
    services=()
    [[ -n ${ZVONAR_DATABASE_URL:-} ]] || services+=(postgres)
    [[ -n ${ZVONAR_SPEECH_URL:-} && -n ${ZVONAR_EMBEDDINGS_URL:-} ]] || services+=(speech)
    [[ -n ${ZVONAR_TELEGRAM_TOKEN:-} ]] || services+=(sandbox)
    services+=(server)
    default ZVONAR_DATABASE_URL "postgresql://127.0.0.1:$ZVONAR_DATABASE_PORT/zvonar"
    default ZVONAR_SPEECH_URL "http://127.0.0.1:$ZVONAR_SPEECH_PORT/v1"
    default ZVONAR_EMBEDDINGS_URL "http://127.0.0.1:$ZVONAR_SPEECH_PORT/v1"
}

# use_sandbox_bot: without a token of the person's own the server talks to the sandbox.
use_sandbox_bot() {
    starts sandbox || return 0
    export ZVONAR_TELEGRAM_TOKEN=${ZVONAR_TELEGRAM_TOKEN_SANDBOX:-}
    export ZVONAR_TELEGRAM_API=http://127.0.0.1:$ZVONAR_SANDBOX_PORT
}

# starts SERVICE: whether this installation runs that service itself.
starts() { [[ " ${services[*]} " == *" $1 "* ]]; }

# ---- Ports

port_of() {
    case $1 in
        postgres) say "$ZVONAR_DATABASE_PORT" ;;
        speech) say "$ZVONAR_SPEECH_PORT" ;;
        sandbox) say "$ZVONAR_SANDBOX_PORT" ;;
        server) say "$ZVONAR_HTTP_PORT" ;;
    esac
}

# check_ports: each is free or held by our own service; otherwise names the holder and ends.
check_ports() {
    local service port held pid ours busy=0 seen=" "
    for service in "${services[@]}"; do
        port=$(port_of "$service")
        [[ $port =~ ^[1-9][0-9]{0,4}$ ]] || fail "The port of $service is not a number: $port"
        [[ $seen != *" $port "* ]] || fail "Two services are set to port $port."
        seen+="$port "
        held=$(ss -ltnpH "sport = :$port")
        [[ -n $held ]] || continue
        pid=$(grep -o -m 1 'pid=[0-9]*' <<<"$held" | head -n 1 | cut -d= -f2) || pid=
        ours=$(service_pid "$service")
        [[ -n $pid && -n $ours && $(session_of "$pid") == "$ours" ]] && continue
        busy=1
        warn "Port $port ($service) is held by $(describe_process "$pid")."
    done
    ((busy == 0)) || fail "Nothing was started. Stop that program or set another port (see deploy/settings.example)."
}

describe_process() {
    [[ -n $1 ]] || { say "a program of another user"; return; }
    say "process $1: $(tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | cut -c 1-120)"
}

# free_port: a port nobody listens on at this moment.
free_port() {
    /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
