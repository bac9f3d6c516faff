// The panel in the browser: changes that arrive by themselves, and the player. Without this file lists, pages and the
// browser's own player still work.

/* Changes: each message holds elements with ids; an element of the page is made equal to its namesake. */

// Where the person is (focus, selection, scroll, the playing sound) lives in the nodes, so nodes are kept and altered
// instead of replaced.
function follow(node, wanted) {
    if (node.isEqualNode(wanted)) return;
    for (const { name } of [...node.attributes]) if (!wanted.hasAttribute(name) && !isOurs(node, name)) node.removeAttribute(name);
    for (const { name, value } of wanted.attributes) if (node.getAttribute(name) !== value && !isOurs(node, name)) node.setAttribute(name, value);
    if (node.id === "player" && node.querySelector("audio")) return followPlayer(node, wanted);
    let place = node.firstChild;
    for (const child of [...wanted.childNodes]) {
        const twin = namesake(place, child);
        if (!twin) {
            node.insertBefore(child, place);
            continue;
        }
        while (place !== twin) place = drop(place);
        if (child.nodeType === Node.TEXT_NODE) {
            if (twin.data !== child.data) twin.data = child.data;
        } else follow(twin, child);
        place = twin.nextSibling;
    }
    while (place) place = drop(place);
}

// The next sibling that is the same thing: the same id, or the same kind of node where neither has one.
function namesake(place, child) {
    for (let node = place; node; node = node.nextSibling) {
        if (node.nodeName !== child.nodeName) {
            if (!child.id) return null;
            continue;
        }
        if ((node.id || "") === (child.id || "")) return node;
        if (!child.id) return null;
    }
    return null;
}

function drop(node) {
    const next = node.nextSibling;
    node.remove();
    return next;
}

// What the script itself set on an element is not the server's to remove.
function isOurs(node, name) {
    return (name === "class" && (node.id === "player" || node.matches(".turn")))
        || (name === "hidden" && node.matches(".controls"));
}

// A player that is in use keeps its state; only the lanes behind it change.
function followPlayer(node, wanted) {
    const lanes = node.querySelector(".lanes"), newLanes = wanted.querySelector(".lanes");
    if (lanes && newLanes && lanes.childElementCount !== newLanes.childElementCount) {
        lanes.replaceWith(newLanes);
        node.querySelector("#seek").max = wanted.querySelector("#seek").max;
    }
}

function listen(address) {
    const sign = document.getElementById("connection");
    let source = null, last = null, wasOpen = false;

    function open() {
        if (source) return;
        const from = new URL(address, location);
        if (last) from.searchParams.set("after", last);
        source = new EventSource(from);
        source.onopen = () => {
            wasOpen = true;
            sign.hidden = true;
        };
        source.onerror = () => {
            // Refused after it once worked: signed out elsewhere, and the page itself says what to do. Refused at once:
            // a reload would only be refused again, without end.
            if (source?.readyState === EventSource.CLOSED && wasOpen) location.reload();
            else sign.hidden = false;
        };
        source.onmessage = ({ data, lastEventId }) => {
            last = lastEventId;
            show(data);
        };
        source.addEventListener("end", () => { close(); location.reload(); });
    }

    function close() {
        source?.close();
        source = null;
    }

    function show(data) {
        const template = document.createElement("template");
        template.innerHTML = data;
        for (const wanted of [...template.content.children]) {
            const node = document.getElementById(wanted.id);
            if (node) follow(node, wanted);
        }
        preparePlayer();
    }

    // A browser opens six connections to a server at most: tabs that nobody sees must not hold them.
    document.addEventListener("visibilitychange", () => document.hidden ? close() : open());
    addEventListener("pagehide", close);
    addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload(); });
    if (!document.hidden) open();
}

/* The player. */

const speeds = [1, 1.25, 1.5, 2];
let player = null;

function clock(seconds) {
    const whole = Math.max(0, Math.floor(seconds)), two = number => String(number).padStart(2, "0");
    const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
    return (hours ? `${hours}:${two(minutes)}` : minutes) + ":" + two(whole % 60);
}

function preparePlayer() {
    const section = document.getElementById("player"), audio = document.getElementById("audio");
    if (!audio || player) return;
    const part = id => section.querySelector("#" + id);
    player = { section, audio, seek: part("seek"), play: part("play"), speed: part("speed"), position: part("position") };
    player.duration = Number(player.seek.max);
    audio.controls = false;
    section.classList.add("ready");
    section.querySelector(".controls").hidden = false;
    player.play.addEventListener("click", toggle);
    part("back").addEventListener("click", () => skip(-5));
    part("forward").addEventListener("click", () => skip(5));
    player.seek.addEventListener("input", () => jump(Number(player.seek.value)));
    player.speed.addEventListener("click", () => setSpeed(speeds[(speeds.indexOf(audio.playbackRate) + 1) % speeds.length]));
    audio.addEventListener("timeupdate", show);
    audio.addEventListener("seeked", show);
    audio.addEventListener("play", showPlaying);
    audio.addEventListener("pause", showPlaying);
    audio.addEventListener("ended", show);
    audio.addEventListener("error", () => { part("broken").hidden = false; });
    setSpeed(Number(remembered("speed")) || 1);
    show();
}

