// The frame's few habits: the dialog with the keys, and what HTMX could not do.
// A page's own keys: import { onKey } from "./keys.js".
import { keysAreOn, onKey, turnKeys } from "./keys.js";

const help = document.querySelector("#taster");
const error = document.querySelector("#feilmelding");
const using = document.querySelector("#bruk-taster");

for (const button of document.querySelectorAll("[data-opens]")) {
  button.hidden = false;
  button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
}
using.checked = keysAreOn();
using.addEventListener("change", () => turnKeys(using.checked));
onKey("?", () => help.showModal());

document.addEventListener("htmx:beforeRequest", () => error.replaceChildren());
document.addEventListener("htmx:sendError", () => {
  error.replaceChildren(document.querySelector("#uten-kontakt").content.cloneNode(true));
});
