// One message as an element, and the list that holds them in order.
import { h, iconButton } from "./dom.js";
import { formatted } from "./entities.js";
import { inlineKeyboard } from "./keyboards.js";
import { media } from "./media.js";
import { clock, dayName, t } from "./strings.js";

// A message, or the album that it stands in.
function outermost(node) { return node.closest(".album") ?? node; }

function name(user) { return [user?.first_name, user?.last_name].filter(Boolean).join(" "); }

function excerpt(message) {
  const kind = ["voice", "audio", "document", "photo", "video", "location", "contact", "poll", "dice"].find((field) => message[field]);
  return message.text ?? message.caption ?? (kind ? t(`kind_${kind}`) : "…");
}

// What happened in the chat, in words; null for a message that somebody wrote.
function serviceWords(message) {
  const who = name(message.from);
  if (message.new_chat_members) {
    const others = message.new_chat_members.filter((user) => user.id !== message.from?.id);
    return others.length ? t("added", { name: who, other: others.map(name).join(", ") }) : t("joined", { name: who });
  }
  if (message.left_chat_member) {
    const isSelf = message.left_chat_member.id === message.from?.id;
    return isSelf ? t("left", { name: who }) : t("removed", { name: who, other: name(message.left_chat_member) });
  }
  if (message.new_chat_title) return t("renamed", { name: who, title: message.new_chat_title });
  if (message.group_chat_created) return t("created", { name: who });
  if (message.pinned_message) return t("pinned", { name: who, text: excerpt(message.pinned_message) });
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return t("upgraded");
  return null;
}

// Telegram writes the heart without the sign that makes a picture of it.
export function pictured(emoji) { return emoji === "❤" ? "❤\uFE0F" : emoji; }

function reactionChips(message, chat, actions) {
  if (!message.reactions) return null;
  return h("div", { class: "reactions" }, message.reactions.map((reaction) => {
    const names = reaction.from.map(actions.nameOf).join(", ");
    const isGiven = reaction.from.includes(chat.person.id);
    return h("button", { type: "button", class: `reaction ${isGiven ? "given" : ""}`, title: names, "aria-label": `${reaction.emoji} ${names}`, onclick: () => actions.react(message, reaction.emoji) },
      h("span", {}, pictured(reaction.emoji)), reaction.from.length > 1 && h("span", { class: "reaction-count" }, String(reaction.from.length)));
  }));
}

export function messageElement(message, chat, actions) {
  const service = serviceWords(message);
  if (service) {
    const line = h("article", { class: "service" }, service);
    line.dataset.id = message.message_id;
    return line;
  }
  const isOwn = message.from?.id === chat.person.id;
  const words = message.text ?? message.caption;
  const origin = message.forward_origin?.sender_user;
  const date = new Date(message.date * 1000);
  const more = iconButton("more", t("messageActions"), () => actions.openMenu(message, more), { class: "icon-button message-more" });
  const bubble = h(
    "div",
    { class: "bubble" },
    chat.group && !isOwn && h("div", { class: `sender hue-${(message.from?.id ?? 0) % 6}` }, name(message.from)),
    origin && h("div", { class: "forwarded" }, t("forwardedFrom", { name: name(origin) })),
    message.reply_to_message && h("div", { class: "replied" }, h("strong", {}, name(message.reply_to_message.from)), h("span", {}, excerpt(message.reply_to_message))),
    media(message),
    words !== undefined && formatted(words, message.entities ?? message.caption_entities, actions),
    h(
      "div",
      { class: "meta" },
      message.edit_date && h("span", {}, t("edited")),
      h("time", { dateTime: date.toISOString(), title: date.toLocaleString() }, clock.format(date)),
    ),
  );
  const element = h("article", { class: `message ${isOwn ? "own" : "theirs"}` },
    h("div", { class: "bubble-line" }, bubble, more), reactionChips(message, chat, actions), inlineKeyboard(message, chat, actions.place));
  element.dataset.id = message.message_id;
  return element;
}

export class MessageList {
  constructor(element) {
    this.element = element;
    this.messages = new Map();
    this.nodes = new Map();
    this.staysAtEnd = true;
    element.addEventListener("scroll", () => { this.staysAtEnd = this.isAtEnd; });
    // What grows below takes room from the last words, which are to stay in sight.
    new ResizeObserver(() => { if (this.staysAtEnd) this.scrollToEnd(); }).observe(element);
  }

  get all() { return [...this.messages.values()]; }

  clear() {
    this.messages.clear();
    this.nodes.clear();
    this.element.replaceChildren();
  }

  // Adds a message or puts its new form in the place of the old one.
  put(message, chat, actions) {
    const id = message.message_id;
    const isNear = this.isAtEnd;
    const node = messageElement(message, chat, actions);
    const known = this.nodes.get(id);
    if (known) known.replaceWith(node);
    else this.insert(node, message);
    this.messages.set(id, message);
    this.nodes.set(id, node);
    this.markDays();
    if (isNear || (!known && message.from?.id === chat.person.id)) this.scrollToEnd();
  }

  // The files of an album stand together, whatever was said between them.
  insert(node, message) {
    const album = message.media_group_id;
    if (album) {
      const known = this.element.querySelector(`.album[data-album="${CSS.escape(album)}"]`);
      if (known) return known.append(node);
    }
    const next = this.all.map((other) => other.message_id).filter((other) => other > message.message_id).sort((one, two) => one - two)[0];
    const before = next === undefined ? null : outermost(this.nodes.get(next));
    if (!album) return this.element.insertBefore(node, before);
    const frame = h("div", { class: `album ${node.classList.contains("own") ? "own" : "theirs"}` }, node);
    frame.dataset.album = album;
    return this.element.insertBefore(frame, before);
  }

  remove(id) {
    const node = this.nodes.get(id);
    const frame = node && outermost(node);
    node?.remove();
    if (frame?.classList.contains("album") && !frame.childElementCount) frame.remove();
    this.nodes.delete(id);
    this.messages.delete(id);
    this.markDays();
  }

  get isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight < 80;
  }

  scrollToEnd() { this.element.scrollTop = this.element.scrollHeight; }

  // A line with the date above the first message of each day.
  markDays() {
    let shown = "";
    for (const line of this.element.querySelectorAll(".day")) line.remove();
    for (const id of [...this.nodes.keys()].sort((one, two) => one - two)) {
      const day = dayName(this.messages.get(id).date);
      const node = this.nodes.get(id);
      if (day !== shown) outermost(node).before(h("div", { class: "day" }, day));
      shown = day;
    }
  }
}
