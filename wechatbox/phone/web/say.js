// What every part of the script needs: looking things up, saying a line to the user, and talking to the server.

export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];
export const { lang, words, clock: firstClock } = JSON.parse(one("#boot").textContent);

let noticeTimer;
export function notice(text, bad) {
  const line = one("#notice");
  line.textContent = text || "";
  line.hidden = !text;
  line.classList.toggle("bad", Boolean(bad));
  clearTimeout(noticeTimer);
  if (text && bad !== "stay") noticeTimer = setTimeout(() => { line.hidden = true; }, 6000);
}

export function complain(phone, text) {
  const line = phone && one(".oops", phone);
  if (!line) return notice(text, true);
  line.textContent = text;
  line.hidden = false;
  clearTimeout(line.timer);
  line.timer = setTimeout(() => { line.hidden = true; }, 6000);
}

export async function post(path, form, signal) {
  try {
    const answer = await fetch(`${path}?lang=${lang}`, { method: "POST", body: form, signal });
    return await answer.json();
  } catch (e) {
    return e.name === "AbortError" ? { note: words["js.unwound"] } : { error: words["js.failed"] };
  }
}

export async function fetchPart(path, selector) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(answer.status);
  return one(selector, new DOMParser().parseFromString(await answer.text(), "text/html"));
}

export const fetchPhone = (at, more = {}) => fetchPart("/phone/view?" + new URLSearchParams({ lang, p: at, ...more }), ".phone");
