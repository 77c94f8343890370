// The balance model's cards: moved by key or by dragging, at once; what the server says of it comes after.
import { keysAreOn, onKey } from "./keys.js";
import { dragCards } from "./balance_dragging.js";

const board = document.querySelector("#brett");
const action = board?.dataset.action; // only for who may decide
const moving = document.querySelector("#flytt");
const conflict = document.querySelector("#konflikt");
const told = document.querySelector("#sagt");
const error = document.querySelector("#feilmelding");
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
let opened = null; // the card that the dialog is about
let chain = Promise.resolve(); // one request after the other, in the order of what was done

const place = (name) => board.querySelector(`.place[data-drop="${name}"]`);
const list = (name) => place(name).querySelector("ol");
const cardsIn = (section) => [...section.querySelectorAll(".card")];
const lines = (anchor) => cardsIn(board).filter((card) => card.value === anchor).map((card) => card.parentElement);
const current = () => document.activeElement?.closest(".card");

if (board) {
  ready();
  board.addEventListener("focusin", (event) => event.target.matches(".card") && rove(event.target));
  board.addEventListener("keydown", onArrow);
  document.addEventListener("click", onClick);
}
if (action) {
  for (const key of "123456789") onKey(key, (event) => event.repeat || moveBy(key));
  onKey("m", () => current() && open(current()));
  onKey("a", (event) => current() && !event.repeat && act(current(), "godkjenn"));
  onKey("z", (event) => event.repeat || undo());
  moving.addEventListener("keydown", onDialogKey);
  document.addEventListener("submit", onSubmit);
  dragCards(board, (card, name) => card.closest(".place").dataset.drop !== name && act(card, `flytt ${name}`));
}

// One stop of the Tab key for each position; arrows go on from there.
function ready() {
  for (const section of board.querySelectorAll(".place")) {
    const cards = cardsIn(section);
    if (!cards.some((card) => card.tabIndex === 0) || cards.filter((card) => card.tabIndex === 0).length > 1) {
      cards.forEach((card, number) => (card.tabIndex = number ? -1 : 0));
    }
  }
}

function rove(card) {
  for (const one of cardsIn(card.closest(".place"))) one.tabIndex = one === card ? 0 : -1;
}

