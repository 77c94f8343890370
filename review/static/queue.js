// The queue: the next card is there at once, while what was decided is being written; every button has its key.
import { onKey } from "./keys.js";

const now = document.querySelector("#naa");
const next = document.querySelector("#neste");
const told = document.querySelector("#sagt");
const error = document.querySelector("#feilmelding");
const KEYS = ["Enter", "a", "1", "2", "3", "4", "5", "6", "7", "8", "9", "k", "e", "o", "u", "i", "r", "s", "z", "n", " "];
const player = new Audio();
let sending = false;
let waiting = null; // what was pressed before the last answer came: at most one
let stop = 0;

player.preload = "none";
ready(document);
for (const key of KEYS) onKey(key, (event) => event.repeat || press(key));
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.closest("#ko, #sist") || !event.submitter) return;
  event.preventDefault();
  act(form, event.submitter);
});
document.addEventListener("click", (event) => {
  const goes = event.target.closest("[data-goes]");
  if (goes?.dataset.goes === "positions") {
    event.preventDefault();
    toPositions(goes.closest("article"));
  }
  const sound = event.target.closest("[data-sound]");
  if (sound) play(sound);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches("#naa textarea")) card().focus();
});

function card() {
  return now.firstElementChild;
}

// What has the key, in the card or beside it; nothing in the card that waits.
function press(key) {
  const buttons = [...document.querySelectorAll("#naa [data-key], #sist [data-key]")];
  const button = buttons.find((one) => one.dataset.key === key || one.dataset.key.split(" ").includes(key));
  if (!button || button.hidden) return;
  if (button.dataset.goes === "note") toNote(button);
  else button.click();
}

function toNote(summary) {
  summary.parentElement.open = true;
  summary.parentElement.querySelector("textarea").focus();
}

function toPositions(article) {
  const first = article.querySelector(".positions .first") ?? article.querySelector(".positions button");
  first?.focus();
}

function act(form, button) {
  if (waiting) return;
  const step = { form, data: new FormData(form, button), undo: !form.closest("#naa"), card: form.closest("#naa article") };
  if (sending) {
    waiting = step;
    now.setAttribute("aria-busy", "true");
  } else {
    send(step);
  }
}

async function send(step) {
  sending = true;
  player.pause();
  error.replaceChildren();
  if (!step.undo) advance();
  step.data.set("neste", card()?.dataset.phrase ?? "");
  const brought = await ask(step);
  sending = false;
  now.removeAttribute("aria-busy");
  if (brought) take(brought);
  else if (!step.undo) putBack(step.card);
  const held = waiting;
  waiting = null;
  // After a conflict or an undo another card stands there: what was pressed was not meant for that.
  if (!held || brought?.dataset.place !== "neste") return;
  // An undo that waited is of what was decided meanwhile.
  if (held.undo) document.querySelector("#sist button")?.click();
  else send(held);
}

// The answer's content, or nothing where nothing was done; then the frame says why.
async function ask({ form, data }) {
  try {
    const answer = await fetch(form.action, {
      method: "POST", body: new URLSearchParams(data), headers: { "HX-Request": "true" },
    });
    const content = new DOMParser().parseFromString(await answer.text(), "text/html");
    const brought = content.querySelector("[data-place]");
    if (!brought) error.replaceChildren(...content.body.childNodes);
    return brought;
  } catch {
    error.replaceChildren(document.querySelector("#uten-kontakt").content.cloneNode(true));
    return null;
  }
}

function take(brought) {
  const article = brought.querySelector("article");
  ready(article);
  if (brought.dataset.place === "naa") putBack(article);
  else next.replaceChildren(article);
  for (const id of ["framdrift", "sist"]) document.getElementById(id).replaceWith(brought.querySelector(`#${id}`));
  // Something came up behind the end.
  if (card() && "end" in card().dataset && !("end" in article.dataset)) advance();
  told.textContent = brought.dataset.said;
}

function advance() {
  if (!next.firstElementChild) return now.replaceChildren();
  now.replaceChildren(next.firstElementChild);
  card().focus({ preventScroll: true });
  card().scrollIntoView({ block: "nearest" });
}

// Before what stands there, which comes next then.
function putBack(article) {
  if (card()) next.replaceChildren(card());
  now.replaceChildren(article);
  article.focus();
}

function ready(part) {
  for (const button of part.querySelectorAll("[data-sound]")) button.hidden = false;
}

function play(button) {
  const { sound, start, end } = button.dataset;
  const source = new URL(sound, location.href);
  if (!player.paused) return player.pause();
  if (player.src.split("#")[0] !== source.href.split("#")[0]) player.src = source.href.split("#")[0];
  player.currentTime = Number(start);
  stop = Number(end);
  player.play().then(watch, () => {
    error.textContent = button.dataset.failed;
  });
}

function watch() {
  if (player.currentTime >= stop) player.pause();
  if (!player.paused) requestAnimationFrame(watch);
}
