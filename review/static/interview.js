// The interview's page: opens phrases, sends what is decided, and ties together sound, text and marks.
import { onKey } from "./keys.js";
import { dropBorders, float, focusBorder, goTo, inCodePoints, isInText, marked, offerBorders, setUpMarking, sink, wordHere } from "./interview_marking.js";
import { forgetTurns, hasSound, isPlaying, pause, playFrom, playSpan, playWord, seek, setUpSound } from "./interview_sound.js";
import { drawStrip, setUpStrip } from "./interview_strip.js";
import { momentsOf, phraseSpan, placeAt, saidOf, textOf, turnOf, wordAt, wordsOf } from "./interview_text.js";

const list = document.querySelector("#replikker");
const panel = document.querySelector("#panel");
const done = document.querySelector("#gjort");
const show = document.querySelector("#vis");
const UNDECIDED = "uavgjorte";
const DECIDED = "avgjorte";
let afterSwap = null; // where focus goes when the answer is in place
let settling = false;

const openMark = () => panel.querySelector("[data-open]")?.dataset.open ?? "";
const version = () => document.querySelector("#versjon").value;
const linksOf = (mark) => list.querySelectorAll(`.phrase[data-phrase="${mark}"]`);

function open(mark, thenFocus = null) {
  afterSwap = thenFocus;
  remember(mark);
  const span = phraseSpan(mark);
  const moments = span && momentsOf(span.turn, span.start, span.end);
  if (moments && !isPlaying()) seek(moments[0]);
  htmx.ajax("GET", `${location.pathname}?utsagn=${mark}`, { target: panel, swap: "innerHTML" });
}

function close() {
  const mark = openMark();
  remember("");
  htmx.ajax("GET", location.pathname, { target: panel, swap: "innerHTML" });
  afterSwap = () => linksOf(mark)[0]?.focus();
}

function remember(mark) {
  const asked = new URLSearchParams();
  if (mark) asked.set("utsagn", mark);
  if (show.value) asked.set("vis", show.value);
  history.replaceState(null, "", `${location.pathname}${asked.size ? `?${asked}` : ""}`);
}

function act(action, values) {
  htmx.ajax("POST", action, { target: panel, swap: "innerHTML", values });
}

// The panel or the turns are new: what hangs on them is put right.
function settle() {
  const mark = openMark();
  list.querySelectorAll('.phrase[aria-current]').forEach((one) => one.removeAttribute("aria-current"));
  linksOf(mark).forEach((one) => one.setAttribute("aria-current", "true"));
  panel.querySelectorAll("[data-hears]").forEach((one) => (one.hidden = !hasSound()));
  panel.querySelectorAll("[data-recuts]").forEach((one) => (one.hidden = false));
  const borders = panel.querySelector("[data-borders]");
  const span = borders && phraseSpan(mark);
  offerBorders(span, (turn, start, end) => moveBorders(borders.dataset, turn, start, end));
  document.querySelectorAll("[data-version]").forEach((one) => (one.value = version()));
  forgetTurns();
  drawStrip();
}

function moveBorders(opened, turn, start, end) {
  const [fra, til] = inCodePoints({ turn, start, end });
  afterSwap = () => linksOf(openMark())[0]?.focus({ preventScroll: true });
  act(opened.borders, { versjon: version(), utsagn: opened.open, sett: opened.seen, fra, til, ord: textOf(turn, start, end) });
}

function startNew(span) {
  const template = document.querySelector("#nytt-utsagn");
  if (!template || !span) return;
  const form = template.content.firstElementChild.cloneNode(true);
  const [fra, til] = inCodePoints(span);
  const ord = textOf(span.turn, span.start, span.end);
  const values = { versjon: version(), replikk: span.turn.dataset.nr, fra, til, ord };
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
  form.querySelector("blockquote p").textContent = `«${ord}»`;
  panel.replaceChildren(form);
  htmx.process(form);
  settle();
  getSelection().removeAllRanges();
  form.querySelector("h2").focus({ preventScroll: true });
}

function edit(turn, word) {
  const template = document.querySelector("#ordretting");
  const span = wordsOf(turn).spans[word];
  if (!template || !span) return;
  const form = template.content.firstElementChild.cloneNode(true);
  const field = form.querySelector("input");
  const before = textOf(turn, ...span);
  field.value = before;
  const leave = () => { sink(form); goTo(turn, word); };
  form.querySelector("[data-closes]").addEventListener("click", leave);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
    event.stopPropagation();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const after = field.value.trim();
    if (after === before) return leave();
    sink(form);
    correct(form.dataset.action, turn, word, after);
  });
  float(form, turn, ...span);
  field.select();
}

// Without a word the blank beside it goes too.
function correct(action, turn, word, after) {
  const { spans } = wordsOf(turn);
  let [start, end] = spans[word];
  if (!after && word > 0) start = spans[word - 1][1];
  else if (!after && spans.length > 1) end = spans[1][0];
  const [fra, til] = inCodePoints({ turn, start, end });
  const number = turn.dataset.nr;
  afterSwap = () => goTo(document.getElementById(`t${number}`), word);
  act(action, { versjon: version(), replikk: number, fra, til, ny: after, utsagn: openMark() });
}

