# The build and its copy that services run from. Sourced after services.sh.
# shellcheck shell=bash

# build_release: leaves the path of the binary in binary; ZVONAR_BINARY names a finished one instead.
build_release() {
    if [[ -n ${ZVONAR_BINARY:-} ]]; then
        [[ -x $ZVONAR_BINARY ]] || fail "ZVONAR_BINARY is not a program: $ZVONAR_BINARY"
        binary=$(realpath "$ZVONAR_BINARY")
        return
    fi
    require_swift
    cd "$root"
    say "Building with Swift $swift_version (some minutes the first time)"
    retry 3 swift package resolve || fail "The packages of Package.swift cannot be fetched; see the words above."
    swift build -c release --product zvonar || fail "The build failed; see the words above."
    binary=$(swift build -c release --show-bin-path)/zvonar
}

# swift_libraries BINARY: the libraries of the Swift toolchain it needs. Its run path ends with its own folder,
# so copies beside it serve an account that cannot read the toolchain.
swift_libraries() { ldd "$1" 2>/dev/null | grep -o '/[^ ]*/swift/linux/[^ ]*' || true; }

# tree_hash FOLDER…: changes with every name, right to execute and byte under them.
tree_hash() {
    {
        find "$@" -type f -printf '%m %p\n' | sort
        find "$@" -type f -print0 | sort -z | xargs -0 sha256sum
    } | sha256sum | cut -c 1-16
}

# copy_build: what services run, in app/<hash of its content>; the clone may be closed to them and may change under
# them. Leaves the folder in app; app/current points at it.
copy_build() {
    local new name library
    new=$(mktemp -d "$ZVONAR_VAR/app/.new.XXXXXX")
    mkdir -p "$new"/{bin,Web,deploy}
    cp "$binary" "$new/bin/zvonar"
    while IFS= read -r library; do cp -L "$library" "$new/bin/"; done < <(swift_libraries "$binary")
    cp -R "$root/Migrations" "$new/Migrations"
    cp -R "$root/Web/Public" "$new/Web/Public"
    cp -R "$root/Sources/TelegramSandbox/Public" "$new/bin/SandboxPublic" # where the sandbox looks by itself
    cp -R "$root/deploy/speech" "$new/deploy/speech"
    find "$new" -name __pycache__ -prune -exec rm -rf {} +
    chmod -R u=rwX,go=rX "$new"
    name=$(cd "$new" && tree_hash .)
    app=$ZVONAR_VAR/app/$name
    if [[ -d $app ]]; then rm -rf "$new"; else mv "$new" "$app"; fi
    ln -sfn "$name" "$ZVONAR_VAR/app/.current"
    mv -T "$ZVONAR_VAR/app/.current" "$ZVONAR_VAR/app/current"
}

# find_build: leaves in app what is installed: by deploy/up, or beside this script as units and containers have it.
find_build() {
    app=$(readlink -e "$ZVONAR_VAR/app/current") && return
    [[ -x $root/bin/zvonar && -d $root/Migrations ]] || fail "Nothing is installed in $ZVONAR_VAR; deploy/up does it."
    app=$root
}

# use_build: tells the binary where its files are.
use_build() { export ZVONAR_MIGRATIONS=$app/Migrations ZVONAR_PUBLIC_FILES=$app/Web/Public; }

# forget_old_builds: all but this one, the one before and those a service still runs from.
forget_old_builds() {
    local folder kept=0
    while IFS= read -r folder; do
        [[ $folder != "$app" ]] || continue
        grep -qsF -- "$folder/" "$ZVONAR_VAR"/run/*.pid && continue
        kept=$((kept + 1))
        ((kept == 1)) || rm -rf "$folder"
    done < <(find "$ZVONAR_VAR/app" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | cut -d' ' -f2-)
}
