// The script of the desk. HTML comes from the server; this fetches what changed, sends what is done, and lets the clock tick.
import { all, complain, fetchPart, fetchPhone, firstClock, lang, notice, one, post, words } from "./say.js";
import { patch, toBottom } from "./parts.js";
import { cancelRecording, lengthOf, maxVoice, play, record } from "./sound.js";

const desk = one("#desk");
const phones = () => all(".phone", desk);
const maxPhones = 8, maxFile = 25 << 20;

const seen = (phone) => phone.offsetParent !== null && document.visibilityState === "visible";

function redraw(phone, fresh) {
  patch(phone, fresh);
  if (Number(one(".log", fresh)?.dataset.unread ?? one(".log", phone)?.dataset.unread) > 0) markRead(phone);
  rack();
}

function markRead(phone) {
  if (!seen(phone)) return;
  const body = new FormData();
  body.set("who", phone.dataset.who);
  body.set("chat", one(".log", phone).dataset.chat);
  post("/phone/act/read", body);
}

// refresh fetches a phone again; while one fetch runs, any number of wishes make one more, a moment later: a storm is drawn in gusts.
async function refresh(phone) {
  if (phone.loading) { phone.again = true; return; }
  phone.loading = true;
  const at = phone.dataset.at;
  const query = one("[data-search]", phone)?.value;
  try {
    const fresh = await fetchPhone(at, query ? { q: query } : {});
    if (phone.dataset.at === at && phone.isConnected) redraw(phone, fresh);
  } catch { /* the stream tells when the server is back, and then all is fetched */ }
  if (phone.again) await new Promise((done) => setTimeout(done, 120));
  phone.loading = false;
  if (phone.again) { phone.again = false; refresh(phone); }
}

async function show(phone, at, byHand) {
  try {
    const fresh = await fetchPhone(at);
    redraw(phone, fresh);
    remember();
    if (byHand) focusIn(phone);
  } catch {
    complain(phone, words["js.failed"]);
  }
}

function focusIn(phone) {
  const box = matchMedia("(hover: hover)").matches && one("textarea", phone);
  (box || one("[data-search]", phone) || one("h2", phone))?.focus({ preventScroll: true });
}

const placeIn = (phone, tail) => encodeURIComponent(phone.dataset.who) + "/" + tail;

function remember() {
  const q = new URLSearchParams({ lang });
  for (const phone of phones()) if (phone.dataset.who) q.append("p", phone.dataset.at);
  history.replaceState(null, "", "/?" + q);
  const other = new URLSearchParams(q);
  other.set("lang", lang === "en" ? "zh" : "en");
  one("#tongue").href = "/?" + other;
}

// rack draws the row of phones to choose from where only one fits; it is left alone while nothing in it changes.
let racked;
function rack() {
  const list = phones();
  if (!one(".phone.on", desk)) list[0]?.classList.add("on");
  const look = list.map((p) => [p.dataset.who, p.dataset.unread, p.className, one(".owner", p).innerHTML]).join();
  if (look === racked) return;
  racked = look;
  const held = [...one("#rack").children].indexOf(document.activeElement);
  one("#rack").replaceChildren(...list.map(hook), hookFor("＋", () => add("/people")));
  one("#rack").lastChild.setAttribute("aria-label", one("#another").textContent);
  one("#rack").children[held]?.focus();
}

function hookFor(content, onClick) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(content);
  button.addEventListener("click", onClick);
  return button;
}

// hook is one phone in the rack. The phone in the hand has no head where only one fits: its name leads to the choice of another person.
function hook(phone) {
  const held = phone.classList.contains("on"), unread = Number(phone.dataset.unread);
  const button = hookFor(one(".owner .face", phone).cloneNode(true), () => (held ? show(phone, placeIn(phone, "people"), true) : takeUp(phone)));
  button.append(one(".owner bdi", phone).textContent);
  if (held) button.setAttribute("aria-current", "true");
  if (unread) {
    const badge = document.createElement("span");
    badge.className = "badge";
    badge.textContent = unread > 99 ? "99+" : unread;
    button.append(badge);
  }
  return button;
}

function takeUp(phone) {
  phones().forEach((p) => p.classList.toggle("on", p === phone));
  rack();
  const log = one(".log", phone);
  if (log) toBottom(log);
  refresh(phone);
}

