// The review: one item after the other, one key for each decision. The next item is here before it is asked for, and
// a decision is sent while it is already shown.

import { Outbox } from "./outbox.js";
import { Stage } from "./stage.js";

const $ = (id) => document.getElementById(id);
const state = JSON.parse($("state").textContent);
const AHEAD = 3; // items whose pictures are loaded before they are shown
const LEAST = 6; // items behind this one, else more are asked for

const stage = new Stage({
  view: $("view"), paper: $("paper"), picture: $("picture"), overlay: $("overlay"), hover: $("hover"),
});
const items = [];
const known = new Set();
const given = new Map(); // key of an item -> what was decided about it here
const history = []; // {at, name, keys}
let at = 0;
let after = state.after;
let left = state.left;
let stored = 0;
let asking = false;
let drawn = null; // the box of a code that nobody reported

const keyOf = (item) => `${item.content}/${item.id ?? ""}`;
const newName = () => crypto.randomUUID();

const outbox = new Outbox({
  stored(entry, result) {
    if (entry.counts) stored += entry.counts;
    if (result.left !== null) left = result.left;
    counts();
    setTimeout(prepare);
  },
  refused(entry, status, text) {
    $("conflict").hidden = false;
    const what = entry.label ? `You said: ${entry.label}. ` : "";
    $("conflict").textContent = `${what}${status === 409 ? "Meanwhile: " : ""}${text}`;
    for (const key of entry.keys ?? []) given.delete(key);
    const gone = history.findIndex((step) => step.name === entry.name);
    if (gone >= 0) history.splice(gone, 1);
    counts();
    setTimeout(prepare);
  },
  line(waiting) {
    $("line").textContent = waiting ? `The desk does not answer: ${waiting} kept here and tried again.` : "";
    if (waiting) prepare();
  },
});

function counts() {
  $("left").textContent = left;
  $("stored").textContent = stored;
}

function take(more) {
  for (const item of more) {
    if (known.has(keyOf(item))) continue;
    known.add(keyOf(item));
    items.push(item);
  }
}

async function ask() {
  if (asking || after === null) return;
  asking = true;
  try {
    const answer = await fetch(`/api/queue?least=8&after=${encodeURIComponent(after)}`);
    if (!answer.ok) return;
    const page = await answer.json();
    after = page.after;
    take(page.items);
    if ($("desk").hidden) show();
    ahead();
  } catch {
    setTimeout(ask, 2000);
  } finally {
    asking = false;
  }
}

const thumbnail = (photograph) => `/pictures/${photograph.content}/thumb.jpg`;

// One picture after the other: a decision that comes meanwhile waits for one at most.
const loaded = new Map();
let loading = false;
function ahead() {
  if (loading || outbox.busy) return;
  const wanted = items.slice(at, at + 1 + AHEAD).flatMap((item) => [
    `/pictures/${item.content}/large.jpg`, item.crop, ...item.strip.slice(0, 8).map(thumbnail),
  ]);
  const address = wanted.find((each) => each && !loaded.has(each));
  if (!address) return;
  loading = true;
  const picture = new Image();
  picture.fetchPriority = "low";
  picture.onload = picture.onerror = () => {
    loading = false;
    ahead();
  };
  picture.src = address;
  loaded.set(address, picture);
  if (loaded.size > 80) loaded.delete(loaded.keys().next().value);
}

function signs(target, text, differing) {
  const marks = new Set(differing);
  target.replaceChildren(...[...text].map((sign, index) => {
    const part = document.createElement(marks.has(index) ? "mark" : "span");
    part.textContent = sign;
    return part;
  }));
}

