// Second coding: every button has its key, and what HTMX brings gets the focus.
import { onKey } from "./keys.js";

const place = document.querySelector("#kort");
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "k", "e", "o", "u", "i", "a", "b", "r", "s", "z", "n"];
let waits = false;

for (const key of KEYS) onKey(key, (event) => event.repeat || press(key));
onKey(" ", play);
document.addEventListener("htmx:beforeRequest", () => (waits = true));
document.addEventListener("htmx:afterRequest", () => (waits = false));
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target !== place) return;
  place.querySelector("[data-card]").focus({ preventScroll: true });
  place.scrollIntoView({ block: "nearest" });
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches("#kort textarea")) place.querySelector("[data-card]").focus();
});
// Only the phrase is played, not what comes after it.
place.addEventListener("timeupdate", (event) => {
  const sound = event.target;
  if (sound.currentTime >= Number(sound.dataset.end)) sound.pause();
}, true);

function press(key) {
  const button = place.querySelector(`[data-key="${key}"]`);
  if (!button || waits) return;
  if (key === "n") toNote(button);
  else button.click();
}

function toNote(summary) {
  summary.parentElement.open = true;
  summary.parentElement.querySelector("textarea").focus();
}

function play() {
  const sound = place.querySelector("audio");
  if (!sound) return;
  if (!sound.paused) return sound.pause();
  sound.currentTime = Number(sound.dataset.start);
  sound.play();
}
