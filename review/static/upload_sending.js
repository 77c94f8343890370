// Sends a file in parts, and goes on where the server says that it was: after a lost connection for as long as it
// takes, after a closed browser when the same file is chosen again.
const HEADERS = { "HX-Request": "true" }; // a refusal then comes as a piece of a page
const LONGEST_WAIT = 15_000; // ms
const BROWSER = "opplasting-nettleser";

// What the server refused, in words for people, as HTML of its own making.
export class Refusal extends Error {
  constructor(html) {
    super("refused");
    this.html = html;
  }
}

// Sends all of the file; resolves to the address where it is finished. `told.sent(bytes)`, `told.lost()`.
export async function send(file, begin, part, told, signal) {
  const about = new FormData();
  about.set("merke", markOf(file));
  about.set("navn", file.name);
  about.set("storrelse", file.size);
  let { adresse, mottatt, ferdig } = await ask(begin, { method: "POST", body: about }, told, signal);
  while (!ferdig && mottatt < file.size) {
    told.sent(mottatt);
    const body = file.slice(mottatt, mottatt + part);
    const answer = await attempt(`${adresse}?fra=${mottatt}`, { method: "PUT", body }, signal);
    if (answer?.ok) ({ mottatt, ferdig } = await answer.json());
    else if (answer && answer.status !== 409 && answer.status < 500) throw new Refusal(await answer.text());
    else {
      told.lost();
      ({ mottatt, ferdig } = await ask(adresse, {}, told, signal));
    }
  }
  told.sent(file.size);
  return adresse;
}

// The file, all of which has come, becomes an interview: resolves to what became of it, as HTML.
export async function finish(address, details, told, signal) {
  return (await insist(address, { method: "POST", body: details }, told, signal)).text();
}

async function ask(address, options, told, signal) {
  return (await insist(address, options, told, signal)).json();
}

// Asks until there is an answer. A refusal is one too.
async function insist(address, options, told, signal) {
  for (let wait = 500; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
    const answer = await attempt(address, options, signal);
    if (answer?.ok) return answer;
    // 503 says in words what is wrong, a full disk for example: waiting does not help.
    if (answer && answer.status !== 502 && answer.status !== 504) throw new Refusal(await answer.text());
    told.lost();
    await pause(wait, signal);
  }
}

async function attempt(address, options, signal) {
  try {
    return await fetch(address, { ...options, headers: HEADERS, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return null;
  }
}

// The same for the same file in the same browser, and for no other.
function markOf(file) {
  let browser = localStorage.getItem(BROWSER);
  if (!browser) {
    browser = crypto.randomUUID();
    localStorage.setItem(BROWSER, browser);
  }
  return [file.name, file.size, file.lastModified, browser].join("|");
}

// Ends early when the browser finds its network again.
function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    addEventListener("online", resolve, { once: true });
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("aborted", "AbortError"));
    }, { once: true });
  });
}