// Storage may be switched off; then a choice lasts as long as the page.
function remembered(key) {
    try { return localStorage.getItem(key); } catch { return null; }
}

function setSpeed(speed) {
    const chosen = speeds.includes(speed) ? speed : 1;
    player.audio.playbackRate = chosen;
    player.audio.defaultPlaybackRate = chosen;
    player.speed.textContent = chosen.toLocaleString(document.documentElement.lang) + "×";
    try { localStorage.setItem("speed", chosen); } catch { /* See remembered. */ }
}

function toggle() {
    if (player.audio.paused) start();
    else player.audio.pause();
}

// Play can be refused or cut short by a pause; neither is an error, and a broken file tells of itself.
function start() { player.audio.play().catch(() => showPlaying()); }

function jump(seconds) {
    player.audio.currentTime = Math.min(Math.max(0, seconds), player.duration);
    show();
}

function skip(seconds) { jump(player.audio.currentTime + seconds); }

function playFrom(seconds) {
    jump(seconds);
    start();
}

function showPlaying() {
    const isPlaying = !player.audio.paused, button = player.play;
    if (player.section.classList.contains("playing") !== isPlaying) {
        player.section.classList.toggle("playing", isPlaying);
        const label = button.dataset.otherLabel;
        button.dataset.otherLabel = button.title;
        button.title = label;
        button.setAttribute("aria-label", label);
    }
    show();
    if (isPlaying) requestAnimationFrame(showWhilePlaying);
}

function showWhilePlaying() {
    if (player.audio.paused) return;
    show();
    requestAnimationFrame(showWhilePlaying);
}

function show() {
    const now = player.audio.currentTime;
    const text = clock(now);
    if (player.position.textContent !== text) player.position.textContent = text;
    if (document.activeElement !== player.seek || !player.seek.matches(":active")) player.seek.value = now;
    player.seek.setAttribute("aria-valuetext", text);
    document.getElementById("played")?.setAttribute("width", player.duration ? (now / player.duration) * 1000 : 0);
    markTurns(now);
}

function markTurns(now) {
    const hasBegun = now > 0 || !player.audio.paused;
    for (const turn of document.querySelectorAll(".turn")) {
        const isNow = hasBegun && now >= Number(turn.dataset.start) && now < Number(turn.dataset.end);
        if (turn.classList.contains("playing") === isNow) continue;
        turn.classList.toggle("playing", isNow);
        if (isNow && !player.audio.paused && !handled()) reveal(turn);
    }
}

// The page follows the voice only while the person is not reading elsewhere.
let lastTouch = -Infinity;
for (const kind of ["wheel", "touchmove"]) addEventListener(kind, () => { lastTouch = performance.now(); }, { passive: true });
function handled() { return performance.now() - lastTouch < 5000; }

function reveal(turn) {
    const box = turn.getBoundingClientRect(), top = player.section.getBoundingClientRect().bottom;
    if (box.top >= top && box.bottom <= innerHeight) return;
    // On a narrow screen the quotes stand above the transcript: who listens to one is not taken away from it.
    const words = document.getElementById("transcript").getBoundingClientRect();
    if (words.top > innerHeight || words.bottom < top) return;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    turn.scrollIntoView({ block: "center", behavior: isCalm ? "auto" : "smooth" });
}

document.addEventListener("click", event => {
    if (!player || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const place = event.target.closest("[data-start]");
    if (!place) return;
    // Selecting words in order to copy them ends with a click too.
    if (place.matches(".turn") && String(getSelection())) return;
    event.preventDefault();
    playFrom(Number(place.dataset.start));
});

document.addEventListener("keydown", event => {
    if (!player || event.metaKey || event.ctrlKey || event.altKey || event.shiftKey) return;
    const target = event.target;
    if (target.closest("input:not(#seek), textarea, select, [contenteditable]")) return;
    if (event.key === " " && !target.closest("button, summary")) toggle();
    else if (event.key === "ArrowLeft") skip(-5);
    else if (event.key === "ArrowRight") skip(5);
    else return;
    event.preventDefault();
});

preparePlayer();
if (document.body.dataset.live) listen(document.body.dataset.live);