async function add(at) {
  if (phones().length >= maxPhones) return notice(words["js.full"], true);
  try {
    const phone = await fetchPhone(at);
    one("#another").before(phone);
    takeUp(phone);
    remember();
    phone.scrollIntoView({ behavior: "smooth", inline: "center", block: "nearest" });
    focusIn(phone);
  } catch {
    notice(words["js.failed"], true);
  }
}

function summon(at) {
  const who = decodeURIComponent(at.split("/")[0]);
  const phone = phones().find((p) => p.dataset.who === who);
  if (!phone) return add(at);
  takeUp(phone);
  show(phone, at, true);
  phone.scrollIntoView({ behavior: "smooth", inline: "center", block: "nearest" });
}

async function older(button) {
  const log = button.closest(".log"), phone = button.closest(".phone");
  button.disabled = true;
  try {
    const fresh = one(".log", await fetchPhone(phone.dataset.at, { before: button.dataset.older }));
    const height = log.scrollHeight, top = log.scrollTop;
    button.closest("li").remove();
    log.prepend(...fresh.children);
    log.scrollTop = top + log.scrollHeight - height;
  } catch {
    button.disabled = false;
    complain(phone, words["js.failed"]);
  }
}

let winding;
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  event.preventDefault();
  if (form.busy) return;
  const phone = form.closest(".phone"), box = one("textarea", form), body = new FormData(form);
  const text = box?.value;
  if (box) {
    if (!text.trim()) return;
    box.value = "";
    fit(box);
    box.focus();
  } else form.busy = true;
  let signal;
  if (form.dataset.long !== undefined) { winding = new AbortController(); signal = winding.signal; }
  const answer = await post(form.getAttribute("action"), body, signal);
  form.busy = false;
  form.closest(".menu")?.removeAttribute("open");
  if (answer.error) {
    complain(phone, answer.error);
    if (box && !box.value) { box.value = text; fit(box); }
    return;
  }
  if (answer.note) notice(answer.note);
  if (answer.go) show(phone, placeIn(phone, answer.go), true);
  else if (box) toBottom(one(".log", phone));
});

async function sendFile(form, kind, file, seconds) {
  const phone = form.closest(".phone");
  if (file.size > maxFile) return complain(phone, words["js.large"]);
  one(".plus", form)?.removeAttribute("open");
  if (file.size > 1 << 20) complain(phone, words["js.sending"]);
  const body = new FormData();
  for (const name of ["who", "chat"]) body.set(name, form.elements[name].value);
  body.set("kind", kind);
  if (seconds) body.set("seconds", seconds.toFixed(2));
  body.set("file", file, file.name || "voice");
  const answer = await post("/phone/act/send", body);
  if (answer.error) complain(phone, answer.error);
  else one(".oops", phone).hidden = true;
}

async function pick(input) {
  const form = input.form, file = input.files[0], kind = input.dataset.send;
  if (!file) return;
  if (kind !== "voice") await sendFile(form, kind, file);
  else {
    try {
      const seconds = await lengthOf(file);
      if (seconds > maxVoice + 0.9) complain(form.closest(".phone"), words["js.longvoice"]);
      else await sendFile(form, kind, file, seconds);
    } catch {
      complain(form.closest(".phone"), words["js.unplayable"]);
    }
  }
  input.value = "";
}

let tap;
function goFrom(el, event) {
  const phone = el.closest(".phone"), go = () => show(phone, placeIn(phone, el.dataset.go), true);
  if (!el.dataset.tickle || event.detail === 0) return go();
  clearTimeout(tap);
  if (event.detail === 1) { tap = setTimeout(go, 260); return; }
  const body = new FormData();
  body.set("who", phone.dataset.who);
  body.set("chat", one(".log", phone).dataset.chat);
  body.set("target", el.dataset.tickle);
  post("/phone/act/tickle", body).then((answer) => answer.error && complain(phone, answer.error));
}

const clicks = {
  go: goFrom,
  take: (el) => { const phone = el.closest(".phone"); show(phone, encodeURIComponent(el.dataset.take) + "/chats", true); },
  putaway: (el) => { el.closest(".phone").remove(); rack(); remember(); },
  summon: (el) => summon(el.dataset.summon),
  older,
  bottom: (el) => toBottom(one(".log", el.parentElement)),
  play,
  mic: (el) => record(el, (file, seconds) => sendFile(el.form, "voice", file, seconds)),
  big: (el) => { one("#big img").src = el.dataset.big; one("#big").showModal(); },
};
document.addEventListener("click", (event) => {
  for (const open of all("details.menu[open], details.plus[open]")) if (!open.contains(event.target)) open.open = false;
  const button = event.target.closest("button");
  for (const name in clicks) if (button && name in button.dataset) return clicks[name](button, event);
});
one("#another").addEventListener("click", () => add("/people"));
one("#unwind").addEventListener("click", () => winding?.abort());
one("#big").addEventListener("click", () => one("#big").close());

