// Records an interview with this machine's microphone; what was recorded is a file like those that are chosen.
const TYPES = { "audio/webm;codecs=opus": "webm", "audio/mp4": "m4a", "audio/ogg;codecs=opus": "ogg" };

// Shows the button where the browser can record. `text(name)` says things, `done(file)` gets the recording.
export function record(form, text, done) {
  const type = window.MediaRecorder && Object.keys(TYPES).find((one) => MediaRecorder.isTypeSupported(one));
  if (!type || !navigator.mediaDevices) return;
  const [begin, stop] = [form.querySelector("#ta-opp"), form.querySelector("#stopp")];
  const [panel, shown] = [form.querySelector("#opptak"), form.querySelector("#opptakstid")];
  let recorder = null;
  begin.hidden = false;
  begin.addEventListener("click", async () => {
    const stream = await microphone();
    if (!stream) {
      form.querySelector("#status").textContent = text("microphone");
      return;
    }
    const parts = [];
    recorder = new MediaRecorder(stream, { mimeType: type });
    recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
    recorder.addEventListener("stop", () => {
      for (const track of stream.getTracks()) track.stop();
      clearInterval(clock);
      recorder = null;
      swap(begin, panel);
      done(new File(parts, nameNow(text("recorded"), TYPES[type]), { type }));
    });
    const started = Date.now();
    const clock = setInterval(() => (shown.textContent = time(Date.now() - started)), 500);
    shown.textContent = time(0);
    recorder.start(10_000);
    swap(panel, begin);
    stop.focus();
  });
  stop.addEventListener("click", () => recorder?.stop());
  addEventListener("beforeunload", (event) => recorder && event.preventDefault());
}

async function microphone() {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    return null; // there is none, or the browser may not use it
  }
}

function swap(shown, hidden) {
  shown.hidden = false;
  hidden.hidden = true;
}

// `opptak-2026-11-24-1430.webm`
function nameNow(word, extension) {
  const now = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString();
  return `${word}-${now.slice(0, 10)}-${now.slice(11, 16).replace(":", "")}.${extension}`;
}

function time(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