function show() {
  const item = items[at];
  $("desk").hidden = !item;
  $("nothing").hidden = Boolean(item);
  if (!item) {
    if (after !== null) ask();
    return;
  }
  $("lot").textContent = item.lots.join(", ");
  $("lot").href = `/lots/${item.lot}`;
  $("title").textContent = item.title;
  $("closes").textContent = item.closes;
  $("position").textContent = item.position;
  $("reason").textContent = item.reason;
  $("crop-frame").hidden = !item.crop;
  if (item.crop) $("crop").src = item.crop;
  $("about-code").hidden = item.id === null;
  for (const button of document.querySelectorAll(".needs-code")) button.disabled = item.id === null;
  if (item.id !== null) {
    $("type").textContent = item.type.replaceAll("_", " ");
    $("probability").textContent = item.probability;
    signs($("value"), item.value, item.marks);
    $("evidence").replaceChildren(...item.evidence.map((sentence) => {
      const line = document.createElement("li");
      line.textContent = sentence;
      return line;
    }));
    $("rivals").replaceChildren(...item.rivals.map((rival, index) => {
      const line = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.testid = `rival-${index + 1}`;
      const digit = document.createElement("kbd");
      digit.textContent = index + 1;
      const value = document.createElement("span");
      value.className = "code";
      signs(value, rival.value, rival.differs);
      const by = document.createElement("span");
      by.className = "note";
      by.textContent = rival.by;
      button.append(digit, " ", value, " ", by);
      button.addEventListener("click", () => correct(rival.value, item.type));
      line.append(button);
      return line;
    }));
  }
  strip(item);
  edit(null);
  const said = given.get(keyOf(item));
  $("decided").hidden = !said;
  $("decided").textContent = said ? `You said: ${said}` : "";
  stage.show(item);
  counts();
  prepare();
}

// Pictures and items to come wait until a decision that is on its way has arrived: it is what matters now.
function prepare() {
  if (outbox.busy) return;
  ahead();
  if (items.length - at < LEAST) ask();
}

function strip(item) {
  $("strip").replaceChildren(...item.strip.map((other) => {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("role", "listitem");
    button.setAttribute("aria-label", `photograph ${other.position}`);
    if (other.content === item.content) button.setAttribute("aria-current", "true");
    const picture = document.createElement("img");
    picture.src = thumbnail(other);
    picture.alt = "";
    picture.loading = "lazy";
    button.append(picture);
    button.addEventListener("click", () => (other.content === item.content ? stage.show(item) : stage.look(other.content)));
    return button;
  }));
}

function go(step) {
  const next = at + step;
  if (next < 0 || next > items.length) return;
  at = next;
  show();
}

function nextOpen() {
  do at += 1;
  while (at < items.length && given.has(keyOf(items[at])));
  show();
}

function decide(path, body, { label, keys, counts: number = 1 }) {
  const name = body.request ?? newName();
  $("conflict").hidden = true;
  for (const key of keys) given.set(key, label);
  history.push({ at, name, keys, number, path, body });
  outbox.put({ name, path, body, label, keys, counts: number });
  left = Math.max(0, left - keys.length);
  nextOpen();
}

function verdict(which, label) {
  const item = items[at];
  if (!item || item.id === null) return;
  const body = { code: item.id, verdict: which, seen: item.seen, request: newName() };
  decide("/api/decisions", body, { label: `${label} ${item.value}`, keys: [keyOf(item)] });
}

function correct(value, type) {
  const item = items[at];
  if (!item || item.id === null || !value.trim()) return;
  const body = { code: item.id, verdict: "corrected", seen: item.seen, request: newName(), value, type };
  decide("/api/decisions", body, { label: `${item.value} is ${value}`, keys: [keyOf(item)] });
}

function add(value, type) {
  const item = items[at];
  const name = newName();
  const body = { photo: item.photo, type, value, box: drawn, request: name };
  $("conflict").hidden = true;
  history.push({ at, name, keys: [], number: 1, path: "/api/codes", body });
  outbox.put({ name, path: "/api/codes", body, label: `${type} ${value}`, keys: [], counts: 1 });
  edit(null);
  stage.stopDrawing();
}

function dismiss() {
  const item = items[at];
  if (!item) return;
  const keys = items.filter((other) => other.content === item.content && !given.has(keyOf(other))).map(keyOf);
  decide("/api/photographs", { photo: item.photo, dismissed: true }, { label: "nothing to read", keys });
}

function undo() {
  const step = history.pop();
  if (!step) return;
  for (const key of step.keys) given.delete(key);
  if (!outbox.withdraw(step.name)) {
    const body = step.path === "/api/photographs" ? { photo: step.body.photo, dismissed: false } : null;
    const path = body ? "/api/photographs" : "/api/undo";
    outbox.put({ name: newName(), path, body, undoes: step.name, label: "undo", keys: [], counts: -step.number });
  } else {
    left += step.keys.length;
  }
  at = step.at;
  show();
}

