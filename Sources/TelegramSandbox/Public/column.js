// One person's chat: head, messages and composer, kept up to date by a long poll.
import { Chat } from "./api.js";
import { Composer } from "./composer.js";
import { toast } from "./dialogs.js";
import { h, iconButton } from "./dom.js";
import { replyMarkup } from "./keyboards.js";
import { MessageList } from "./messages.js";
import { t } from "./strings.js";

const actionTexts = { typing: "typing", record_voice: "recordingVoice", upload_voice: "recordingVoice", upload_document: "uploading", upload_photo: "uploading" };

function initial(name) { return [...name][0]?.toUpperCase() ?? "?"; }

export class Column {
  constructor(desk) {
    this.desk = desk;
    this.persons = h("select", { class: "person-select", "aria-label": t("choosePerson"), onchange: () => desk.choosePerson(this, Number(this.persons.value)) });
    this.bots = h("select", { class: "bot-select", "aria-label": t("chooseBot"), onchange: () => desk.chooseBot(this.bots.value) });
    this.status = h("span", { class: "status", role: "status" }, t("bot"));
    this.avatar = h("span", { class: "avatar", "aria-hidden": "true" });
    this.botName = h("h1", {});
    this.blockButton = h("button", { type: "button", class: "menu-item", onclick: () => this.setBlocked(!this.isBlocked) });
    this.menu = h("div", { class: "menu", popover: "auto" }, this.blockButton);
    this.list = new MessageList(h("section", { class: "messages", tabindex: "0", role: "log", "aria-label": t("message") }));
    this.notice = h("div", { class: "notice", hidden: true });
    this.composer = new Composer({
      write: (text) => this.write(text),
      shareContact: () => this.try(() => this.chat.do("contact")),
      sendFile: (file, kind, caption, duration) => this.sendFile(file, kind, caption, duration),
    });
    this.gate = h("footer", { class: "gate", hidden: true });
    this.element = h("section", { class: "column" }, this.head(), this.notice, this.list.element, this.gate, this.composer.element,
      h("div", { class: "drop-hint" }, t("dropHere")));
    this.actions = { write: (text) => this.write(text), place: this.element };
    this.composer.actions.place = this.element;
    this.acceptDrops();
  }

  head() {
    const { desk } = this;
    this.beside = iconButton("columns", t("secondColumn"), () => desk.addColumn(), { class: "icon-button wide-only" });
    this.closer = iconButton("close", t("closeColumn"), () => desk.removeColumn(this), { class: "icon-button wide-only" });
    const more = iconButton("more", t("more"), () => this.openMenu(more));
    return h(
      "header",
      { class: "head" },
      h("div", { class: "who" }, h("span", { class: "who-label" }, t("you")), this.persons,
        iconButton("plus", t("addPerson"), () => desk.addPerson(this)), h("span", { class: "spring" }), this.beside, this.closer),
      h("div", { class: "with" }, this.avatar, h("div", { class: "names" }, this.botName, this.bots, this.status), more, this.menu),
    );
  }

  openMenu(button) {
    const place = button.getBoundingClientRect();
    this.menu.style.top = `${place.bottom + 4}px`;
    this.menu.style.left = `${Math.max(8, place.right - 240)}px`;
    this.menu.togglePopover();
  }

  showChoices(persons, bots, columns) {
    this.persons.replaceChildren(...persons.map((person) => h("option", { value: String(person.id), selected: person.id === this.person?.id }, person.first_name)));
    this.bots.replaceChildren(...bots.map((bot) => h("option", { value: bot.username, selected: bot.username === this.bot?.username }, `${bot.first_name} · @${bot.username}`)));
    this.bots.hidden = bots.length < 2;
    this.botName.hidden = bots.length > 1;
    this.beside.hidden = columns > 1;
    this.closer.hidden = columns < 2;
  }

  // Shows another chat and follows it until the next one is opened.
  async open(person, bot) {
    this.close();
    Object.assign(this, { person, bot, chat: new Chat(person, bot) });
    this.actions.bot = bot;
    this.avatar.textContent = initial(bot.first_name);
    this.botName.textContent = bot.first_name;
    const controller = new AbortController();
    this.following = controller;
    while (!controller.signal.aborted) {
      try {
        await this.follow(controller.signal);
      } catch (error) {
        if (controller.signal.aborted) return;
        if (error.status === 404) return this.desk.load();
        this.showNotice(t("offline"));
        await new Promise((resolve) => { setTimeout(resolve, 1500); });
      }
    }
  }

