// Key competences: marks, keys, dragging, and focus that stays where one is when a part of the page comes anew.
import { keysAreOn, onKey } from "./keys.js";

const WRITES = "input:not([type=checkbox]), textarea, select";
const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];
let left = null; // where somebody was when a request was sent: candidate, what was done, and the place in the list
let kept = []; // candidates that stay marked

const board = () => document.querySelector("#tavle");
const columns = () => document.querySelector("#kolonner");
const cards = () => [...document.querySelectorAll(".kort")];
const marks = () => [...document.querySelectorAll(".merke:checked")];
const here = () => document.activeElement.closest("[data-id]") ?? document.querySelector(".kort, .kolonne");
const say = (text) => document.querySelector("#melding").replaceChildren(Object.assign(document.createElement("p"), { className: "message", textContent: text }));

ready();
document.addEventListener("change", (event) => event.target.matches(".merke") && showMarks());
document.addEventListener("reset", () => setTimeout(showMarks));
document.addEventListener("click", onClick);
document.addEventListener("keydown", onArrow);
document.addEventListener("htmx:beforeRequest", remember);
document.addEventListener("htmx:afterSwap", comeBack);
for (const name of ["dragstart", "dragend", "dragover", "dragleave", "drop"]) document.addEventListener(name, drag);

onKey("x", () => {
  const box = columns() ? row() : here()?.querySelector(".merke");
  box?.click();
});
onKey("v", () => here()?.querySelector("[data-does=velg] button")?.click());
onKey("r", () => {
  const details = here()?.querySelector(".navn");
  if (!details) return;
  details.open = true;
  details.querySelector("input:not([type=hidden])").select();
});
onKey("g", () => {
  const form = document.querySelector("#merking, #slaa-sammen");
  if (!form) return;
  if (board() && marks().length < 2) say(form.dataset.few ?? "");
  else form.querySelector("input:not([type=hidden])").select();
});
onKey("s", () => (marks().length ? compare(marks().map((box) => box.value)) : open()));
onKey("d", () => (columns() ? inColumn("[data-does=del]")?.click() : open()));
onKey("f", () => inColumn("select")?.focus());
onKey("z", () => document.querySelector("#melding [data-does=angre] button, .endringer [data-does=angre] button")?.click());

// What is shown only where scripts run, and what was marked.
function ready() {
  for (const button of document.querySelectorAll("[data-to], [data-marks]")) button.hidden = false;
  for (const box of document.querySelectorAll(".merke")) box.checked = kept.includes(box.closest("[data-id]").dataset.id);
  showMarks();
}

function showMarks() {
  const form = document.querySelector("#merking");
  if (!form) return;
  const names = marks().map((box) => box.closest("[data-id]").dataset.name);
  form.querySelector("[data-count]").textContent = names.length;
  form.querySelector(".tip").hidden = false;
  form.classList.toggle("none", names.length === 0);
  const options = names.map((name) => Object.assign(document.createElement("option"), { value: name }));
  form.querySelector("datalist").replaceChildren(...options);
  const field = form.querySelector("#nytt-navn");
  if (!field.value || field.dataset.own) {
    field.value = names.length > 1 ? names[0] : "";
    field.dataset.own = "yes";
  }
}

function onClick(event) {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches("[data-plain]")) {
    event.preventDefault();
    event.stopPropagation();
    compare(marks().map((box) => box.value));
  } else if (button.matches("[data-to]")) {
    addQuote(button);
  } else if (button.matches("[data-marks]")) {
    const form = button.closest("form");
    for (const box of form.querySelectorAll(".andre input")) box.checked = true;
    form.querySelector(".andre input")?.focus();
  }
}

