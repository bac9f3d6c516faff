// Inline keyboards under messages and reply keyboards under the field.
import { alertBox, ask, toast } from "./dialogs.js";
import { h, icon } from "./dom.js";
import { t } from "./strings.js";

function isWeb(url) { return /^https?:\/\//i.test(url); }

async function press(button, message, data, chat, place) {
  if (button.classList.contains("waiting")) return;
  button.classList.add("waiting");
  try {
    const answer = await chat.do("press", { message_id: message.message_id, callback_data: data });
    button.classList.remove("waiting");
    if (!answer.answered) toast(t("noAnswer"), place);
    else if (answer.url && isWeb(answer.url)) {
      if (await ask({ title: t("openLink"), hint: answer.url, submit: t("open") })) window.open(answer.url, "_blank", "noopener");
    } else if (answer.text && answer.show_alert) await alertBox(answer.text);
    else if (answer.text) toast(answer.text, place);
  } catch (error) {
    toast(t("failed", { reason: error.message }), place);
  } finally {
    button.classList.remove("waiting");
  }
}

export function inlineKeyboard(message, chat, place) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows) return null;
  const shown = (item) => {
    const url = item.url ?? item.login_url?.url ?? item.web_app?.url;
    if (url && isWeb(url)) {
      return h("a", { class: "inline-button", href: url, target: "_blank", rel: "noopener noreferrer" }, h("span", {}, item.text), icon("link"));
    }
    const act = async (event) => {
      if (item.callback_data !== undefined) await press(event.currentTarget, message, item.callback_data, chat, place);
      else if (item.copy_text) {
        await navigator.clipboard.writeText(item.copy_text.text);
        toast(t("copied"), place);
      } else toast(t("notSupported"), place);
    };
    return h("button", { type: "button", class: `inline-button ${item.style ? `style-${item.style}` : ""}`, onclick: act }, h("span", {}, item.text));
  };
  return h("div", { class: "inline-keyboard" }, rows.map((row) => h("div", { class: "inline-row" }, row.map(shown))));
}

// The reply keyboard in force: that of the last message which set or removed one.
export function replyMarkup(messages) {
  for (const message of [...messages].sort((one, two) => two.message_id - one.message_id)) {
    const markup = message.reply_markup;
    if (markup?.remove_keyboard) return null;
    if (markup?.keyboard) return { ...markup, message_id: message.message_id };
  }
  return null;
}

export function replyKeyboard(markup, actions) {
  const use = async (item) => {
    if (item.request_contact) {
      if (await ask({ words: t("shareContact"), submit: t("share") })) await actions.shareContact();
    } else if (item.request_location || item.request_poll || item.web_app) {
      return toast(t("notSupported"), actions.place);
    } else await actions.press(item.text, markup);
    if (markup.one_time_keyboard) actions.hideKeyboard();
  };
  const rows = markup.keyboard.map((row) =>
    h("div", { class: "reply-row" }, row.map((item) => {
      const button = typeof item === "string" ? { text: item } : item;
      return h("button", { type: "button", class: "reply-button", onclick: () => use(button) }, button.text);
    })));
  return h("div", { class: `reply-keyboard ${markup.resize_keyboard ? "" : "tall"}` }, rows);
}
