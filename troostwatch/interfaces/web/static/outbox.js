// Decisions on their way: sent one after the other, kept in the browser until the desk has them, tried again when the
// line is down. Each has a name of its own, so that one which arrived and whose answer was lost is not stored twice.

const KEPT = "troostwatch-outbox";
const WAITS = [500, 1000, 2000, 4000, 8000, 15000];

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "[]");
  } catch {
    return [];
  }
}

export class Outbox {
  #entries = [];
  #mine = new Set(); // names of all entries this page ever had: tabs share what the browser keeps
  #results = new Map();
  #sending = false;
  #failures = 0;

  // on.stored(entry, result), on.refused(entry, status, text), on.line(number of entries that wait, or 0)
  constructor(on) {
    this.on = on;
    this.#entries = kept();
    for (const entry of this.#entries) this.#mine.add(entry.name);
    addEventListener("online", () => this.#send());
    addEventListener("beforeunload", (event) => {
      if (this.#entries.length && this.#failures) event.preventDefault();
    });
    if (this.#entries.length) this.#send();
  }

  put(entry) {
    this.#entries.push(entry);
    this.#mine.add(entry.name);
    this.#keep();
    this.#send();
  }

  // Takes an entry out that was not sent yet; false where it is on its way or there already.
  withdraw(name) {
    const at = this.#entries.findIndex((entry) => entry.name === name);
    if (at < 0 || (at === 0 && this.#sending)) return false;
    this.#entries.splice(at, 1);
    this.#keep();
    this.#tell();
    return true;
  }

  // Whether something is on its way, and the desk answers.
  get busy() {
    return this.#sending && !this.#failures;
  }

  #keep() {
    try {
      const others = kept().filter((entry) => !this.#mine.has(entry.name));
      localStorage.setItem(KEPT, JSON.stringify([...others, ...this.#entries]));
    } catch {
      // a browser that keeps nothing still sends
    }
  }

  #tell() {
    this.on.line(this.#failures ? this.#entries.length : 0);
  }

  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    while (this.#entries.length) {
      const entry = this.#entries[0];
      const body = entry.undoes ? this.#undoing(entry) : entry.body;
      if (body === null) {
        this.#done(entry, { text: "", decisions: [], left: null });
        continue;
      }
      let answer;
      try {
        answer = await fetch(entry.path, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        });
      } catch {
        answer = null;
      }
      if (answer === null || answer.status >= 500 || answer.status === 408 || answer.status === 401) {
        this.#failures += 1;
        this.#tell();
        await new Promise((go) => setTimeout(go, WAITS[Math.min(this.#failures, WAITS.length) - 1]));
        continue;
      }
      this.#failures = 0;
      const said = await answer.json().catch(() => ({ detail: answer.statusText }));
      if (answer.ok) {
        this.#done(entry, said);
      } else {
        this.#entries.shift();
        this.#keep();
        this.on.refused(entry, answer.status, said.detail ?? "");
      }
      this.#tell();
    }
    this.#sending = false;
  }

  #undoing(entry) {
    if (entry.body) return entry.body;
    const result = this.#results.get(entry.undoes);
    return result?.decisions.length ? { decisions: result.decisions } : null;
  }

  #done(entry, result) {
    this.#results.set(entry.name, result);
    this.#entries.shift();
    this.#keep();
    this.on.stored(entry, result);
  }
}
