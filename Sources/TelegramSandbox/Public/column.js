// One person's chat: head, messages and composer, kept up to date by a long poll.
import { Chat } from "./api.js";
import { Composer } from "./composer.js";
import { toast } from "./dialogs.js";
import { h, iconButton } from "./dom.js";
import { replyMarkup } from "./keyboards.js";
import { MessageMenu } from "./menu.js";
import { MessageList } from "./messages.js";
import { t } from "./strings.js";

const actionTexts = { typing: "typing", record_voice: "recordingVoice", upload_voice: "recordingVoice", upload_document: "uploading", upload_photo: "uploading" };

function initial(name) { return [...name][0]?.toUpperCase() ?? "?"; }

export class Column {
  constructor(desk) {
    this.desk = desk;
    this.persons = h("select", { class: "person-select", "aria-label": t("choosePerson"), onchange: () => desk.choosePerson(this, Number(this.persons.value)) });
    this.talks = h("select", { class: "bot-select", "aria-label": t("chooseTalk"), onchange: () => desk.chooseTalk(this.talks.value) });
    this.status = h("span", { class: "status", role: "status" }, t("bot"));
    this.avatar = h("span", { class: "avatar", "aria-hidden": "true" });
    this.botName = h("h1", {});
    this.blockButton = h("button", { type: "button", class: "menu-item", onclick: () => this.setBlocked(!this.isBlocked) });
    this.groupButtons = h("div", {});
    const newGroup = h("button", { type: "button", class: "menu-item", onclick: () => { this.menu.hidePopover(); desk.addGroup(this); } }, t("newGroup"));
    this.menu = h("div", { class: "menu", popover: "auto" }, this.blockButton, this.groupButtons, newGroup);
    this.list = new MessageList(h("section", { class: "messages", tabindex: "0", role: "log", "aria-label": t("message") }));
    this.notice = h("div", { class: "notice", hidden: true });
    this.composer = new Composer({
      write: (text, more) => this.write(text, more),
      edit: (message, text) => this.try(() => this.chat.do("edit", { message_id: message.message_id, text })),
      addressed: (command) => this.addressed(command),
      // In a group a bot hears of a pressed key because it answers its message.
      keyboardReply: (markup) => (this.group ? { reply_to: markup.message_id } : {}),
      shareContact: () => this.try(() => this.chat.do("contact")),
      sendFile: (file, fields) => this.sendFile(file, fields),
    });
    this.messageMenu = new MessageMenu({
      react: (message, emoji) => this.react(message, emoji),
      reply: (message) => this.composer.setSubject("reply", message),
      edit: (message) => this.composer.setSubject("edit", message),
    });
    this.gate = h("footer", { class: "gate", hidden: true });
    this.element = h("section", { class: "column" }, this.head(), this.notice, this.list.element, this.gate, this.composer.element,
      this.messageMenu.element, h("div", { class: "drop-hint" }, t("dropHere")));
    this.actions = {
      write: (text) => this.write(this.addressed(text)),
      react: (message, emoji) => this.react(message, emoji),
      openMenu: (message, button) => this.messageMenu.open(message, button, this.person),
      nameOf: (id) => this.nameOf(id),
      place: this.element,
    };
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
      h("div", { class: "with" }, this.avatar, h("div", { class: "names" }, this.botName, this.talks, this.status), more, this.menu),
    );
  }

  openMenu(button) {
    const place = button.getBoundingClientRect();
    this.menu.style.top = `${place.bottom + 4}px`;
    this.menu.style.left = `${Math.max(8, place.right - 240)}px`;
    this.menu.togglePopover();
  }

  showChoices() {
    const { persons, bots, groups, columns } = this.desk;
    this.persons.replaceChildren(...persons.map((person) => h("option", { value: String(person.id), selected: person.id === this.person?.id }, person.first_name)));
    const isChosen = (bot) => !this.group && bot.username === this.bot?.username;
    const ofBots = bots.map((bot) => h("option", { value: bot.username, selected: isChosen(bot) }, `${bot.first_name} · @${bot.username}`));
    const ofGroups = groups.map((group) => h("option", { value: String(group.chat.id), selected: group.chat.id === this.group?.chat.id }, group.chat.title));
    this.talks.replaceChildren(...(groups.length ? [h("optgroup", { label: t("bots") }, ofBots), h("optgroup", { label: t("groups") }, ofGroups)] : ofBots));
    const hasChoice = bots.length + groups.length > 1;
    this.talks.hidden = !hasChoice;
    this.botName.hidden = hasChoice;
    this.beside.hidden = columns.length > 1;
    this.closer.hidden = columns.length < 2;
  }

  // What stands under the name while nobody is typing.
  get caption() {
    if (!this.group) return t("bot");
    const present = this.group.members.filter((member) => !["left", "kicked"].includes(member.status));
    return present.map((member) => member.user.first_name).join(", ");
  }

  standing(id) { return this.group?.members.find((member) => member.user.id === id)?.status ?? "left"; }

  // Who gave a reaction, by name.
  nameOf(id) {
    const user = [...this.desk.persons, ...this.desk.bots].find((other) => other.id === id);
    return user?.first_name ?? String(id);
  }

  // In a group a command says which bot it is for.
  addressed(text) { return this.group && /^\/\w+$/.test(text) ? `${text}@${this.bot.username}` : text; }

  // Shows another chat and follows it until the next one is opened.
  async open(person, bot, group) {
    this.close();
    Object.assign(this, { person, bot, group, chat: new Chat(person, bot, group) });
    this.actions.bot = bot;
    this.composer.setSubject(null);
    this.avatar.textContent = initial(group ? group.chat.title : bot.first_name);
    this.avatar.classList.toggle("group", Boolean(group));
    this.botName.textContent = group ? group.chat.title : bot.first_name;
    this.showAction(null);
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
    this.about = state.description;
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
    if (change.kind !== "sent") return;
    const { message } = change;
    if (this.group && (message.new_chat_members || message.left_chat_member || message.new_chat_title || message.migrate_to_chat_id)) this.desk.refreshGroup();
    else if (message.from?.is_bot) this.refreshCommands();
  }

  // A bot may set its commands when it starts, after the page was opened.
  async refreshCommands() {
    if (this.composer.commands.length) return;
    const state = await this.chat.state(this.following.signal);
    this.composer.setCommands(state.commands);
  }

  showAction(change) {
    clearTimeout(this.actionTimer);
    this.status.textContent = change ? t(actionTexts[change.action] ?? "typing") : this.caption;
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
    const isOutside = this.group && ["left", "kicked"].includes(this.standing(this.person.id));
    const payload = this.desk.startPayload;
    const primary = (text, onclick) => h("button", { type: "button", class: "primary", onclick }, text);
    let gate = null;
    if (isOutside) gate = [h("p", {}, t("notInGroup", { name: this.person.first_name })), primary(t("join"), () => this.setMember(this.person.id, "member"))];
    else if (this.isBlocked) gate = [h("p", {}, t("blocked")), primary(t("unblock"), () => this.setBlocked(false))];
    else if (isEmpty && !this.group) {
      gate = [h("p", {}, this.about ?? t("emptyChatHint")), primary(t("start"), () => this.write(payload ? `/start ${payload}` : "/start"))];
    }
    this.gate.replaceChildren(...(gate ?? []));
    this.gate.hidden = !gate;
    this.composer.element.hidden = Boolean(gate);
    this.list.element.dataset.empty = isEmpty ? t("emptyChat") : "";
    this.blockButton.hidden = Boolean(this.group);
    this.blockButton.textContent = this.isBlocked ? t("unblock") : t("block");
    this.showGroupButtons(isOutside);
    this.composer.setKeyboard(replyMarkup(this.list.all));
  }

  // What can be done with a group: the bot's standing in it, and leaving.
  showGroupButtons(isOutside) {
    if (!this.group) return this.groupButtons.replaceChildren();
    const { bot } = this;
    const item = (text, id, status) => h("button", { type: "button", class: "menu-item", onclick: () => this.setMember(id, status) }, text);
    const buttons = {
      member: [item(t("promoteBot"), bot.id, "administrator"), item(t("removeBot"), bot.id, "kicked")],
      administrator: [item(t("demoteBot"), bot.id, "member"), item(t("removeBot"), bot.id, "kicked")],
    }[this.standing(bot.id)] ?? [item(t("returnBot"), bot.id, "member")];
    if (!isOutside && this.standing(this.person.id) !== "creator") buttons.push(item(t("leaveGroup"), this.person.id, "left"));
    this.groupButtons.replaceChildren(...buttons);
  }

  setMember(user, status) {
    this.menu.hidePopover();
    return this.try(async () => {
      await this.chat.manage("members", { user: String(user), status });
      await this.desk.refreshGroup();
    });
  }

  // Gives a reaction; the same one again takes it back.
  react(message, emoji) {
    const given = message.reactions?.find((reaction) => reaction.from.includes(this.person.id))?.emoji;
    return this.try(() => this.chat.do("reaction", { message_id: message.message_id, reaction: given === emoji ? "" : emoji }));
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

  write(text, more = {}) { return this.try(() => this.chat.do("text", { text, ...more })); }

  async sendFile(file, fields) {
    this.showNotice(t("sending"));
    const isSent = await this.try(() => this.chat.file(file, fields));
    this.showNotice("");
    return isSent;
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
