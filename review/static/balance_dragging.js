// Dragging by mouse, pen or finger: a finger holds a card for a moment first, since it else scrolls.
const FAR = 6; // pixels that make a press a drag
const HELD = 350; // ms that a finger holds a card to take it
let taken = null; // { card, x, y, ghost, timer, over }

// Calls `drop(card, position)` where a card is let go over anything with `data-drop`.
export function dragCards(board, drop) {
  board.addEventListener("pointerdown", (event) => {
    const card = event.target.closest(".card");
    if (!card || event.button !== 0 || taken) return;
    taken = { card, x: event.clientX, y: event.clientY };
    if (event.pointerType === "touch") taken.timer = setTimeout(lift, HELD);
  });
  document.addEventListener("pointermove", (event) => {
    if (!taken) return;
    const far = Math.hypot(event.clientX - taken.x, event.clientY - taken.y) > FAR;
    if (!taken.ghost && far && taken.timer) return forget();
    if (!taken.ghost && far) lift();
    if (taken.ghost) follow(event.clientX, event.clientY);
  });
  document.addEventListener("pointerup", () => {
    if (!taken) return;
    const { card, ghost, over } = taken;
    forget();
    if (!ghost) return;
    // The click that follows is no press.
    document.addEventListener("click", stop, { capture: true, once: true });
    setTimeout(() => document.removeEventListener("click", stop, { capture: true }));
    if (over) drop(card, over.dataset.drop);
  });
  document.addEventListener("pointercancel", forget);
  document.addEventListener("keydown", (event) => event.key === "Escape" && forget());
  document.addEventListener("touchmove", (event) => taken?.ghost && event.preventDefault(), { passive: false });
  document.addEventListener("contextmenu", (event) => taken?.ghost && event.preventDefault());
  document.addEventListener("dragstart", (event) => taken && event.preventDefault());
}

function lift() {
  const { card, x, y } = taken;
  taken.ghost = card.cloneNode(true);
  taken.ghost.classList.add("ghost");
  taken.ghost.value = ""; // it is no phrase's card
  taken.ghost.inert = true;
  card.closest(".row").append(taken.ghost); // where its colours are
  card.classList.add("dragged");
  document.body.classList.add("dragging");
  follow(x, y);
}

function follow(x, y) {
  // Beside the pointer, so that one sees where it would land.
  const left = Math.min(x + 14, innerWidth - taken.ghost.offsetWidth - 4);
  taken.ghost.style.transform = `translate(${left}px, ${y + 14}px)`;
  const over = document.elementFromPoint(x, y)?.closest("[data-drop]") ?? null;
  if (over === taken.over) return;
  taken.over?.classList.remove("over");
  over?.classList.add("over");
  taken.over = over;
}

function forget() {
  if (!taken) return;
  clearTimeout(taken.timer);
  taken.ghost?.remove();
  taken.over?.classList.remove("over");
  taken.card.classList.remove("dragged");
  document.body.classList.remove("dragging");
  taken = null;
}

function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}
