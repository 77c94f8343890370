// The list of interviews follows a run that goes on.
import { followRun } from "./run_following.js";

const PAUSE = 4000; // ms
const list = document.querySelector("#liste[data-follows]");

if (list) followRun(list.dataset.follows, refresh, PAUSE);

// The list as it is now chosen and sorted; who is in the middle of it is left in peace.
function refresh() {
  if (document.querySelector("#liste:focus-within")) return;
  const address = location.pathname + location.search;
  htmx.ajax("GET", address, { source: "#liste", target: "#liste", select: "#liste", swap: "outerHTML" });
}