// What is edited: a correction of the code, or a new code in a drawn box; null closes the lines.
function edit(what) {
  const open = what !== null;
  $("correction").hidden = !open;
  drawn = what?.box ?? null;
  if (!open) return;
  const item = items[at];
  $("correction-title").textContent = what.box ? "A code that nobody reported" : "Correct";
  $("correct-type").value = item.type ?? "serial_number";
  $("correct-value").value = what.box ? "" : item.value;
  $("correct-value").focus();
  $("correct-value").select();
  check();
}

let checking = 0;
async function check() {
  const mine = ++checking;
  const value = $("correct-value").value;
  if (!value.trim()) {
    $("check").textContent = "";
    return;
  }
  try {
    const answer = await fetch("/api/check", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ type: $("correct-type").value, value }),
    });
    const said = await answer.json();
    if (mine !== checking) return;
    $("check").textContent = said.ok ? `kept as ${said.value}` : said.problem ?? said.detail;
    $("check").classList.toggle("bad", !said.ok);
  } catch {
    $("check").textContent = "";
  }
}

function store() {
  const value = $("correct-value").value;
  const type = $("correct-type").value;
  if (!value.trim()) return;
  if (drawn) add(value, type);
  else correct(value, type);
  $("view").focus();
}

async function together(question) {
  const answer = await fetch(`/api/together?${question}`);
  if (!answer.ok) return;
  const codes = await answer.json();
  const list = codes.map((code) => {
    const line = document.createElement("li");
    line.textContent = `${code.type.replaceAll("_", " ")} ${code.value}`;
    return line;
  });
  $("together-list").replaceChildren(...list);
  $("together-title").textContent = `${codes.length} open code${codes.length === 1 ? "" : "s"} as one decision`;
  for (const button of $("together").querySelectorAll("button")) {
    button.onclick = () => {
      $("together").close();
      const which = button.dataset.together;
      if (!which || !codes.length) return;
      const chosen = new Set(codes.map((code) => code.id));
      const keys = items.filter((item) => chosen.has(item.id) && !given.has(keyOf(item))).map(keyOf);
      const body = { verdict: which, codes: codes.map((code) => [code.id, code.seen]), request: newName() };
      decide("/api/decisions/together", body, { label: `${which} ${codes.length}`, keys, counts: codes.length });
    };
  }
  $("together").showModal();
}

const deeds = {
  approve: () => verdict("approved", "approved"),
  reject: () => verdict("rejected", "rejected"),
  correct: () => items[at]?.id != null && edit({}),
  dismiss,
  skip: () => go(1),
  on: () => go(1),
  back: () => go(-1),
  undo,
  store,
  draw: () => stage.draw((box) => edit({ box })),
  lot: () => together(`lot=${encodeURIComponent(items[at].lot)}`),
  like: () => items[at]?.id != null && together(`like=${items[at].id}`),
  help: () => $("help").showModal(),
  fit: () => stage.fit(),
  whole: () => stage.whole(),
  turn: () => stage.turn(),
  "zoom-in": () => stage.zoom(1.25),
  "zoom-out": () => stage.zoom(0.8),
};
const keys = {
  a: "approve", r: "reject", c: "correct", n: "dismiss", s: "skip", u: "undo", b: "draw", l: "lot", w: "like",
  "?": "help", f: "fit", h: "whole", t: "turn", "+": "zoom-in", "=": "zoom-in", "-": "zoom-out",
  ArrowLeft: "back", ArrowRight: "on",
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("#correction")) {
    if (event.key === "Escape") {
      edit(null);
      stage.stopDrawing();
      $("view").focus();
    } else if (event.key === "Enter") {
      event.preventDefault();
      store();
    }
    return;
  }
  if (event.target.closest("input, select, textarea")) return;
  if (!items[at] && !["u", "ArrowLeft", "?"].includes(event.key)) return;
  const rival = items[at]?.rivals[Number(event.key) - 1];
  const deed = keys[event.key];
  if (rival) correct(rival.value, items[at].type);
  else if (deed) deeds[deed]();
  else return;
  event.preventDefault();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (!button || !deeds[button.dataset.do]) return;
  event.preventDefault();
  deeds[button.dataset.do]();
});
$("decide").addEventListener("submit", (event) => event.preventDefault());
for (const name of ["input", "change"]) $("correction").addEventListener(name, check);

document.documentElement.classList.add("alive");
take(state.items);
show();
document.documentElement.dataset.ready = "true";
