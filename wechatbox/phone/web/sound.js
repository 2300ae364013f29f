// Recording, measuring and playing sound.
import { complain, one, words } from "./say.js";

export const maxVoice = 60; // seconds, as in WeChat

// lengthOf is the length of a sound in seconds.
export function lengthOf(file) {
  return new Promise((resolve, reject) => {
    const sound = new Audio(URL.createObjectURL(file));
    sound.onloadedmetadata = () => (Number.isFinite(sound.duration) ? resolve(sound.duration) : reject());
    sound.onerror = reject;
  });
}

let recording; // {stop(cancel)}

export const cancelRecording = () => recording?.stop(true);

// record begins a recording, or ends it and hands it to send(file, seconds).
export async function record(button, send) {
  if (recording) return recording.stop(false);
  const form = button.form, phone = form.closest(".phone"), line = one(".recording", form);
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    return complain(phone, words["js.nomic"]);
  }
  const recorder = new MediaRecorder(stream), pieces = [], begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000;
  const ticks = setInterval(() => {
    line.textContent = `● ${Math.floor(seconds())}″ ${words["js.recording"]}`;
    if (seconds() >= maxVoice) recording?.stop(false);
  }, 200);
  recorder.ondataavailable = (e) => pieces.push(e.data);
  recording = {
    stop(cancel) {
      recording = undefined;
      const length = Math.min(maxVoice, seconds());
      clearInterval(ticks);
      line.hidden = true;
      button.setAttribute("aria-pressed", "false");
      recorder.onstop = () => {
        stream.getTracks().forEach((track) => track.stop());
        if (!cancel && form.isConnected) send(new File(pieces, "voice.webm", { type: recorder.mimeType }), length);
      };
      recorder.stop();
    },
  };
  line.hidden = false;
  line.textContent = `● 0″ ${words["js.recording"]}`;
  button.setAttribute("aria-pressed", "true");
  recorder.start();
}

let playing;
export function play(button) {
  const sound = one("audio", button);
  const stop = () => { button.classList.remove("playing"); playing = undefined; };
  if (playing) { playing.pause(); const was = playing; playing.onpause(); if (was === sound) return; }
  playing = sound;
  button.classList.add("playing");
  sound.onended = sound.onpause = stop;
  sound.currentTime = 0;
  sound.play().catch(() => { stop(); complain(button.closest(".phone"), words["js.unplayable"]); });
}
