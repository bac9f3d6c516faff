// The page: one or two chats side by side, and who writes in them.
import { get, post } from "./api.js";
import { Column } from "./column.js";
import { askPerson } from "./dialogs.js";
import { h } from "./dom.js";
import { language, loadStrings, t } from "./strings.js";

// On a narrow screen there is room for one chat only.
const wide = window.matchMedia("(min-width: 900px)");
const address = new URLSearchParams(location.search);

const desk = {
  columns: [],
  persons: [],
  bots: [],
  // `/?bot=name&start=payload` opens a bot as https://t.me/name?start=payload does.
  startPayload: /^[\w-]{1,64}$/.test(address.get("start") ?? "") ? address.get("start") : null,
  element: document.getElementById("desk"),

  async load() {
    [this.bots, this.persons] = await Promise.all([get("/sandbox/bots"), get("/sandbox/users")]);
    if (!this.bots.length) return this.showNoBots();
    if (!this.persons.length) this.persons = [await this.create(this.firstPerson)];
    const wanted = address.get("bot") ?? localStorage.getItem("bot");
    this.bot = this.bots.find((bot) => bot.username.toLowerCase() === wanted?.toLowerCase()) ?? this.bots[0];
    for (const column of this.columns) column.close();
    this.columns = [];
    this.element.replaceChildren();
    const known = JSON.parse(localStorage.getItem("persons") ?? "[]").map((id) => this.persons.find((person) => person.id === id)).filter(Boolean);
    const shown = known.length ? known : this.persons.slice(0, 2);
    for (const person of shown.slice(0, wide.matches ? 2 : 1)) this.show(person);
  },

  firstPerson: { ru: "Анна", kk: "Айгерім", en: "Anna" }[language],

  create(firstName, code = language) { return post("/sandbox/users", { first_name: firstName, language_code: code || undefined }); },

  showNoBots() {
    this.element.replaceChildren(h("section", { class: "nothing" }, h("h1", {}, t("noBots")), h("p", {}, t("noBotsHint"))));
  },

  show(person) {
    const column = new Column(this);
    this.columns.push(column);
    this.element.append(column.element);
    this.openIn(column, person);
  },

  openIn(column, person) {
    column.open(person, this.bot);
    this.remember();
  },

  remember() {
    localStorage.setItem("bot", this.bot.username);
    if (wide.matches || this.columns.length > 1) localStorage.setItem("persons", JSON.stringify(this.columns.map((column) => column.person.id)));
    for (const column of this.columns) column.showChoices(this.persons, this.bots, this.columns.length);
  },

  choosePerson(column, id) {
    const person = this.persons.find((other) => other.id === id);
    const twin = this.columns.find((other) => other !== column && other.person.id === id);
    // The same chat twice would help nobody: the two change places.
    if (twin) twin.open(column.person, this.bot);
    this.openIn(column, person);
  },

  chooseBot(username) {
    this.bot = this.bots.find((bot) => bot.username === username);
    for (const column of this.columns) column.open(column.person, this.bot);
    this.remember();
  },

  async addPerson(column) {
    const wish = await askPerson();
    if (!wish) return;
    await column.try(async () => {
      const person = await this.create(wish.first_name, wish.language_code);
      this.persons.push(person);
      this.openIn(column, person);
    });
  },

  async addColumn() {
    const other = this.persons.find((person) => !this.columns.some((column) => column.person.id === person.id));
    if (other) return this.show(other);
    const wish = await askPerson();
    if (!wish) return;
    const person = await this.create(wish.first_name, wish.language_code);
    this.persons.push(person);
    this.show(person);
  },

  removeColumn(column) {
    column.close();
    column.element.remove();
    this.columns = this.columns.filter((other) => other !== column);
    this.remember();
  },
};

wide.addEventListener("change", () => desk.load());
await loadStrings();
await desk.load();
