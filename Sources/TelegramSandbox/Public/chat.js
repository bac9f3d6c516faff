// The page: one or two chats side by side, and who writes in them.
import { get, post } from "./api.js";
import { Column } from "./column.js";
import { askGroup, askPerson } from "./dialogs.js";
import { h } from "./dom.js";
import { language, loadStrings, t } from "./strings.js";

// On a narrow screen there is room for one chat only.
const wide = window.matchMedia("(min-width: 900px)");
const address = new URLSearchParams(location.search);

const desk = {
  columns: [],
  persons: [],
  bots: [],
  groups: [],
  // `/?bot=name&start=payload` opens a bot as https://t.me/name?start=payload does.
  startPayload: /^[\w-]{1,64}$/.test(address.get("start") ?? "") ? address.get("start") : null,
  element: document.getElementById("desk"),

  async load() {
    await this.loadAll();
    if (!this.bots.length) return this.showNoBots();
    if (!this.persons.length) this.persons = [await this.create(this.firstPerson)];
    const wanted = address.get("bot") ?? localStorage.getItem("bot");
    this.bot = this.bots.find((bot) => bot.username.toLowerCase() === wanted?.toLowerCase()) ?? this.bots[0];
    this.group = address.get("bot") ? null : this.groups.find((group) => String(group.chat.id) === localStorage.getItem("group")) ?? null;
    for (const column of this.columns) column.close();
    this.columns = [];
    this.element.replaceChildren();
    const known = JSON.parse(localStorage.getItem("persons") ?? "[]").map((id) => this.persons.find((person) => person.id === id)).filter(Boolean);
    const shown = known.length ? known : this.persons.slice(0, 2);
    for (const person of shown.slice(0, wide.matches ? 2 : 1)) this.show(person);
  },

  async loadAll() {
    const [bots, persons, groups] = await Promise.all([get("/sandbox/bots"), get("/sandbox/users"), get("/sandbox/groups")]);
    Object.assign(this, { bots, persons, groups: groups.filter((group) => !group.upgraded_to) });
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
    column.open(person, this.bot, this.group);
    this.remember();
  },

  remember() {
    localStorage.setItem("bot", this.bot.username);
    if (this.group) localStorage.setItem("group", String(this.group.chat.id));
    else localStorage.removeItem("group");
    if (wide.matches || this.columns.length > 1) localStorage.setItem("persons", JSON.stringify(this.columns.map((column) => column.person.id)));
    for (const column of this.columns) column.showChoices();
  },

  choosePerson(column, id) {
    const person = this.persons.find((other) => other.id === id);
    const twin = this.columns.find((other) => other !== column && other.person.id === id);
    // The same chat twice would help nobody: the two change places.
    if (twin) twin.open(column.person, this.bot, this.group);
    this.openIn(column, person);
  },

  // A bot by its name or a group by its number.
  chooseTalk(value) {
    this.group = this.groups.find((group) => String(group.chat.id) === value) ?? null;
    const username = this.group ? this.group.bot : value;
    this.bot = this.bots.find((bot) => bot.username === username) ?? this.bot;
    for (const column of this.columns) column.open(column.person, this.bot, this.group);
    this.remember();
  },

  async addGroup(column) {
    const wish = await askGroup(this.persons, column.person);
    if (!wish) return;
    await column.try(async () => {
      const chat = await post("/sandbox/groups", { ...wish, bot: this.bot.username });
      await this.loadAll();
      this.chooseTalk(String(chat.id));
    });
  },

  // After people came or went.
  async refreshGroup() {
    await this.loadAll();
    this.chooseTalk(String(this.group.chat.id));
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
