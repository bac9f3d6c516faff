# The environment of pinned peers for Benchmarks, under the user's cache. Sourced after lib.sh.
# shellcheck shell=bash

# install_peers: makes or completes it; run again it does only what is missing. Sets ZVONAR_PEERS_HOME.
install_peers() {
    local here=$root/Tests/Benchmarks/Peers stamp
    export ZVONAR_PEERS_HOME=${ZVONAR_PEERS_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/zvonar/peers}
    local venv=$ZVONAR_PEERS_HOME/venv
    mkdir -p "$ZVONAR_PEERS_HOME"
    # Two installations at once would write into one environment.
    exec {peers_lock}>"$ZVONAR_PEERS_HOME/.install.lock"
    flock "$peers_lock"
    stamp=$(/usr/bin/python3 -c 'import sys; print(sys.version)' | cat - "$here/requirements.txt" | sha256sum | cut -d' ' -f1)
    if [[ $(cat "$venv/.zvonar-stamp" 2>/dev/null) != "$stamp" ]]; then
        say "Installing the peers in $venv"
        rm -f "$venv/.zvonar-stamp"
        "$venv/bin/python" -c 'import pip' 2>/dev/null || { rm -rf "$venv"; /usr/bin/python3 -m venv "$venv"; }
        retry 3 "$venv/bin/python" -m pip --disable-pip-version-check --no-input install --quiet \
            --only-binary :all: --requirement "$here/requirements.txt"
        "$venv/bin/python" -c 'import aiogram, asyncpg, django_tenants, fastapi, pgqueuer, procrastinate, uvloop'
        echo "$stamp" >"$venv/.zvonar-stamp" # last: an environment without it is completed
    fi
    exec {peers_lock}>&-
}
