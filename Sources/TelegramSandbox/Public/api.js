// The person's side of the sandbox over HTTP.
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function answer(response) {
  const json = await response.json();
  if (!response.ok) throw new Refusal(response.status, json.error ?? String(response.status));
  return json;
}

export async function get(path, query = {}, signal) {
  return answer(await fetch(`${path}?${new URLSearchParams(query)}`, { signal }));
}

export async function post(path, body) {
  return answer(
    await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    }),
  );
}

export async function upload(path, fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value instanceof File) form.append(name, value, value.name);
    else if (value !== undefined && value !== "") form.append(name, value);
  }
  return answer(await fetch(path, { method: "POST", body: form }));
}

// A chat as one person sees it: with a bot, or in a group.
export class Chat {
  constructor(person, bot, group) {
    this.person = person;
    this.bot = bot;
    this.group = group;
    this.path = `/sandbox/chats/${group ? group.chat.id : person.id}`;
    this.who = group ? { from: person.id } : { bot: bot.username };
  }

  state(signal) { return get(this.path, this.who, signal); }
  messages(signal) { return get(`${this.path}/messages`, this.who, signal); }
  events(after, action, signal) { return get(`${this.path}/events`, { ...this.who, after, action, wait: 25 }, signal); }
  do(verb, body = {}) { return post(`${this.path}/${verb}`, { ...this.who, ...body }); }
  file(file, fields) { return upload(`${this.path}/file`, { ...this.who, ...fields, file }); }
  manage(verb, body) { return post(`/sandbox/groups/${this.group.chat.id}/${verb}`, body); }
}
