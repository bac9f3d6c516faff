# A product of its own under deploy/up, on free ports, and people who use it. Sourced by deploy/smoke and deploy/smoke-archives.
# ZVONAR_BINARY and ZVONAR_SPEECH_HOME, where exported, are used instead of a new build and a new installation.
# shellcheck shell=bash

recording=$root/Tests/Fixtures/calls/01-metal-order-good.wav
[[ -f $recording ]] || fail "The recording is missing: $recording"

# Not a token, an address or a port of a living installation.
binary=${ZVONAR_BINARY:-} speech=${ZVONAR_SPEECH_HOME:-}
for name in $(compgen -v ZVONAR_); do unset "$name"; done
if [[ -n $binary ]]; then export ZVONAR_BINARY=$binary; fi

# Below /tmp and short: services run as other users, and a path to a socket has its limit.
ZVONAR_VAR=$(mktemp -d /tmp/zvonar-smoke.XXXXXX)
kept=$(mktemp -d /tmp/zvonar-kept.XXXXXX)
export ZVONAR_VAR
for name in HTTP SANDBOX SPEECH DATABASE; do export "ZVONAR_${name}_PORT=$(free_port)"; done
sandbox=http://127.0.0.1:$ZVONAR_SANDBOX_PORT

finish() {
    local code=$?
    if ((code != 0)); then
        for log in "$ZVONAR_VAR"/log/{server,sandbox,speech}.log; do
            warn "Last lines of ${log##*/}:"
            tail -n 30 "$log" >&2 || true
        done
    fi
    "$root/deploy/down" || true
    rm -rf "$ZVONAR_VAR" "$kept"
    if ((code == 0)); then say "$works"; else warn "FAILED: $0"; fi
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

call() { curl -fsS --noproxy '*' --max-time 90 "$@"; }
post() { call -H 'Content-Type: application/json' --data "$2" "$sandbox/sandbox/$1"; }
messages() { call "$sandbox/sandbox/chats/$person/messages?bot=$bot&after=0"; }
write() { post "chats/$person/text" "$(jq -n --arg bot "$bot" --arg text "$1" '{$bot, $text}')" | jq -r .message_id; }

# await SECONDS AFTER CONDITION: the first message of the bot behind AFTER for which the jq condition holds, in message.
await() {
    local until=$((SECONDS + $1))
    while true; do
        message=$(messages | jq -c --argjson after "$2" "[.[] | select(.message_id > \$after and .from.is_bot) | select($3)][0] // empty")
        [[ -z $message ]] || { say "  bot: $(jq -r '(.text // .caption // "a file") | gsub("\n"; " / ") | .[:150]' <<<"$message")"; return 0; }
        ((SECONDS < until)) || { messages | jq . >&2; fail "The bot does not answer as it should within $1 s: $3"; }
        sleep 0.3
    done
}

buttons='(.reply_markup.inline_keyboard // [] | flatten)'

# begin: everything is started.
begin() {
    if [[ -n $speech ]]; then # a copy: its home may be closed to the user who runs it
        mkdir "$ZVONAR_VAR/speech"
        cp -R "$speech/." "$ZVONAR_VAR/speech/"
    fi
    "$root/deploy/up" --detach
    bot=$(call "$sandbox/sandbox/bots" | jq -r '(.bots? // .)[0].username')
}

# meet NAME: somebody new, from now on $person.
meet() { person=$(post users "$(jq -n --arg name "$1" '{first_name: $name, language_code: "ru"}')" | jq -r .id); }

# register_company NAME: $person registers a company.
register_company() {
    local zone
    sent=$(write /start)
    await 15 "$sent" true
    sent=$(write "$1")
    await 15 "$sent" "$buttons | length > 1"
    zone=$(jq -c "${buttons}[0].callback_data" <<<"$message")
    post "chats/$person/press" "$(jq -n --arg bot "$bot" --argjson id "$(jq .message_id <<<"$message")" --argjson zone "$zone" \
        '{$bot, message_id: $id, callback_data: $zone}')" >/dev/null
    await 60 "$(jq .message_id <<<"$message")" "$buttons | length > 3"
}

# send_recording FILE: $person sends a call and gets its result.
send_recording() {
    sent=$(call -F "bot=$bot" -F kind=document -F "file=@$1" "$sandbox/sandbox/chats/$person/file" | jq -r .message_id)
    await 15 "$sent" true
    await 300 "$sent" '(.text // "") | test("✅") and test("❌|–")'
}

# panel_link: a fresh link to the panel for $person, as the bot gives it.
panel_link() {
    sent=$(write /panel)
    await 15 "$sent" '([.. | .url? // empty] | length > 0) or ((.text // "") | test("http"))' >&2
    jq -r '[.. | .url? // empty][0] // (.text | capture("(?<link>https?://\\S+)").link)' <<<"$message"
}
