// One place for keys: never while somebody writes, while a dialog is open, or together with Ctrl, Alt or Meta.
// Who uses speech input can turn them off in the dialog that lists them.
const WRITES = "input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=range]), textarea, select, [contenteditable]";
const PRESSES = "button, summary, input:not([type=range]), [role=button]"; // space and Enter are theirs, and Enter a link's
const OFF = "taster-av";
const actions = new Map();

// Does `action(event)` when the key, named as in KeyboardEvent.key, is pressed. The last one to ask gets the key.
export function onKey(key, action) {
  actions.set(key, action);
}

export function keysAreOn() {
  return localStorage.getItem(OFF) === null;
}

export function turnKeys(on) {
  if (on) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
}

function isTaken(event) {
  const taken = { " ": `${WRITES}, ${PRESSES}`, Enter: `${WRITES}, ${PRESSES}, a[href]` }[event.key] ?? WRITES;
  return (
    event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey ||
    event.target.closest(taken) ||
    document.querySelector("dialog[open]") ||
    !keysAreOn()
  );
}

document.addEventListener("keydown", (event) => {
  const action = actions.get(event.key);
  if (!action || isTaken(event)) return;
  event.preventDefault();
  action(event);
});
