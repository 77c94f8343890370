// The proxies: one card is at hand; a verdict goes off and the next card is at hand at once. z takes back the last ones.
import { onKey } from "./keys.js";

const cards = () => [...document.querySelectorAll(".proxy-card")];
const judged = []; // ids of the cards that got a verdict here, the last one last
let focused = null; // the id of the card that had the focus when its verdict was sent

for (const offer of document.querySelectorAll("[data-offers]")) offer.hidden = false;
onKey("j", () => step(1));
onKey("k", () => step(-1));
for (const key of ["a", "b", "i", "n"]) onKey(key, (event) => event.repeat || press(key));
onKey("z", (event) => event.repeat || undo());

document.addEventListener("click", (event) => {
  const offer = event.target.closest("[data-offers]");
  if (!offer) return;
  const field = offer.closest("details").querySelector("input");
  field.value = offer.dataset.offers;
  field.focus();
});
document.addEventListener("keydown", (event) => {
  const field = event.target.closest(".proxy-card input, .proxy-card textarea");
  if (field && event.key === "Escape") field.closest(".proxy-card").focus();
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const card = event.target.closest(".proxy-card");
  if (!card) return;
  const undoing = event.detail.requestConfig.parameters.handling === "angre";
  if (card.contains(document.activeElement)) {
    focused = card.id;
    if (!undoing && card.matches(".proxy-card:not(.judged)")) step(1, card);
  }
});
document.addEventListener("htmx:afterRequest", (event) => {
  // By now another element stands in the form's place.
  const card = event.detail.requestConfig.elt.closest(".proxy-card");
  if (!card || !event.detail.successful) return;
  if (event.detail.requestConfig.parameters.handling === "angre") judged.splice(judged.lastIndexOf(card.id), 1);
  else judged.push(card.id);
});
document.addEventListener("htmx:afterSwap", () => {
  for (const offer of document.querySelectorAll("[data-offers]")) offer.hidden = false;
  // The card that had the focus is another element now.
  if (document.activeElement === document.body && focused) document.getElementById(focused)?.focus();
});

// The card at hand: that with the focus, else the first one of those on the screen.
function atHand() {
  const here = document.activeElement.closest(".proxy-card");
  return here ?? cards().find((card) => card.getBoundingClientRect().bottom > 80);
}

function step(by, from = document.activeElement.closest(".proxy-card")) {
  const all = cards();
  const next = from ? all[all.indexOf(from) + by] : atHand();
  if (next) show(next);
}

function show(card) {
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

function press(key) {
  const card = atHand();
  const button = card?.querySelector(`[data-key="${key}"]`);
  if (!button) return;
  if (document.activeElement !== card) show(card);
  const outer = button.closest("details.again");
  if (outer) outer.open = true;
  if (!button.dataset.goes) return button.click();
  button.parentElement.open = true;
  button.parentElement.querySelector(`[name=${button.dataset.goes}]`).focus();
}

function undo() {
  const card = document.getElementById(judged.at(-1)) ?? atHand();
  const button = card?.querySelector("[value=angre]");
  if (!button) return;
  show(card);
  button.click();
}
