// Words of the page in the browser's language: Russian, Kazakh, and English for everybody else.
let table = {};

export const language = (() => {
  const tag = (navigator.language || "").toLowerCase();
  return tag.startsWith("ru") ? "ru" : tag.startsWith("kk") ? "kk" : "en";
})();

export async function loadStrings() {
  table = await (await fetch("/strings.json")).json();
  document.documentElement.lang = language;
  document.title = t("title");
}

export function t(key, values = {}) {
  const text = table[key]?.[language] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "long" });

export function dayName(unixSeconds) {
  const date = new Date(unixSeconds * 1000);
  return date.toDateString() === new Date().toDateString() ? t("today") : day.format(date);
}

export function fileSize(bytes) {
  const number = (value) => value.toLocaleString(language, { maximumFractionDigits: 1 });
  if (bytes < 1024) return `${bytes} ${t("bytes")}`;
  if (bytes < 1024 * 1024) return `${number(bytes / 1024)} ${t("kilobytes")}`;
  return `${number(bytes / 1024 / 1024)} ${t("megabytes")}`;
}

export function playerTime(seconds) {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