function addQuote(button) {
  const field = button.closest(".kort").querySelector(`[name=${button.dataset.to}]`);
  const quote = button.closest("li").querySelector("blockquote").textContent;
  if (field.value.includes(quote)) return;
  field.value = [field.value.trim(), quote].filter(Boolean).join("\n");
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

function compare(values) {
  const act = board().dataset.act;
  if (values.length) location.assign(`${act}sammenlign?${new URLSearchParams(values.slice(0, 3).map((one) => ["kandidat", one]))}`);
}

function open() {
  here()?.querySelector("[data-open]")?.click();
}

// In a comparison: the phrase one is at, and what stands in its column.
function row() {
  return document.activeElement.closest(".medlemmer li")?.querySelector("input") ?? document.querySelector(".medlemmer input");
}

function inColumn(selector) {
  const marked = document.querySelector(".medlemmer :checked")?.closest(".kolonne");
  return (document.activeElement.closest(".kolonne") ?? marked ?? document.querySelector(".kolonne"))?.querySelector(selector);
}

function onArrow(event) {
  if (event.key === "Enter" && event.target.matches(".utsagn [name=navn]")) {
    event.preventDefault();
    inColumn("[data-does=del]").click();
  }
  if (!ARROWS.includes(event.key) || !keysAreOn() || event.target.matches(WRITES)) return;
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  const to = columns() ? amongRows(event) : amongCards(event);
  if (!to) return;
  event.preventDefault();
  to.focus();
}

function amongCards(event) {
  const at = event.target.closest(".kort");
  if (!at) return null;
  const all = cards();
  const place = all.indexOf(at);
  if (event.key === "ArrowLeft") return all[place - 1];
  if (event.key === "ArrowRight") return all[place + 1];
  const down = event.key === "ArrowDown";
  const box = at.getBoundingClientRect();
  const beyond = all.filter((one) => {
    const other = one.getBoundingClientRect();
    return down ? other.top > box.top + 8 : other.top < box.top - 8;
  });
  const distance = (one) => {
    const other = one.getBoundingClientRect();
    return Math.abs(other.top - box.top) * 4 + Math.abs(other.left - box.left);
  };
  return beyond.sort((one, other) => distance(one) - distance(other))[0];
}

function amongRows(event) {
  const at = event.target.closest(".medlemmer li");
  const all = [...document.querySelectorAll(".kolonne")];
  if (!at) return event.target === document.body ? row() : null;
  const column = at.closest(".kolonne");
  const rows = [...column.querySelectorAll(".medlemmer input")];
  const place = rows.indexOf(at.querySelector("input"));
  if (event.key === "ArrowUp") return rows[place - 1];
  if (event.key === "ArrowDown") return rows[place + 1];
  const beside = all[all.indexOf(column) + (event.key === "ArrowRight" ? 1 : -1)];
  const others = [...(beside?.querySelectorAll(".medlemmer input") ?? [])];
  return others[Math.min(place, others.length - 1)];
}

function remember(event) {
  const from = event.detail.elt;
  if (from.matches("[hx-get]")) return;
  const at = from.closest("[data-id]");
  const does = from.closest("[data-does]")?.dataset.does ?? "";
  const list = at?.closest(".board") ? [...at.closest(".board").querySelectorAll(".kort")] : [];
  const next = list[list.indexOf(at) + 1] ?? list[list.indexOf(at) - 1];
  const rows = [...(at?.querySelectorAll(".medlemmer input") ?? [])];
  const place = rows.findIndex((one) => one.checked);
  left = { id: at?.dataset.id, does, next: next?.dataset.id, place: Math.max(place, 0) };
  kept = from.id === "merking" ? [] : marks().map((box) => box.closest("[data-id]").dataset.id);
}

function comeBack(event) {
  const saved = document.querySelector("[data-saved]");
  if (saved) {
    for (const field of document.querySelectorAll("[data-seen]")) {
      if (field.dataset.seen === saved.dataset.saved) field.value = saved.value;
    }
    saved.remove();
  }
  if (!["tavle", "kolonner"].includes(event.detail.target.id) || !left) return;
  ready();
  const made = document.querySelector("#melding .done")?.dataset.focus;
  const wanted = left.does === "velg" ? [left.next, left.id] : [left.does ? left.id : "", made, left.id];
  const at = wanted.map((id) => id && document.getElementById(`k-${id}`)).find(Boolean);
  left.to = columns() ? at?.querySelectorAll(".medlemmer input")[left.place] ?? at?.querySelector(".medlemmer input") : at;
  (left.to ?? document.querySelector("#innhold")).focus();
  left = null;
}

// A phrase dropped on another candidate is moved there, in a comparison with all that are marked beside it.
let dragged = null;

function drag(event) {
  const over = event.target.closest?.("[data-value]");
  const other = dragged && over && over !== dragged.closest("[data-value]") ? over : null;
  if (event.type === "dragstart") {
    dragged = event.target.closest?.("[data-phrase][draggable=true]");
    dragged?.classList.add("dras");
    if (dragged) event.dataTransfer.effectAllowed = "move";
  } else if (event.type === "dragover" && other) {
    event.preventDefault();
    other.classList.add("slipp");
  } else if (event.type === "dragleave") {
    over?.classList.remove("slipp");
  } else if (event.type === "drop" && other) {
    event.preventDefault();
    other.classList.remove("slipp");
    drop(dragged, other);
  } else if (event.type === "dragend") {
    dragged?.classList.remove("dras");
    dragged = null;
  }
}

function drop(phrase, target) {
  const home = phrase.closest("[data-value]");
  if (columns()) {
    const form = home.querySelector(".utsagn");
    const box = phrase.querySelector("input");
    if (!box.checked) for (const one of form.querySelectorAll(".medlemmer input")) one.checked = one === box;
    form.querySelector("select").value = target.dataset.value;
    form.querySelector("[data-does=flytt]").click();
    return;
  }
  const values = { kandidat: home.dataset.value, til: target.dataset.value, utsagn: phrase.dataset.phrase };
  htmx.ajax("POST", `${board().dataset.act}flytt`, { source: home, target: "#tavle", swap: "outerHTML", values });
}
