// Questions, alerts and toasts.
import { h } from "./dom.js";
import { t } from "./strings.js";

// Opens a dialog and resolves to the form's values, or null when it is closed.
export function ask({ title, hint, words, fields = [], submit, cancel = t("cancel") }) {
  return new Promise((resolve) => {
    const form = h(
      "form",
      { method: "dialog" },
      title && h("h2", {}, title),
      hint && h("p", { class: "hint" }, hint),
      words && h("p", { class: "words" }, words),
      fields,
      h(
        "div",
        { class: "dialog-buttons" },
        cancel && h("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, cancel),
        h("button", { type: "submit", class: "primary", value: "yes" }, submit),
      ),
    );
    const dialog = h("dialog", { onclose: () => {
      const values = dialog.returnValue === "yes" ? Object.fromEntries(new FormData(form)) : null;
      dialog.remove();
      resolve(values);
    } }, form);
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function alertBox(text) { return ask({ words: text, submit: t("ok"), cancel: null }); }

export function toast(text, place = document.body) {
  const note = h("div", { class: "toast", role: "status" }, text);
  place.append(note);
  setTimeout(() => note.remove(), 3500);
}

const languages = [["ru", "Русский"], ["kk", "Қазақша"], ["en", "English"], ["", "—"]];

export function askPerson() {
  return ask({
    title: t("addPerson"),
    hint: t("addPersonHint"),
    submit: t("add"),
    fields: [
      h("label", {}, t("firstName"), h("input", { name: "first_name", required: true, maxLength: 64, autocomplete: "off", autofocus: true })),
      h("label", {}, t("language"), h("select", { name: "language_code" }, languages.map(([code, name]) => h("option", { value: code }, name)))),
    ],
  });
}

export async function askGroup(persons, person) {
  const wish = await ask({
    title: t("newGroup"),
    hint: t("newGroupHint"),
    submit: t("create"),
    fields: [
      h("label", {}, t("groupTitle"), h("input", { name: "title", required: true, maxLength: 128, autocomplete: "off", autofocus: true })),
      h("fieldset", {}, h("legend", {}, t("members")), persons.map((other) =>
        h("label", { class: "choice" },
          h("input", { type: "checkbox", name: `member_${other.id}`, value: String(other.id), checked: true, disabled: other.id === person.id }), other.first_name))),
      h("label", { class: "choice" }, h("input", { type: "checkbox", name: "bot_is_administrator", value: "true" }), t("botIsAdministrator")),
    ],
  });
  if (!wish) return null;
  const others = Object.entries(wish).filter(([name]) => name.startsWith("member_")).map(([, id]) => Number(id));
  return { title: wish.title, members: [person.id, ...others], bot_is_administrator: wish.bot_is_administrator === "true" };
}

// What a chosen file may be sent as; the likeliest first.
function kinds(file) {
  if (file.type.startsWith("image/")) return ["photo", "document"];
  if (file.type.startsWith("video/")) return ["document", "video", "audio", "voice"];
  if (file.type.startsWith("audio/") || /\.(ogg|oga|opus|mp3|m4a|wav|flac|amr)$/i.test(file.name)) return ["audio", "voice", "document"];
  return ["document", "audio", "voice"];
}

export function askFile(file, sizeText) {
  return ask({
    title: file.name,
    hint: sizeText,
    submit: t("send"),
    fields: [
      h("fieldset", {}, h("legend", {}, t("sendAs")), kinds(file).map((kind, index) =>
        h("label", { class: "choice" }, h("input", { type: "radio", name: "kind", value: kind, checked: index === 0 }), t(`kind_${kind}`)))),
      h("label", {}, t("caption"), h("input", { name: "caption", maxLength: 1024, autocomplete: "off" })),
    ],
  });
}

// Several files at once are an album: pictures together, or anything as files.
export function askFiles(files) {
  const isVisual = files.every((file) => /^image\/(png|jpeg)$/.test(file.type));
  const isAudio = files.every((file) => file.type.startsWith("audio/"));
  const choices = isVisual ? ["photo", "document"] : isAudio ? ["audio", "document"] : ["document"];
  return ask({
    title: t("album", { count: files.length }),
    hint: files.map((file) => file.name).join("\n"),
    submit: t("send"),
    fields: [
      h("fieldset", {}, h("legend", {}, t("sendAs")), choices.map((kind, index) =>
        h("label", { class: "choice" }, h("input", { type: "radio", name: "kind", value: kind, checked: index === 0 }), t(`kind_${kind}`)))),
      h("label", {}, t("caption"), h("input", { name: "caption", maxLength: 1024, autocomplete: "off" })),
    ],
  });
}
