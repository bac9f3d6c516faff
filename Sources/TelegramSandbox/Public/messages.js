// One message as an element, and the list that holds them in order.
import { h } from "./dom.js";
import { formatted } from "./entities.js";
import { inlineKeyboard } from "./keyboards.js";
import { media } from "./media.js";
import { clock, dayName, t } from "./strings.js";

function name(user) { return [user?.first_name, user?.last_name].filter(Boolean).join(" "); }

function excerpt(message) {
  const kind = ["voice", "audio", "document", "photo", "video"].find((field) => message[field]);
  return message.text ?? message.caption ?? (kind ? t(`kind_${kind}`) : "…");
}

export function messageElement(message, chat, actions) {
  const isOwn = message.from?.id === chat.person.id;
  const words = message.text ?? message.caption;
  const origin = message.forward_origin?.sender_user;
  const date = new Date(message.date * 1000);
  const bubble = h(
    "div",
    { class: "bubble" },
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
  const element = h("article", { class: `message ${isOwn ? "own" : "theirs"}` }, bubble, inlineKeyboard(message, chat, actions.place));
  element.dataset.id = message.message_id;
  return element;
}

export class MessageList {
  constructor(element) {
    this.element = element;
    this.messages = new Map();
    this.nodes = new Map();
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
    else {
      const next = this.all.map((other) => other.message_id).filter((other) => other > id).sort((one, two) => one - two)[0];
      const before = next === undefined ? null : this.nodes.get(next);
      this.element.insertBefore(node, before);
    }
    this.messages.set(id, message);
    this.nodes.set(id, node);
    this.markDays();
    if (isNear || (!known && message.from?.id === chat.person.id)) this.scrollToEnd();
  }

  remove(id) {
    this.nodes.get(id)?.remove();
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
      if (day !== shown) node.before(h("div", { class: "day" }, day));
      shown = day;
    }
  }
}