function onArrow(event) {
  const step = ARROWS[event.key];
  const card = event.target.closest(".card");
  if (!step || !card || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  const [aside, down] = step;
  const section = card.closest(".place");
  if (down) return cardsIn(section)[cardsIn(section).indexOf(card) + down]?.focus();
  // To the next position that has any cards, round the board.
  const places = [...board.querySelectorAll(".place")].filter((one) => cardsIn(one).length);
  const beside = places[(places.indexOf(section) + aside + places.length) % places.length];
  cardsIn(beside).find((one) => one.tabIndex === 0).focus();
}

function onClick(event) {
  const card = event.target.closest(".card");
  const goes = event.target.closest("[data-goes]");
  const more = event.target.closest("[data-more]");
  const closes = event.target.closest("[data-closes]");
  if (card && action && board.contains(card)) {
    event.preventDefault();
    open(card);
  } else if (goes) {
    event.preventDefault();
    place(goes.dataset.goes).scrollIntoView({ block: "nearest" });
    (cardsIn(place(goes.dataset.goes))[0] ?? place(goes.dataset.goes).querySelector("h2")).focus();
  } else if (more) {
    event.preventDefault();
    showMore(more);
  } else if (closes) {
    closes.closest("dialog").close();
  }
}

function moveBy(key) {
  const name = moving.querySelector(`[data-key="${key}"]`).value;
  if (current()) act(current(), name);
}

function open(card) {
  opened = card;
  const here = card.closest(".place").dataset.drop;
  const queue = new URL(card.form.action);
  queue.search = new URLSearchParams([...new FormData(card.form), [card.name, card.value]]);
  moving.querySelector("h2").textContent = `«${card.querySelector(".text").textContent}»`;
  moving.querySelector("[data-fills=source]").textContent = card.querySelector(".source").textContent;
  moving.querySelector("[data-fills=interview]").href = card.dataset.interview;
  moving.querySelector("[data-fills=queue]").href = queue;
  moving.querySelector("textarea").value = "";
  for (const button of moving.querySelectorAll(".places button")) button.classList.toggle("holds", button.value === `flytt ${here}`);
  moving.showModal();
  moving.querySelector(".holds").focus();
}

function onDialogKey(event) {
  if (!keysAreOn() || event.ctrlKey || event.altKey || event.metaKey || event.target.matches("textarea")) return;
  const button = [...moving.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key);
  if (!button || event.repeat) return;
  event.preventDefault();
  button.click();
}

function onSubmit(event) {
  const form = event.target;
  if (form.closest("#flytt")) {
    event.preventDefault();
    moving.close();
    act(opened, event.submitter.value, moving.querySelector("textarea").value);
  } else if (form.closest("#konflikt")) {
    event.preventDefault();
    const data = new FormData(form, event.submitter);
    conflict.close();
    run(() => data, null);
  } else if (form.closest("#sist")) {
    event.preventDefault();
    undo();
  }
}

// The form is read when its turn comes: what is to be undone may be what is being written.
function undo() {
  const form = () => document.querySelector("#sist form");
  run(() => form() && new FormData(form(), form().querySelector("button")), null, true);
}

// The card goes there at once, and back where the server says no; the one after it is next.
function act(card, handling, note = "") {
  const line = card.parentElement;
  if (line.classList.contains("waiting")) return;
  const [did, target] = handling.split(" ");
  const home = { list: line.parentElement, next: line.nextElementSibling };
  const hadFocus = document.activeElement === card || document.activeElement === document.body;
  const follow = did === "flytt" ? nearest(line) : null;
  const data = new URLSearchParams(JSON.parse(card.dataset.form));
  data.set("handling", handling);
  data.set("notat", note);
  line.classList.add("waiting");
  if (did === "flytt" && list(target) !== home.list) {
    list(target).prepend(line);
    list(target).parentElement.scrollTop = 0;
    card.dataset.moved = "yes";
    if (hadFocus) follow.focus({ preventScroll: true });
    ready();
  }
  run(() => data, { line, home });
}

function nearest(line) {
  const beside = line.nextElementSibling ?? line.previousElementSibling;
  return beside?.querySelector(".card") ?? line.closest(".place").querySelector("h2");
}

function run(read, moved, undoes = false) {
  chain = chain.then(async () => {
    const data = read();
    if (!data) return;
    error.replaceChildren();
    const brought = await ask(data);
    if (brought) take(brought, undoes);
    else if (moved) putBack(moved);
  });
}

// The answer's content, or nothing where nothing was done; then the frame says why.
async function ask(data) {
  try {
    const answer = await fetch(action, { method: "POST", body: new URLSearchParams(data), headers: { "HX-Request": "true" } });
    const content = new DOMParser().parseFromString(await answer.text(), "text/html");
    const brought = content.querySelector("[data-answer]");
    if (!brought) error.replaceChildren(...content.body.childNodes);
    return brought;
  } catch {
    error.replaceChildren(document.querySelector("#uten-kontakt").content.cloneNode(true));
    return null;
  }
}

function putBack({ line, home }) {
  line.classList.remove("waiting");
  home.list.insertBefore(line, home.next?.parentElement === home.list ? home.next : null);
  line.querySelector(".card").focus();
  ready();
}

function take(brought, undoes) {
  const { anchor, said } = brought.dataset;
  const cards = new Map([...brought.querySelectorAll("[data-at]")].map((one) => [one.dataset.at, one.firstElementChild]));
  for (const old of lines(anchor)) replace(old, cards);
  for (const [name, line] of cards) {
    line.querySelector(".card").dataset.moved = "yes";
    list(name).prepend(line);
    if (undoes) line.querySelector(".card").focus();
  }
  showFigure(brought.querySelector("#figur"));
  document.querySelector("#sist").replaceWith(brought.querySelector("#sist"));
  told.textContent = said;
  ready();
  const refused = brought.querySelector("[data-conflict]");
  if (!refused) return;
  conflict.replaceChildren(refused);
  conflict.showModal();
}

// The card as it is now, where it still lies; what is left of `cards` lies elsewhere.
function replace(old, cards) {
  const name = old.closest(".place").dataset.drop;
  const line = cards.get(name);
  const had = old.contains(document.activeElement);
  const moved = old.querySelector(".card").dataset.moved;
  const follow = line ? null : nearest(old);
  cards.delete(name);
  if (line) old.replaceWith(line);
  else old.remove();
  if (line && moved) line.querySelector(".card").dataset.moved = moved;
  if (had) (line?.querySelector(".card") ?? follow).focus();
}

function showFigure(figure) {
  for (const count of figure.querySelectorAll("[data-count]")) {
    place(count.dataset.count).querySelector("[data-count]").textContent = count.textContent;
  }
  document.querySelector("#figur").replaceWith(figure);
}

// What comes after the last one that was not put there by hand.
async function showMore(link) {
  const section = link.closest(".place");
  const last = cardsIn(section).filter((card) => !card.dataset.moved).at(-1);
  const address = new URL(link.href);
  address.searchParams.set("etter", last?.dataset.number ?? "0");
  address.hash = "";
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    const content = new DOMParser().parseFromString(await answer.text(), "text/html");
    const known = new Set(cardsIn(section).map((card) => card.value));
    const added = [...content.querySelectorAll("li")].filter((line) => !known.has(line.querySelector(".card").value));
    section.querySelector("ol").append(...added);
    const next = content.querySelector("[data-more]");
    if (next) link.replaceWith(next);
    else link.remove();
    ready();
    (added[0]?.querySelector(".card") ?? section.querySelector("h2")).focus();
  } catch {
    error.replaceChildren(document.querySelector("#uten-kontakt").content.cloneNode(true));
  }
}
