// Words that somebody points out: a cursor that goes word by word, a selection to make a phrase of, and the borders of
// the open phrase to drag. What floats over the text lies in an overlay of the transcript.
import { light, offsetIn, placeAt, rangeOf, saidOf, textOf, toCodePoints, trimmed, turnOf, turns, wordAt, wordsOf } from "./interview_text.js";

const transcript = document.querySelector(".transcript");
const list = document.querySelector("#replikker");
const spokenAloud = document.querySelector("#ordet");
const overlay = document.createElement("div");
let cursor = null; // the turn, the word, and the word where a selection began
let recut = null; // the phrase whose borders can be moved, and where they are now

// The word that the keyboard is at, or null.
export const wordHere = () => cursor && { turn: cursor.turn, index: cursor.word, span: wordsOf(cursor.turn).spans[cursor.word] };
export const isInText = () => document.activeElement?.closest("#replikker .said") !== null && document.activeElement !== document.body;

export function setUpMarking(onEdit, onNew) {
  overlay.className = "overlay";
  transcript.append(overlay);
  const first = list.querySelector(".said");
  if (first) rove(first);
  list.addEventListener("focusin", (event) => {
    const said = event.target.closest(".said");
    if (said) rove(said);
    if (event.target === said && cursor?.turn !== turnOf(said)) cursor = null;
  });
  list.addEventListener("focusout", () => light("cursor", null));
  list.addEventListener("keydown", (event) => steer(event, onEdit));
  document.addEventListener("selectionchange", () => requestAnimationFrame(() => offer(onNew)));
  for (const kind of ["scroll", "resize"]) addEventListener(kind, () => requestAnimationFrame(place), { passive: true });
}

// Puts an element over the text, below a span of a turn; what lay there before is taken away.
export function float(element, turn, start, end) {
  overlay.querySelectorAll(":scope > :not(.handle)").forEach((one) => one.remove());
  element.over = { turn, start, end };
  overlay.append(element);
  place();
}

export function sink(element) {
  element.remove();
}

// The keyboard's cursor on a word of a turn, with focus.
export function goTo(turn, word) {
  const count = wordsOf(turn).spans.length;
  if (!count) return;
  const index = Math.min(Math.max(0, word), count - 1);
  cursor = { turn, word: index, anchor: index };
  saidOf(turn).focus({ preventScroll: true });
  showCursor();
}

function rove(said) {
  list.querySelectorAll('.said[tabindex="0"]').forEach((one) => one.setAttribute("tabindex", "-1"));
  said.setAttribute("tabindex", "0");
  said.setAttribute("aria-describedby", "bruk");
}

