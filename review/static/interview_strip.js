// The whole interview at a glance: a lane for each dimension and one for the rest, with what is on the screen framed.
import { phraseSpan, saidOf, turnOf, turns } from "./interview_text.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 1000;
const LANES = ["green", "yellow", "magenta"];
const LANE = 6;
const strip = document.querySelector("#oversikt");
let begins = new Map(); // where each turn begins, in letters
let length = 1;
let frame = null;

// Draws it anew: phrases or turns have changed. `onPick(turn)` is told where somebody points.
export function drawStrip() {
  if (!strip) return;
  measure();
  strip.setAttribute("viewBox", `0 0 ${WIDTH} ${LANE * 4}`);
  frame = rect("frame", 0, 1, 0, LANE * 4);
  strip.replaceChildren(frame, ...[...document.querySelectorAll("#replikker .phrase[id]")].map(drawPhrase));
  showPlace();
}

export function setUpStrip(onPick) {
  if (!strip) return;
  drawStrip();
  strip.addEventListener("click", (event) => {
    const box = strip.getBoundingClientRect();
    const letter = ((event.clientX - box.left) / box.width) * length;
    onPick([...begins.keys()].findLast((turn) => begins.get(turn) <= letter));
  });
  for (const kind of ["scroll", "resize"]) addEventListener(kind, () => requestAnimationFrame(showPlace), { passive: true });
}

function measure() {
  begins = new Map();
  length = 0;
  for (const turn of turns()) {
    begins.set(turn, length);
    length += saidOf(turn).textContent.length;
  }
  length = Math.max(1, length);
}

function drawPhrase(link) {
  const span = phraseSpan(link.dataset.phrase);
  const lane = LANES.findIndex((colour) => link.classList.contains(colour));
  const start = begins.get(span.turn) + span.start;
  const mark = rect(link.className, start, span.end - span.start, (lane < 0 ? 3 : lane) * LANE + 1, LANE - 2);
  return mark;
}

function rect(style, start, letters, y, height) {
  const drawn = document.createElementNS(SVG, "rect");
  drawn.setAttribute("class", style);
  drawn.setAttribute("y", y);
  drawn.setAttribute("height", height);
  stretch(drawn, start, letters);
  return drawn;
}

function stretch(drawn, start, letters) {
  drawn.setAttribute("x", (WIDTH * start) / length);
  drawn.setAttribute("width", Math.max(2, (WIDTH * letters) / length));
}

function showPlace() {
  const list = document.querySelector("#replikker").getBoundingClientRect();
  const top = strip.closest(".desk").getBoundingClientRect().bottom + 8;
  const first = turnAt(list.left + 20, Math.max(top, list.top + 1));
  const last = turnAt(list.left + 20, Math.min(innerHeight - 8, list.bottom - 1));
  if (!first || !last) return;
  const start = begins.get(first);
  stretch(frame, start, begins.get(last) + saidOf(last).textContent.length - start);
}

const turnAt = (x, y) => document.elementsFromPoint(x, y).map(turnOf).find((turn) => turn && begins.has(turn));