function fit(box) {
  box.style.height = "auto";
  box.style.height = Math.min(box.scrollHeight, 96) + "px";
}

let searching;
document.addEventListener("input", (event) => {
  if (event.target.matches("textarea")) fit(event.target);
  if (!event.target.matches("[data-search]")) return;
  clearTimeout(searching);
  searching = setTimeout(() => refresh(event.target.closest(".phone")), 200);
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-send]")) pick(event.target);
  if (event.target.matches("[data-auto]")) event.target.form.requestSubmit();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    cancelRecording();
    all("details.menu[open], details.plus[open]").forEach((el) => { el.open = false; });
  }
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || !event.target.matches(".composer textarea")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});
document.addEventListener("paste", (event) => {
  const file = [...(event.clipboardData?.files ?? [])].find((f) => f.type.startsWith("image/"));
  const form = event.target.closest?.(".composer");
  if (!file || !form) return;
  event.preventDefault();
  sendFile(form, "image", file);
});
document.addEventListener("visibilitychange", () => phones().forEach(refresh));

let clock, day;
const two = (n) => String(n).padStart(2, "0");
const dateFormat = new Intl.DateTimeFormat(lang === "en" ? "en-US" : "zh-CN", { timeZone: "UTC", month: "long", day: "numeric", weekday: "long" });

function setClock(view) {
  const jumped = clock && Math.abs(view.at - reading()) > 20000 * Math.max(1, view.speed);
  clock = { ...view, got: performance.now() };
  one("#winding").hidden = !view.to;
  if (view.to) one("#progress").value = 1000 * (view.at - view.from) / (view.to - view.from);
  document.body.classList.toggle("is-winding", Boolean(view.to));
  for (const el of all("[data-speed]")) el.setAttribute("aria-pressed", String(Number(el.dataset.speed) === view.speed));
  tick();
  if (jumped) phones().forEach(refresh); // today has become yesterday, and what could be recalled is past that
}

const reading = () => clock.at + (clock.to ? 0 : (performance.now() - clock.got) * clock.speed);

function tick() {
  const t = new Date(reading() + clock.offset * 1000);
  const hm = `${two(t.getUTCHours())}:${two(t.getUTCMinutes())}`;
  one("#hms").textContent = `${hm}:${two(t.getUTCSeconds())}`;
  const date = dateFormat.format(t);
  if (day && day !== date) phones().forEach(refresh); // what was today is yesterday now
  one("#date").textContent = day = date;
  for (const el of all(".air .hm")) if (el.textContent !== hm) el.textContent = hm;
}

let offline, retry = 1000;
function connect() {
  const stream = new EventSource("/phone/live?lang=" + lang);
  stream.onopen = () => {
    clearTimeout(offline);
    offline = undefined;
    retry = 1000;
    document.body.classList.remove("is-offline");
    if (one("#notice").textContent === words["js.offline"]) notice("");
    phones().forEach(refresh);
  };
  stream.onerror = () => {
    offline ??= setTimeout(() => {
      document.body.classList.add("is-offline");
      notice(words["js.offline"], "stay");
    }, 1500);
    if (stream.readyState !== EventSource.CLOSED) return;
    setTimeout(connect, retry);
    retry = Math.min(retry * 2, 30000);
  };
  stream.addEventListener("clock", (e) => setClock(JSON.parse(e.data)));
  stream.addEventListener("bar", loadBar);
  stream.addEventListener("change", (e) => {
    const change = JSON.parse(e.data);
    phones().filter((phone) => concerns(change, phone.dataset.who)).forEach(refresh);
  });
}

function concerns(change, who) {
  if (change.what === "read") return change.person === who;
  return !change.with || change.person === who || change.with === who;
}

async function loadBar() {
  try {
    const fresh = await fetchPart("/phone/bar?lang=" + lang, "#bar"), bar = one("#bar");
    if (bar.innerHTML !== fresh.innerHTML) bar.replaceChildren(...fresh.childNodes);
  } catch { /* as in refresh */ }
}

all(".log").forEach(toBottom);
rack();
setClock(firstClock);
setInterval(tick, 200);
phones().filter((phone) => Number(one(".log", phone)?.dataset.unread) > 0).forEach(markRead);
connect();
