// Telegram's entities as elements: offsets count UTF-16 units, as JavaScript strings do.
import { h } from "./dom.js";

const tags = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

const blocks = new Set(["pre", "blockquote", "expandable_blockquote"]);

function address(entity, text) {
  if (entity.type === "text_link") return entity.url;
  if (entity.type === "email") return `mailto:${text}`;
  if (entity.type === "url") return /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`;
  return null;
}

// Only schemes that a browser opens without harm become links.
function isSafe(url) { return /^(https?|mailto|tg):/i.test(url); }

// The payload of a link that starts this very bot, such as https://t.me/name?start=payload.
function startPayload(url, bot) {
  const match = /^https?:\/\/t\.me\/(\w+)\?start=([\w-]{1,64})$/i.exec(url);
  return match && match[1].toLowerCase() === bot.username.toLowerCase() ? match[2] : null;
}

function wrapped(entity, text, children, actions) {
  const url = address(entity, text);
  if (url && isSafe(url)) {
    const payload = startPayload(url, actions.bot);
    const onclick = payload && ((event) => { event.preventDefault(); actions.write(`/start ${payload}`); });
    return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", onclick }, children);
  }
  if (entity.type === "bot_command") {
    return h("button", { type: "button", class: "command", onclick: () => actions.write(text) }, children);
  }
  if (entity.type === "spoiler") {
    const reveal = (event) => event.currentTarget.classList.add("shown");
    return h("button", { type: "button", class: "spoiler", onclick: reveal }, children);
  }
  if (tags[entity.type]) return h(tags[entity.type], {}, children);
  return h("span", { class: `entity-${entity.type}` }, children);
}

// The text from `start` to `end`; entities nest or lie side by side, as Telegram guarantees.
function build(text, entities, start, end, actions) {
  const nodes = [];
  let position = start;
  for (let index = 0; index < entities.length; index += 1) {
    const entity = entities[index];
    const stop = Math.min(entity.offset + entity.length, end);
    if (entity.offset < position) continue;
    const inner = entities.slice(index + 1).filter((other) => other.offset < stop);
    if (entity.offset > position) nodes.push(text.slice(position, entity.offset));
    nodes.push(wrapped(entity, text.slice(entity.offset, stop), build(text, inner, entity.offset, stop, actions), actions));
    position = stop;
    // The line end behind a block is the block's own end; shown as text it would be an empty line.
    if (blocks.has(entity.type) && text[position] === "\n") position += 1;
  }
  if (position < end) nodes.push(text.slice(position, end));
  return nodes;
}

export function formatted(text, entities, actions) {
  const sorted = [...(entities ?? [])].sort((one, two) => one.offset - two.offset || two.length - one.length);
  return h("div", { class: "text", dir: "auto" }, build(text, sorted, 0, text.length, actions));
}
