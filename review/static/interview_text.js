// Words of a turn and where they are on the screen. A turn's text is the text of its paragraph, exactly: offsets within
// it count UTF-16 units here and code points on the server.
const WORD = /\S+/g;
const EDGES = /^[^\p{L}\p{N}\p{M}]+|[^\p{L}\p{N}\p{M}]+$/gu;
const known = new WeakMap();

export const turns = () => document.querySelectorAll("#replikker > .turn");
export const saidOf = (turn) => turn.querySelector(".said");
export const turnOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest("#replikker > .turn");

// The words of a turn, [start, end), and when each starts and the last one ends, in seconds: null where that is unknown.
export function wordsOf(turn) {
  if (!known.has(turn)) {
    const spans = [...saidOf(turn).textContent.matchAll(WORD)].map((found) => [found.index, found.index + found[0].length]);
    known.set(turn, { spans, times: timesOf(turn, spans.length) });
  }
  return known.get(turn);
}

function timesOf(turn, count) {
  if (!turn.dataset.times) return null;
  let now = 0;
  const times = turn.dataset.times.split(" ").map((step) => (now += Number(step)) / 100);
  return times.length === count + 1 ? times : null;
}

// When the words of each turn are said, by its number: it comes after the page, being most of a transcript.
export function learnTimes(times) {
  for (const turn of turns()) {
    if (turn.dataset.times === undefined && times[turn.dataset.nr]) {
      turn.dataset.times = times[turn.dataset.nr];
      known.delete(turn);
    }
  }
}

// The last of the ascending values that is not above the limit; -1 where all are.
export function lastAtMost(values, limit) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

// The word that an offset lies in, or the one before it; the first one at the very start.
export function wordAt(turn, offset) {
  const starts = wordsOf(turn).spans.map((span) => span[0]);
  return Math.max(0, lastAtMost(starts, offset));
}

// Where a place in the document is in its turn's text.
export function offsetIn(turn, node, offset) {
  const before = document.createRange();
  before.setStart(saidOf(turn), 0);
  before.setEnd(node, offset);
  return before.toString().length;
}

// The turn and the offset under a point of the screen, or null.
export function placeAt(x, y) {
  const at = document.caretPositionFromPoint?.(x, y);
  const range = at ? null : document.caretRangeFromPoint?.(x, y);
  const [node, offset] = at ? [at.offsetNode, at.offset] : range ? [range.startContainer, range.startOffset] : [];
  const turn = node && turnOf(node);
  if (!turn || !saidOf(turn).contains(node)) return null;
  return { turn, offset: offsetIn(turn, node, offset) };
}

// The range of [start, end) of the turn's text.
export function rangeOf(turn, start, end) {
  const range = document.createRange();
  const walker = document.createTreeWalker(saidOf(turn), NodeFilter.SHOW_TEXT);
  let place = 0;
  let begun = false;
  for (let node = walker.nextNode(); node; place += node.length, node = walker.nextNode()) {
    // What begins where a piece ends begins in the next one; what ends there ends in this one.
    if (!begun && start < place + node.length) {
      range.setStart(node, start - place);
      begun = true;
    }
    if (begun && end <= place + node.length) {
      range.setEnd(node, end - place);
      return range;
    }
  }
  return range;
}

export function textOf(turn, start, end) {
  return saidOf(turn).textContent.slice(start, end);
}

// [start, end) without space and punctuation at its ends.
export function trimmed(turn, start, end) {
  const text = textOf(turn, start, end);
  const words = text.replace(EDGES, "");
  const first = words ? text.indexOf(words) : 0;
  return [start + first, start + first + words.length];
}

export const toCodePoints = (turn, offset) => [...textOf(turn, 0, offset)].length;
export const fromCodePoints = (turn, points) => [...saidOf(turn).textContent].slice(0, points).join("").length;

// The span of a phrase by its mark, in UTF-16 units, with its turn; null where the turn is not there.
export function phraseSpan(mark) {
  const [number, start, end] = mark.split("-").map(Number);
  const turn = document.getElementById(`t${number}`);
  return turn && { turn, start: fromCodePoints(turn, start), end: fromCodePoints(turn, end) };
}

// From when to when [start, end) is said; null where that is unknown.
export function momentsOf(turn, start, end) {
  const { times } = wordsOf(turn);
  if (times) return [times[wordAt(turn, start)], times[wordAt(turn, Math.max(start, end - 1)) + 1]];
  return turn.dataset.start === undefined ? null : [Number(turn.dataset.start), Infinity];
}

// Lights a range without touching the page; a browser that cannot shows nothing.
export function light(name, range) {
  if (!window.Highlight || !CSS.highlights) return;
  if (range) CSS.highlights.set(name, new Highlight(range));
  else CSS.highlights.delete(name);
}
