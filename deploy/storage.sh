# The environment of the S3 server that tests store recordings in, under the user's cache. Sourced after lib.sh.
# shellcheck shell=bash

# install_storage: makes or completes it; run again it does only what is missing.
install_storage() {
    local here=$root/Tests/Clients/Storage venv=$ZVONAR_STORAGE_HOME/venv stamp
    mkdir -p "$ZVONAR_STORAGE_HOME"
    # Two installations at once would write into one environment.
    exec {storage_lock}>"$ZVONAR_STORAGE_HOME/.install.lock"
    flock "$storage_lock"
    stamp=$(/usr/bin/python3 -c 'import sys; print(sys.version)' | cat - "$here/requirements.txt" | sha256sum | cut -d' ' -f1)
    if [[ $(cat "$venv/.zvonar-stamp" 2>/dev/null) != "$stamp" ]]; then
        say "Installing the S3 server of the tests in $venv"
        rm -f "$venv/.zvonar-stamp"
        "$venv/bin/python" -c 'import pip' 2>/dev/null || { rm -rf "$venv"; /usr/bin/python3 -m venv "$venv"; }
        retry 3 "$venv/bin/python" -m pip --disable-pip-version-check --no-input install --quiet --no-deps \
            --only-binary :all: --requirement "$here/requirements.txt"
        "$venv/bin/python" -c 'import moto.server, boto3'
        echo "$stamp" >"$venv/.zvonar-stamp" # last: an environment without it is completed
    fi
    exec {storage_lock}>&-
}
