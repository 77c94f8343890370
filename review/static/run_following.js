// Follows a run by its server-sent events while the page is looked at, and calls `refresh` when something is new,
// no more often than every `pause` ms. One connection, and none from a page in the background: browsers allow six.
export function followRun(address, refresh, pause) {
  let source = null;
  let over = false;
  let timer = 0;
  let last = 0;

  function soon() {
    if (timer) return;
    timer = setTimeout(() => {
      timer = 0;
      last = Date.now();
      refresh();
    }, Math.max(0, last + pause - Date.now()));
  }

  function stop() {
    source?.close();
    source = null;
  }

  function start() {
    if (source || over || document.hidden) return;
    source = new EventSource(address);
    for (const name of ["framdrift", "endret", "ferdig"]) source.addEventListener(name, soon);
    source.addEventListener("ferdig", () => {
      over = true;
      stop();
    });
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
  addEventListener("pagehide", stop);
  start();
  // Another run has been started.
  return () => {
    over = false;
    start();
  };
}
