// The sound: our own controls, the word that is being said, and a page that follows it until somebody scrolls.
import { onKey } from "./keys.js";
import { lastAtMost, learnTimes, light, momentsOf, rangeOf, turns, wordsOf } from "./interview_text.js";

const audio = document.querySelector("#lyd");
const STEP = 5; // seconds
const AROUND = 0.25; // seconds heard before and after a phrase
const SPEED = "lydfart";
const control = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let until = Infinity; // where a phrase that is heard by itself ends
let following = true;
let spoken = null; // the turn and the word that are lit
let timed = null; // the turns that have a time
let starts = null; // and when each of them starts

export const hasSound = () => audio !== null && !control("spiller").hidden;

export function playFrom(seconds, end = Infinity) {
  if (!hasSound()) return;
  until = end;
  audio.currentTime = Math.max(0, seconds);
  audio.play();
}

// Moves to the moment without starting: what plays goes on from there.
export function seek(seconds) {
  if (!hasSound()) return;
  until = Infinity;
  audio.currentTime = seconds;
  show();
}

export function playSpan(turn, start, end) {
  const moments = momentsOf(turn, start, end);
  if (moments) playFrom(moments[0] - AROUND, moments[1] + AROUND);
}

export function playWord(turn, offset) {
  const moments = momentsOf(turn, offset, offset + 1);
  if (moments) playFrom(moments[0]);
}

export function isPlaying() {
  return hasSound() && !audio.paused;
}

export function pause() {
  if (hasSound()) audio.pause();
}

export function toggle() {
  if (!hasSound()) return;
  until = Infinity;
  if (audio.paused) audio.play();
  else audio.pause();
}

// A turn was put in place of another: what is known of the old one no longer holds.
export function forgetTurns() {
  timed = starts = spoken = null;
}

export function setUpSound() {
  if (!audio) return;
  fetchTimes();
  audio.controls = false;
  control("spiller").hidden = false;
  control("spill").addEventListener("click", toggle);
  control("tilbake").addEventListener("click", () => jump(-STEP));
  control("fram").addEventListener("click", () => jump(STEP));
  control("sted").addEventListener("input", (event) => seek(Number(event.target.value)));
  control("folg").addEventListener("click", () => follow(!following));
  control("fart").addEventListener("change", (event) => setSpeed(event.target.value));
  setSpeed(localStorage.getItem(SPEED) ?? "1");
  for (const kind of ["loadedmetadata", "timeupdate", "seeked"]) audio.addEventListener(kind, show);
  audio.addEventListener("play", () => { showState(); tick(); });
  audio.addEventListener("pause", showState);
  audio.addEventListener("error", explain);
  if (audio.error) explain();
  onKey(" ", toggle);
  onKey("j", () => jump(-STEP));
  onKey("l", () => jump(STEP));
  onKey(",", () => changeSpeed(-1));
  onKey(".", () => changeSpeed(1));
  for (const kind of ["wheel", "touchmove"]) addEventListener(kind, () => follow(false), { passive: true });
  addEventListener("keydown", (event) => {
    if (["PageUp", "PageDown", "Home", "End"].includes(event.key)) follow(false);
  });
  show();
}

async function fetchTimes() {
  const version = control("versjon").value;
  const answer = await fetch(`${location.pathname}/tider?versjon=${version}`).catch(() => null);
  if (!answer?.ok) return; // then it is by turns
  learnTimes(await answer.json());
  spoken = null;
  show();
}

function jump(seconds) {
  if (hasSound()) seek(Math.min(Math.max(0, audio.currentTime + seconds), audio.duration || 0));
}

function setSpeed(value) {
  const choice = control("fart");
  choice.value = [...choice.options].some((one) => one.value === value) ? value : "1";
  audio.defaultPlaybackRate = audio.playbackRate = Number(choice.value);
  localStorage.setItem(SPEED, choice.value);
}

function changeSpeed(steps) {
  const choice = control("fart");
  const index = Math.min(Math.max(0, choice.selectedIndex + steps), choice.options.length - 1);
  setSpeed(choice.options[index].value);
}

function follow(on) {
  if (following === on) return;
  following = on;
  control("folg").setAttribute("aria-pressed", String(on));
  if (on && spoken) bringIntoView(spoken.turn, true);
}

function tick() {
  if (audio.paused) return;
  show();
  requestAnimationFrame(tick);
}

function show() {
  const now = audio.currentTime;
  if (now >= until) {
    until = Infinity;
    audio.pause();
  }
  control("naa").textContent = clock(now);
  const place = control("sted");
  place.value = now;
  place.setAttribute("aria-valuetext", clock(now));
  if (Number.isFinite(audio.duration) && Number(place.max) !== audio.duration) {
    place.max = audio.duration;
    control("varighet").textContent = clock(audio.duration);
  }
  showWord(now);
}

function showState() {
  const button = control("spill");
  button.classList.toggle("playing", !audio.paused);
  button.setAttribute("aria-label", audio.paused ? button.dataset.play : button.dataset.pause);
}

function showWord(now) {
  if (!hasSound()) return;
  timed ??= [...turns()].filter((turn) => turn.dataset.start !== undefined);
  starts ??= timed.map((turn) => Number(turn.dataset.start));
  const turn = timed[lastAtMost(starts, now)] ?? null;
  const times = turn && wordsOf(turn).times;
  // The last of the times is where the last word ends.
  const word = times ? Math.min(lastAtMost(times, now), times.length - 2) : -1;
  if (spoken && spoken.turn === turn && spoken.word === word) return;
  if (spoken?.turn !== turn) {
    spoken?.turn?.classList.remove("speaking");
    turn?.classList.add("speaking");
  }
  spoken = turn && { turn, word };
  light("spoken", word >= 0 ? rangeOf(turn, ...wordsOf(turn).spans[word]) : null);
  if (turn && following && !audio.paused) bringIntoView(turn);
}

// The word that is said, or its turn, where it is outside of the middle of the window.
function bringIntoView(turn, always = false) {
  const span = spoken.word >= 0 ? wordsOf(turn).spans[spoken.word] : null;
  const box = (span ? rangeOf(turn, ...span) : turn).getBoundingClientRect();
  if (!always && box.top > innerHeight * 0.25 && box.bottom < innerHeight * 0.8) return;
  scrollBy({ top: box.top - innerHeight * 0.4, behavior: calm.matches ? "auto" : "smooth" });
}

// Either the recording is gone, or it is of a kind that the browser does not know.
async function explain() {
  control("spiller").hidden = true;
  spoken?.turn.classList.remove("speaking");
  light("spoken", null);
  const answer = await fetch(audio.src, { method: "HEAD" }).catch(() => null);
  control(answer?.ok ? "lyd-ukjent" : "lyd-borte").hidden = false;
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
