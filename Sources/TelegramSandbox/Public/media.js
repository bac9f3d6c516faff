// Voice messages, audio, pictures and files inside a message.
import { h, icon } from "./dom.js";
import { fileSize, playerTime, t } from "./strings.js";

let playing = null;

export function player(source, knownSeconds, title) {
  const audio = h("audio", { src: source, preload: "metadata" });
  const time = h("span", { class: "player-time" }, playerTime(knownSeconds));
  const seek = h("input", { type: "range", min: "0", max: "1000", value: "0", "aria-label": t("position") });
  const button = h("button", { type: "button", class: "player-button", "aria-label": t("play") }, icon("play"));
  const length = () => (Number.isFinite(audio.duration) && audio.duration > 0 ? audio.duration : knownSeconds);
  const show = () => {
    const isRunning = !audio.paused && !audio.ended;
    button.replaceChildren(icon(isRunning ? "pause" : "play"));
    button.setAttribute("aria-label", isRunning ? t("pause") : t("play"));
    const share = length() ? audio.currentTime / length() : 0;
    seek.value = String(Math.round(share * 1000));
    seek.style.setProperty("--share", `${share * 100}%`);
    time.textContent = playerTime(audio.currentTime > 0 ? audio.currentTime : length());
  };
  button.addEventListener("click", async () => {
    if (!audio.paused) return audio.pause();
    if (playing && playing !== audio) playing.pause();
    playing = audio;
    try {
      await audio.play();
    } catch {
      time.textContent = t("cannotPlay");
    }
  });
  seek.addEventListener("input", () => { if (length()) audio.currentTime = (seek.value / 1000) * length(); });
  for (const event of ["play", "pause", "ended", "timeupdate", "loadedmetadata"]) audio.addEventListener(event, show);
  return h(
    "div",
    { class: "player" },
    button,
    h("div", { class: "player-body" }, title && h("div", { class: "player-title" }, title), h("div", { class: "player-line" }, seek, time)),
    audio,
  );
}

function fileCard(file, name) {
  return h(
    "a",
    { class: "file-card", href: `/sandbox/files/${file.file_id}?download=true`, download: name, title: t("download") },
    h("span", { class: "file-icon" }, icon("file")),
    h("span", { class: "file-words" }, h("span", { class: "file-name" }, name), h("span", { class: "file-size" }, fileSize(file.file_size ?? 0))),
  );
}

export function media(message) {
  const source = (file) => `/sandbox/files/${file.file_id}`;
  if (message.voice) return player(source(message.voice), message.voice.duration);
  if (message.audio) {
    const { audio } = message;
    const named = [audio.performer, audio.title].filter(Boolean).join(" — ");
    return player(source(audio), audio.duration, named || audio.file_name || t("kind_audio"));
  }
  if (message.document) return fileCard(message.document, message.document.file_name ?? t("kind_document"));
  if (message.photo) {
    const photo = message.photo.at(-1);
    return h("a", { class: "photo", href: source(photo), target: "_blank", rel: "noopener" },
      h("img", { src: source(photo), width: photo.width, height: photo.height, alt: t("kind_photo") }));
  }
  if (message.video) return h("video", { class: "video", src: source(message.video), controls: true, preload: "metadata" });
  if (message.venue || message.location) {
    const { latitude, longitude } = message.location;
    const place = message.venue ? [message.venue.title, message.venue.address] : [t("kind_location")];
    return h("div", { class: "contact" }, h("strong", {}, place[0]), place[1] && h("span", {}, place[1]), h("span", {}, `${latitude}, ${longitude}`));
  }
  if (message.dice) return h("div", { class: "dice" }, h("span", { class: "dice-emoji" }, message.dice.emoji), h("strong", {}, String(message.dice.value)));
  if (message.poll) {
    return h("div", { class: "poll" }, h("strong", {}, message.poll.question), h("span", { class: "hint" }, message.poll.is_closed ? t("pollClosed") : t("pollHint")),
      h("ul", {}, message.poll.options.map((option) => h("li", {}, option.text))));
  }
  if (message.contact) {
    const { contact } = message;
    const phone = contact.phone_number.startsWith("+") ? contact.phone_number : `+${contact.phone_number}`;
    return h("div", { class: "contact" }, h("strong", {}, [contact.first_name, contact.last_name].filter(Boolean).join(" ")), h("span", {}, phone));
  }
  return null;
}