function steer(event, onEdit) {
  const said = event.target.closest(".said");
  if (!said || event.ctrlKey || event.altKey || event.metaKey || event.target.closest("form")) return;
  const turn = turnOf(said);
  const act = {
    ArrowDown: () => stepTurn(turn, 1),
    ArrowUp: () => stepTurn(turn, -1),
    ArrowRight: () => stepWord(turn, event, 1),
    ArrowLeft: () => stepWord(turn, event, -1),
    Enter: event.target === said && cursor ? () => onEdit(cursor.turn, cursor.word) : null,
    Escape: cursor ? () => { cursor = null; getSelection().removeAllRanges(); light("cursor", null); } : null,
  }[event.key];
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

function stepTurn(turn, step) {
  const next = step > 0 ? turn.nextElementSibling : turn.previousElementSibling;
  if (!next) return;
  cursor = null;
  light("cursor", null);
  saidOf(next).focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function stepWord(turn, event, step) {
  const link = event.target.closest(".phrase");
  const begun = cursor?.turn === turn && !link;
  const from = link ? wordAt(turn, offsetIn(turn, link, 0)) : begun ? cursor.word : step > 0 ? -1 : 0;
  const count = wordsOf(turn).spans.length;
  if (!count) return;
  const word = Math.min(Math.max(0, link ? from : from + step), count - 1);
  cursor = { turn, word, anchor: event.shiftKey && begun ? cursor.anchor : word };
  if (link) saidOf(turn).focus({ preventScroll: true });
  showCursor();
}

function showCursor() {
  const { turn, word, anchor } = cursor;
  const { spans } = wordsOf(turn);
  light("cursor", rangeOf(turn, ...spans[word]));
  spokenAloud.textContent = textOf(turn, ...spans[word]);
  const selection = getSelection();
  if (anchor === word) {
    selection.removeAllRanges();
  } else {
    const marked = rangeOf(turn, spans[Math.min(anchor, word)][0], spans[Math.max(anchor, word)][1]);
    selection.setBaseAndExtent(marked.startContainer, marked.startOffset, marked.endContainer, marked.endOffset);
  }
  const box = rangeOf(turn, ...spans[word]).getBoundingClientRect();
  if (box.top < innerHeight * 0.25 || box.bottom > innerHeight * 0.85) scrollBy({ top: box.top - innerHeight / 2 });
}

// What is marked, as whole words of one turn without the punctuation around them; null where that is nothing.
export function marked() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const turn = turnOf(range.startContainer);
  if (!turn || !saidOf(turn).contains(range.startContainer) || !wordsOf(turn).spans.length) return null;
  const { spans } = wordsOf(turn);
  const isHere = saidOf(turn).contains(range.endContainer);
  const from = offsetIn(turn, range.startContainer, range.startOffset);
  // A triple click and a drag beyond the turn end outside: then all of the turn from there on is meant.
  const to = isHere ? offsetIn(turn, range.endContainer, range.endOffset) : spans.at(-1)[1];
  const first = spans.findIndex((span) => span[1] > from);
  if (first < 0 || to <= spans[first][0]) return null;
  const [start, end] = trimmed(turn, spans[first][0], spans[wordAt(turn, to - 1)][1]);
  return start < end ? { turn, start, end } : null;
}

function offer(onNew) {
  overlay.querySelector(".bubble")?.remove();
  const template = document.querySelector("#merket");
  const span = marked();
  if (!template || !span || !span.turn.classList.contains("respondent") || overlay.querySelector(".fix")) return;
  const bubble = template.content.firstElementChild.cloneNode(true);
  bubble.addEventListener("pointerdown", (event) => event.preventDefault()); // or the selection would go
  bubble.addEventListener("click", () => onNew(span));
  float(bubble, span.turn, span.start, span.end);
}

// The borders of the open phrase can be moved; `onMoved(turn, start, end)` is told where they were put.
export function offerBorders(phrase, onMoved) {
  dropBorders();
  const template = document.querySelector("#haandtak");
  if (!phrase || !template) return;
  const first = wordAt(phrase.turn, phrase.start);
  const last = wordAt(phrase.turn, phrase.end - 1);
  recut = { ...phrase, first, last, now: [first, last], handles: [], onMoved };
  recut.handles = ["start", "end"].map((side, which) => makeHandle(template, side, which));
  overlay.append(...recut.handles);
  place();
}

export function dropBorders() {
  overlay.querySelectorAll(".handle").forEach((one) => one.remove());
  light("recut", null);
  recut = null;
}

export function focusBorder() {
  recut?.handles[0].focus();
}

function makeHandle(template, side, which) {
  const handle = template.content.firstElementChild.cloneNode(true);
  handle.classList.add(side);
  handle.setAttribute("aria-label", handle.dataset[side]);
  handle.addEventListener("keydown", (event) => moveByKey(event, which));
  handle.addEventListener("blur", () => { if (!handle.dragged) moveBorder(which, [recut?.first, recut?.last][which]); });
  handle.addEventListener("pointerdown", (event) => drag(event, handle, which));
  tell(handle, which);
  return handle;
}

function tell(handle, which) {
  const { spans } = wordsOf(recut.turn);
  const word = recut.now[which];
  handle.setAttribute("aria-valuemin", "1");
  handle.setAttribute("aria-valuemax", String(spans.length));
  handle.setAttribute("aria-valuenow", String(word + 1));
  handle.setAttribute("aria-valuetext", textOf(recut.turn, ...spans[word]));
}

function moveByKey(event, which) {
  const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
  if (step) moveBorder(which, recut.now[which] + step);
  else if (event.key === "Enter" || event.key === " ") commit();
  else if (event.key === "Escape") cancel();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function moveBorder(which, word) {
  if (!recut || word === undefined) return;
  const [first, last] = recut.now;
  const count = wordsOf(recut.turn).spans.length;
  recut.now = which === 0 ? [Math.min(Math.max(0, word), last), last] : [first, Math.max(Math.min(word, count - 1), first)];
  const isMoved = recut.now[0] !== recut.first || recut.now[1] !== recut.last;
  light("recut", isMoved ? rangeOf(recut.turn, ...newSpan()) : null);
  tell(recut.handles[which], which);
  place();
}

// The new span: a border that was not moved stays exactly where it was, perhaps within a word.
function newSpan() {
  const { spans } = wordsOf(recut.turn);
  const [first, last] = recut.now;
  const start = first === recut.first ? recut.start : spans[first][0];
  const end = last === recut.last ? recut.end : spans[last][1];
  return trimmed(recut.turn, start, end);
}

function commit() {
  const [start, end] = newSpan();
  if (start < end && (start !== recut.start || end !== recut.end)) recut.onMoved(recut.turn, start, end);
  else cancel();
}

function cancel() {
  recut.now = [recut.first, recut.last];
  light("recut", null);
  recut.handles.forEach(tell);
  place();
}

function drag(event, handle, which) {
  event.preventDefault();
  handle.focus();
  handle.dragged = true;
  handle.setPointerCapture(event.pointerId);
  overlay.classList.add("dragging"); // the text below is what the pointer is at
  const move = (at) => {
    const found = placeAt(at.clientX, at.clientY);
    // The place before a word belongs to it where a phrase begins, and to the word before where one ends.
    if (found?.turn === recut.turn) moveBorder(which, wordAt(found.turn, which === 0 ? found.offset : Math.max(0, found.offset - 1)));
  };
  const stop = (end) => {
    handle.removeEventListener("pointermove", move);
    handle.removeEventListener("pointerup", stop);
    handle.removeEventListener("pointercancel", stop);
    overlay.classList.remove("dragging");
    handle.dragged = false;
    if (end.type === "pointerup") commit();
    else cancel();
  };
  handle.addEventListener("pointermove", move);
  handle.addEventListener("pointerup", stop);
  handle.addEventListener("pointercancel", stop);
}

// Everything that floats is put where its words are now.
function place() {
  const origin = transcript.getBoundingClientRect();
  for (const one of overlay.children) {
    if (one.over) putBelow(one, rangeOf(one.over.turn, one.over.start, one.over.end).getBoundingClientRect(), origin);
  }
  if (!recut) return;
  const boxes = rangeOf(recut.turn, ...newSpan()).getClientRects();
  if (!boxes.length) return;
  putHandle(recut.handles[0], boxes[0].left, boxes[0], origin);
  putHandle(recut.handles[1], boxes[boxes.length - 1].right, boxes[boxes.length - 1], origin);
}

function putBelow(element, box, origin) {
  const left = Math.min(box.left - origin.left, origin.width - element.offsetWidth);
  element.style.left = `${Math.max(0, left)}px`;
  element.style.top = `${box.bottom - origin.top + 4}px`;
}

function putHandle(handle, x, box, origin) {
  handle.style.left = `${x - origin.left}px`;
  handle.style.top = `${box.top - origin.top}px`;
  handle.style.height = `${box.height}px`;
}

export const inCodePoints = (span) => [toCodePoints(span.turn, span.start), toCodePoints(span.turn, span.end)];
