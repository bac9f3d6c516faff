// Where a person writes: text, commands, files and voice.
import { askFile, askFiles, toast } from "./dialogs.js";
import { h, icon, iconButton } from "./dom.js";
import { replyKeyboard } from "./keyboards.js";
import { Recorder } from "./recorder.js";
import { fileSize, playerTime, t } from "./strings.js";

export class Composer {
  constructor(actions) {
    this.actions = actions;
    this.commands = [];
    this.field = h("textarea", { rows: 1, placeholder: t("message"), "aria-label": t("message"), maxLength: 4096 });
    this.picker = h("input", { type: "file", multiple: true, hidden: true });
    this.menuButton = iconButton("slash", t("commands"), () => this.toggleCommands());
    this.keyboardButton = iconButton("keyboard", t("keyboard"), () => this.toggleKeyboard());
    this.sendButton = iconButton("mic", t("record"), () => this.sendOrRecord(), { class: "icon-button send" });
    this.list = h("div", { class: "command-list", role: "listbox", hidden: true });
    this.keyboardPlace = h("div", { class: "keyboard-place" });
    this.bar = h("div", { class: "composer-bar" }, this.menuButton, iconButton("attach", t("attach"), () => this.picker.click()), this.field, this.keyboardButton, this.sendButton, this.picker);
    this.subjectLine = h("div", { class: "subject", hidden: true });
    this.element = h("footer", { class: "composer" }, this.list, this.subjectLine, this.bar, this.keyboardPlace);
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("keydown", (event) => this.listKey(event));
    this.field.addEventListener("input", () => this.changed());
    this.field.addEventListener("paste", (event) => this.paste(event));
    this.picker.addEventListener("change", () => this.sendFiles([...this.picker.files]));
    this.changed();
  }

  setCommands(commands) {
    this.commands = commands;
    this.menuButton.hidden = !commands.length;
  }

  // The message that is answered or changed; null for none.
  setSubject(kind, message) {
    const wasEdit = this.subject?.kind === "edit";
    this.subject = kind ? { kind, message } : null;
    this.subjectLine.hidden = !kind;
    if (!kind) {
      if (wasEdit) this.setText("");
      return;
    }
    const words = message.text ?? message.caption ?? "";
    this.subjectLine.replaceChildren(
      icon(kind === "edit" ? "edit" : "reply"),
      h("div", { class: "subject-words" }, h("strong", {}, t(kind === "edit" ? "editing" : "replying")), h("span", {}, words || "…")),
      iconButton("close", t("cancel"), () => this.setSubject(null)),
    );
    if (kind === "edit") this.setText(words);
    else if (wasEdit) this.setText("");
    this.field.focus();
  }

  setText(text) {
    this.field.value = text;
    this.changed();
  }

  setKeyboard(markup) {
    this.markup = markup;
    const isHidden = !markup || markup.message_id === this.hiddenKeyboard;
    this.keyboardButton.hidden = !markup;
    this.keyboardButton.classList.toggle("on", !isHidden);
    this.keyboardPlace.replaceChildren(...(isHidden ? [] : [replyKeyboard(markup, { ...this.actions, press: (text) => this.actions.write(text, this.actions.keyboardReply?.(markup)), hideKeyboard: () => this.toggleKeyboard(false) })]));
    this.field.placeholder = markup?.input_field_placeholder ?? t("message");
  }

  toggleKeyboard(isShown = this.hiddenKeyboard === this.markup?.message_id) {
    this.hiddenKeyboard = isShown ? null : this.markup?.message_id;
    this.setKeyboard(this.markup);
  }

  changed() {
    this.field.style.height = "auto";
    // A hidden field measures nothing; the style sheet has its least height.
    if (this.field.scrollHeight) this.field.style.height = `${Math.min(this.field.scrollHeight, 160)}px`;
    const hasText = this.field.value.trim() !== "";
    const canRecord = "MediaRecorder" in window && Boolean(navigator.mediaDevices);
    this.sendButton.replaceChildren(icon(hasText || !canRecord ? "send" : "mic"));
    this.sendButton.setAttribute("aria-label", hasText || !canRecord ? t("send") : t("record"));
    this.sendButton.title = this.sendButton.getAttribute("aria-label");
    const typed = /^\/(\w*)$/.exec(this.field.value);
    if (typed) this.showCommands(typed[1]);
    else this.list.hidden = true;
  }