  close() { this.following?.abort(); }

  async follow(signal) {
    const state = await this.chat.state(signal);
    const messages = await this.chat.messages(signal);
    this.showNotice("");
    this.list.clear();
    for (const message of messages) this.list.put(message, this.chat, this.actions);
    this.list.scrollToEnd();
    this.composer.setCommands(state.commands);
    this.isBlocked = state.blocked;
    this.update();
    let { event } = state;
    let action = 0;
    while (!signal.aborted) {
      for (const change of await this.chat.events(event, action, signal)) {
        event = Math.max(event, change.event);
        if (change.kind === "action") action = change.serial;
        this.apply(change);
      }
      this.showNotice("");
    }
  }

  apply(change) {
    if (change.kind === "action") return this.showAction(change);
    if (change.kind === "deleted") this.list.remove(change.message.message_id);
    else this.list.put(change.message, this.chat, this.actions);
    if (change.kind === "sent" && change.message.from?.is_bot) this.showAction(null);
    this.update();
    if (change.kind === "sent" && change.message.from?.is_bot) this.refreshCommands();
  }

  // A bot may set its commands when it starts, after the page was opened.
  async refreshCommands() {
    if (this.composer.commands.length) return;
    const state = await this.chat.state(this.following.signal);
    this.composer.setCommands(state.commands);
  }

  showAction(change) {
    clearTimeout(this.actionTimer);
    this.status.textContent = change ? t(actionTexts[change.action] ?? "typing") : t("bot");
    this.status.classList.toggle("busy", Boolean(change));
    if (change) this.actionTimer = setTimeout(() => this.showAction(null), change.seconds * 1000);
  }

  showNotice(text) {
    this.notice.textContent = text;
    this.notice.hidden = !text;
  }

  // What stands below the messages: the composer, or what has to be done first.
  update() {
    const isEmpty = this.list.messages.size === 0;
    const payload = this.desk.startPayload;
    const start = () => this.write(payload ? `/start ${payload}` : "/start");
    this.gate.replaceChildren(
      ...(this.isBlocked
        ? [h("p", {}, t("blocked")), h("button", { type: "button", class: "primary", onclick: () => this.setBlocked(false) }, t("unblock"))]
        : [h("p", {}, t("emptyChatHint")), h("button", { type: "button", class: "primary", onclick: start }, t("start"))]),
    );
    this.gate.hidden = !isEmpty && !this.isBlocked;
    this.composer.element.hidden = !this.gate.hidden;
    this.list.element.dataset.empty = isEmpty ? t("emptyChat") : "";
    this.blockButton.textContent = this.isBlocked ? t("unblock") : t("block");
    this.composer.setKeyboard(replyMarkup(this.list.all));
  }

  async try(work) {
    try {
      await work();
      return true;
    } catch (error) {
      toast(t("failed", { reason: error.message }), this.element);
      return false;
    }
  }

  write(text) { return this.try(() => this.chat.do("text", { text })); }

  async sendFile(file, kind, caption, duration) {
    this.showNotice(t("sending"));
    await this.try(() => this.chat.file(file, kind, caption, duration));
    this.showNotice("");
  }

  setBlocked(isBlocked) {
    this.menu.hidePopover();
    return this.try(async () => {
      this.isBlocked = (await this.chat.do(isBlocked ? "block" : "unblock")).blocked;
      this.update();
    });
  }

  acceptDrops() {
    const { element } = this;
    const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    element.addEventListener("dragover", (event) => {
      if (!hasFiles(event) || this.composer.element.hidden) return;
      event.preventDefault();
      element.classList.add("dropping");
    });
    element.addEventListener("dragleave", (event) => { if (!element.contains(event.relatedTarget)) element.classList.remove("dropping"); });
    element.addEventListener("drop", (event) => {
      element.classList.remove("dropping");
      if (!hasFiles(event) || this.composer.element.hidden) return;
      event.preventDefault();
      this.composer.sendFiles([...event.dataTransfer.files]);
    });
  }
}
