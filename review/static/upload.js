// The page where interviews are handed in: files are chosen or dropped, sent one after the other, and followed.
// Without this the form sends them whole.
import { followRun } from "./run_following.js";
import { record } from "./upload_recording.js";
import { finish, Refusal, send } from "./upload_sending.js";

const form = document.querySelector("#opplasting");
const FIELDS = ["rolle", "kjede", "dato", "intervjuer", "samtykke"];
const rows = new Map(); // file row → { file, state, abort }: chosen, sending, refused, done
const PAUSE = 1500; // ms
let sending = false;
let followOn = null;
let number = 0;

if (form) enhance();

function enhance() {
  const input = form.querySelector("#filer");
  input.required = false;
  for (const one of form.querySelectorAll(".with-script")) one.hidden = false;
  for (const one of form.querySelectorAll(".without-script")) one.remove();
  input.addEventListener("change", () => {
    const chosen = [...input.files];
    input.value = ""; // or they would be sent once more with the form
    add(chosen);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    start();
  });
  // A file that misses the place by a little must not take the page's place.
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => hasFiles(event) && event.preventDefault());
  acceptDrops(form.querySelector("#slipp"));
  addEventListener("beforeunload", (event) => unsent().length && event.preventDefault());
  record(form, text, (file) => add([file]));
}

function acceptDrops(place) {
  let inside = 0; // its children are entered and left too
  place.addEventListener("dragenter", (event) => {
    if (hasFiles(event)) place.classList.toggle("over", ++inside > 0);
  });
  place.addEventListener("dragleave", (event) => {
    if (hasFiles(event)) place.classList.toggle("over", --inside > 0);
  });
  place.addEventListener("drop", (event) => {
    inside = 0;
    place.classList.remove("over");
    add([...event.dataTransfer.files]);
  });
}

function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

function add(files) {
  const known = new Set([...rows.values()].map(({ file }) => same(file)));
  for (const file of files) {
    if (!known.has(same(file))) show(file);
  }
  tell();
}

function same(file) {
  return [file.name, file.size, file.lastModified].join("|");
}

function show(file) {
  const row = document.querySelector("#fil").content.firstElementChild.cloneNode(true);
  number += 1;
  for (const field of row.querySelectorAll("[id]")) field.id = field.id.replace("-NR", `-${number}`);
  row.querySelector(".name").textContent = file.name;
  row.querySelector(".size").textContent = size(file.size);
  row.querySelector(".remove .hide").textContent = ` ${file.name}`;
  row.querySelector("progress").setAttribute("aria-label", file.name);
  row.querySelector(".remove").addEventListener("click", () => remove(row));
  rows.set(row, { file, state: "chosen", abort: new AbortController() });
  form.querySelector("#valgte").append(row);
}

function remove(row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  rows.get(row).abort.abort();
  rows.delete(row);
  row.remove();
  (next?.querySelector(".remove") ?? form.querySelector("#filer")).focus();
  tell();
}

async function start() {
  if (!rows.size) {
    form.querySelector("#status").textContent = text("none");
    form.querySelector("#filer").focus();
    return;
  }
  for (const [row, one] of rows) {
    if (one.state === "refused") again(row, one);
    if (one.state === "chosen") row.querySelector(".told").textContent = text("waiting");
  }
  if (sending) return;
  sending = true;
  for (let next = waiting(); next; next = waiting()) await hand(...next);
  sending = false;
  tell();
}

function waiting() {
  return [...rows].find(([, { state }]) => state === "chosen");
}

function unsent() {
  return [...rows.values()].filter(({ state }) => state === "sending" || state === "chosen");
}

function again(row, one) {
  one.state = "chosen";
  row.querySelector(".result").replaceChildren();
}

async function hand(row, one) {
  const bar = row.querySelector("progress");
  const words = row.querySelector(".told");
  const told = {
    sent(bytes) {
      bar.value = Math.floor((100 * bytes) / one.file.size);
      words.textContent = text("sending").replace("PROSENT", bar.value);
    },
    lost() {
      words.textContent = text("lost");
    },
  };
  one.state = "sending";
  bar.hidden = false;
  try {
    const { begin, part } = form.dataset;
    const address = await send(one.file, begin, Number(part), told, one.abort.signal);
    words.textContent = text("checking");
    row.querySelector(".result").innerHTML = await finish(address, details(row), told, one.abort.signal);
    one.state = "done";
    row.classList.add("done");
    row.querySelector("details").remove();
    row.querySelector(".alias").remove();
    row.querySelector(".remove").remove();
    follow();
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof Refusal)) throw error;
    one.state = "refused";
    row.querySelector(".result").innerHTML = error.html;
  }
  bar.hidden = true;
  words.textContent = "";
  tell();
}

// What is known of the file: its own where it has any, else that of all.
function details(row) {
  const sent = new FormData();
  for (const name of FIELDS) {
    sent.set(name, row.querySelector(`[name=${name}]`)?.value || form.querySelector(`#${name}`).value);
  }
  sent.set("dekknavn", row.querySelector("[name=dekknavn]").value);
  return sent;
}

// The interviews that were added now, and how far each has come.
function follow() {
  refresh();
  if (followOn) followOn();
  else followOn = followRun(form.dataset.follows, refresh, PAUSE);
}

function refresh() {
  const added = [...document.querySelectorAll("[data-interview]")].map((one) => one.dataset.interview);
  if (!added.length) return;
  const asked = new URLSearchParams(added.map((name) => ["intervju", name]));
  htmx.ajax("GET", `${form.dataset.followed}?${asked}`, { target: "#folger", swap: "outerHTML" });
}

function tell() {
  const all = [...rows.values()];
  const done = form.querySelectorAll("[data-interview]").length;
  const begun = all.some(({ state }) => state !== "chosen");
  form.querySelector("#status").textContent = begun ? text("done").replace("FERDIG", done).replace("ALLE", all.length) : "";
  form.querySelector("#send").textContent = all.some(({ state }) => state === "refused") && !waiting() ? text("again") : text("add");
}

function size(bytes) {
  const [amount, unit] = bytes < 1024 ** 2 ? [bytes / 1024, "kB"] : [bytes / 1024 ** 2, "MB"];
  const digits = unit === "MB" && amount < 10 ? 1 : 0;
  const shown = digits ? amount : Math.ceil(amount);
  return `${shown.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits })} ${unit}`;
}

function text(name) {
  return document.querySelector("#tekster").dataset[name];
}
