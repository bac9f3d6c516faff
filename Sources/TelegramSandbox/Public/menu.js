// What a person does with one message: reacts, replies, changes their own words.
import { h } from "./dom.js";
import { pictured } from "./messages.js";
import { t } from "./strings.js";

const usual = ["👍", "❤", "🔥", "🎉", "😁", "😢", "👎"];

export class MessageMenu {
  constructor(actions) {
    this.actions = actions;
    this.element = h("div", { class: "menu message-menu", popover: "auto" });
  }

  open(message, button, person) {
    const use = (work) => () => {
      this.element.hidePopover();
      work();
    };
    const isOwn = message.from?.id === person.id;
    const canEdit = isOwn && ["text", "photo", "video", "audio", "voice", "document"].some((field) => message[field]);
    const given = message.reactions?.find((reaction) => reaction.from.includes(person.id))?.emoji;
    const item = (text, work) => h("button", { type: "button", class: "menu-item", onclick: use(work) }, text);
    this.element.replaceChildren(
      h("div", { class: "reaction-row", role: "group", "aria-label": t("react") }, usual.map((emoji) =>
        h("button", { type: "button", class: `reaction-choice ${emoji === given ? "given" : ""}`, "aria-label": emoji, onclick: use(() => this.actions.react(message, emoji)) }, pictured(emoji)))),
      item(t("reply"), () => this.actions.reply(message)),
      ...(canEdit ? [item(t("edit"), () => this.actions.edit(message))] : []),
    );
    this.element.showPopover();
    const place = button.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const top = place.bottom + 4 + height > window.innerHeight ? place.top - height - 4 : place.bottom + 4;
    this.element.style.top = `${Math.max(8, top)}px`;
    this.element.style.left = `${Math.min(Math.max(8, place.left - width / 2), window.innerWidth - width - 8)}px`;
  }
}