  toggleCommands() {
    if (this.list.hidden) this.showCommands("");
    else this.list.hidden = true;
  }

  showCommands(beginning) {
    const fitting = this.commands.filter((item) => item.command.startsWith(beginning.toLowerCase()));
    this.list.hidden = !fitting.length;
    this.list.replaceChildren(...fitting.map((item) =>
      h("button", { type: "button", role: "option", class: "command-item", onclick: () => this.use(`/${item.command}`) },
        h("strong", {}, `/${item.command}`), h("span", {}, item.description))));
  }

  use(command) {
    this.list.hidden = true;
    this.field.value = "";
    this.changed();
    this.field.focus();
    return this.actions.write(this.actions.addressed(command));
  }

  key(event) {
    if (event.key === "Escape") {
      if (this.list.hidden && this.subject) this.setSubject(null);
      this.list.hidden = true;
    }
    if (event.key === "ArrowUp" && !this.list.hidden) this.list.lastElementChild?.focus();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.send();
  }

  listKey(event) {
    const { activeElement } = document;
    if (event.key === "ArrowUp") activeElement.previousElementSibling?.focus();
    else if (event.key === "ArrowDown") (activeElement.nextElementSibling ?? this.field).focus();
    else if (event.key === "Escape") {
      this.list.hidden = true;
      this.field.focus();
    } else return;
    event.preventDefault();
  }

  async send() {
    const text = this.field.value.trim();
    const { subject } = this;
    if (!text) return;
    this.setText("");
    const isDone = subject?.kind === "edit"
      ? await this.actions.edit(subject.message, text)
      : await this.actions.write(text, subject ? { reply_to: subject.message.message_id } : {});
    if (isDone && this.subject === subject) this.setSubject(null);
    else if (!isDone) this.setText(text);
  }

  sendOrRecord() {
    if (this.field.value.trim() || !navigator.mediaDevices) return this.send();
    return this.record();
  }

  paste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    this.sendFiles(files);
  }

  async sendFiles(files) {
    this.picker.value = "";
    if (files.length > 10) return toast(t("tooManyFiles"), this.actions.place);
    if (files.length === 1) {
      const wish = await askFile(files[0], fileSize(files[0].size));
      if (wish) await this.actions.sendFile(files[0], wish);
      return;
    }
    const wish = files.length && await askFiles(files);
    if (!wish) return;
    // Any name will do that no album had before.
    const album = crypto.randomUUID();
    for (const [index, file] of files.entries()) {
      const isSent = await this.actions.sendFile(file, { kind: wish.kind, caption: index ? "" : wish.caption, media_group: album });
      if (!isSent) return;
    }
  }

  async record() {
    let recorder;
    try {
      recorder = await Recorder.start();
    } catch {
      return toast(t("noMicrophone"), this.actions.place);
    }
    const time = h("span", { class: "record-time" }, playerTime(0));
    const timer = setInterval(() => { time.textContent = playerTime(recorder.seconds); }, 250);
    const end = () => {
      clearInterval(timer);
      strip.remove();
      this.bar.hidden = false;
      this.field.focus();
    };
    const finish = async () => {
      end();
      try {
        const { file, seconds } = await recorder.finish();
        await this.actions.sendFile(file, { kind: "voice", duration: Math.max(1, Math.round(seconds)) });
      } catch (error) {
        toast(t("failed", { reason: error.message }), this.actions.place);
      }
    };
    const cancel = () => { recorder.cancel(); end(); };
    const sendButton = iconButton("send", t("send"), finish, { class: "icon-button send" });
    const strip = h("div", { class: "composer-bar record-bar" }, h("span", { class: "record-dot" }), h("span", {}, t("recording")), time,
      h("span", { class: "spring" }), h("button", { type: "button", class: "quiet", onclick: cancel }, t("cancel")), sendButton);
    this.bar.hidden = true;
    this.bar.after(strip);
    sendButton.focus();
  }
}
