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

// One person's chat with one bot.
export class Chat {
  constructor(person, bot) {
    this.person = person;
    this.bot = bot;
    this.path = `/sandbox/chats/${person.id}`;
  }

  state(signal) { return get(this.path, { bot: this.bot.username }, signal); }
  messages(signal) { return get(`${this.path}/messages`, { bot: this.bot.username }, signal); }
  events(after, action, signal) {
    return get(`${this.path}/events`, { bot: this.bot.username, after, action, wait: 25 }, signal);
  }
  do(verb, body = {}) { return post(`${this.path}/${verb}`, { bot: this.bot.username, ...body }); }
  file(file, kind, caption, duration) {
    return upload(`${this.path}/file`, { bot: this.bot.username, kind, caption, duration, file });
  }
}