const isShown = (link) => {
  const wanted = list.dataset.vis;
  if (wanted === DECIDED) return link.classList.contains("decided");
  return link.classList.contains("open") && (["", UNDECIDED].includes(wanted) || link.classList.contains(wanted));
};

function step(by) {
  const links = [...list.querySelectorAll(".phrase[id]")];
  const here = links.findIndex((link) => link.dataset.phrase === openMark());
  const from = here >= 0 ? here : firstOnScreen(links) - (by > 0 ? 1 : 0);
  for (let i = from + by; i >= 0 && i < links.length; i += by) {
    if (!isShown(links[i])) continue;
    links[i].focus({ preventScroll: true });
    links[i].scrollIntoView({ block: "center" });
    return open(links[i].dataset.phrase);
  }
  done.textContent = (by > 0 ? document.querySelector("#neste") : document.querySelector("#forrige")).dataset.none;
}

function firstOnScreen(links) {
  const top = document.querySelector(".desk").getBoundingClientRect().bottom;
  const index = links.findIndex((link) => link.getBoundingClientRect().top >= top);
  return index < 0 ? links.length : index;
}

function press(key) {
  // What was done last is undone first.
  const button = done.querySelector(`[data-key="${key}"]`) ?? panel.querySelector(`[data-key="${key}"]`);
  if (button && !button.hidden) button.click();
}

function hear() {
  const here = isInText() && wordHere();
  if (here) return playWord(here.turn, here.span[0]);
  const span = openMark() && phraseSpan(openMark());
  if (span) playSpan(span.turn, span.start, span.end);
}

function click(event) {
  const link = event.target.closest(".phrase");
  const moment = event.target.closest(".moment");
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (moment && hasSound()) {
    event.preventDefault();
    return playFrom(Number(turnOf(moment).dataset.start));
  }
  const isByKey = event.detail === 0;
  if (link) {
    event.preventDefault();
    return open(link.dataset.phrase, isByKey ? () => panel.querySelector("h2")?.focus() : null);
  }
  const found = getSelection().isCollapsed && placeAt(event.clientX, event.clientY);
  if (found) playWord(found.turn, wordsOf(found.turn).spans[wordAt(found.turn, found.offset)]?.[0] ?? 0);
}

function choose() {
  list.dataset.vis = show.value;
  remember(openMark());
}

function settled() {
  settling = false;
  settle();
  if (afterSwap) afterSwap();
  else if (document.activeElement === document.body) (linksOf(openMark())[0] ?? panel.querySelector("h2"))?.focus({ preventScroll: true });
  afterSwap = null;
}

function setUp() {
  setUpSound();
  setUpMarking(edit, startNew);
  setUpStrip((turn) => {
    turn.scrollIntoView({ block: "center" });
    if (!isPlaying() && turn.dataset.start) seek(Number(turn.dataset.start));
  });
  list.addEventListener("click", click);
  list.addEventListener("dblclick", (event) => {
    const found = placeAt(event.clientX, event.clientY);
    if (!found) return;
    getSelection().removeAllRanges();
    pause(); // the first of the two clicks started it
    edit(found.turn, wordAt(found.turn, found.offset));
  });
  panel.addEventListener("click", (event) => {
    if (event.target.closest("[data-closes]")) close();
    if (event.target.closest("[data-hears]")) hear();
    if (event.target.closest("[data-recuts]")) focusBorder();
  });
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  list.addEventListener("keydown", (event) => { if (event.key === "Escape" && openMark()) close(); });
  show.addEventListener("change", choose);
  for (const [id, by] of [["forrige", -1], ["neste", 1]]) {
    const button = document.getElementById(id);
    button.hidden = false;
    button.addEventListener("click", () => step(by));
  }
  onKey("n", () => step(1));
  onKey("p", () => step(-1));
  onKey("h", hear);
  onKey("b", focusBorder);
  onKey("m", () => startNew(marked()));
  for (const key of ["a", "r", "z", "e", "o", "u", "i", ..."123456789"]) onKey(key, (event) => { if (!event.repeat) press(key); });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target !== panel || settling) return;
    settling = true; // it is told once for each part of the answer
    queueMicrotask(settled);
  });
  document.addEventListener("htmx:responseError", (event) => {
    afterSwap = null;
    if (event.detail.xhr.status === 409 && openMark()) freshen(openMark());
  });
  new ResizeObserver(([desk]) => {
    document.documentElement.style.setProperty("--below-desk", `${desk.target.offsetHeight + 10}px`);
  }).observe(document.querySelector(".desk"));
  settle();
  const mark = openMark();
  if (mark) linksOf(mark)[0]?.scrollIntoView({ block: "center" });
}

// Somebody else was quicker: the phrase as it is now, while the message about it stays.
async function freshen(mark) {
  const answer = await fetch(`${location.pathname}?utsagn=${mark}&frisk=1`, { headers: { "HX-Request": "true" } });
  if (!answer.ok) return;
  htmx.swap(panel, await answer.text(), { swapStyle: "innerHTML" }, { eventInfo: { target: panel } });
}

if (list) setUp();
