// Follows a run while the page is looked at: how far it has come, what changed by it, and that it is over.
// One connection, and none from a page in the background: browsers allow six to a site.
const follows = () => document.querySelector("[data-follows]");
let source = null;

function stop() {
  source?.close();
  source = null;
}

function show({ data }) {
  const place = document.querySelector("#framdrift");
  if (place) place.innerHTML = data; // our own markup, escaped where it quotes
}

function refresh() {
  htmx.ajax("GET", location.pathname, { target: "#intervjuer", swap: "outerHTML" });
}

async function finish() {
  stop();
  const over = follows()?.dataset.over ?? "";
  await htmx.ajax("GET", location.pathname, { target: "#oversikt", select: "#oversikt", swap: "outerHTML" });
  const told = document.createElement("p");
  told.className = "message";
  told.textContent = over;
  document.querySelector("#melding").replaceChildren(told);
}

function start() {
  const run = follows();
  if (!run || source || document.hidden) return;
  source = new EventSource(run.dataset.follows);
  source.addEventListener("framdrift", show);
  source.addEventListener("endret", refresh);
  source.addEventListener("ferdig", finish);
}

document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
window.addEventListener("pagehide", stop);
start();
