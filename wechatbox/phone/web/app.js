// The script of the desk. HTML comes from the server; this swaps what changed, sends what is done, and lets the clock tick.
"use strict";
{
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const { lang, words, clock: firstClock } = JSON.parse(one("#boot").textContent);
  const desk = one("#desk");
  const phones = () => all(".phone", desk);
  const maxPhones = 8, maxFile = 25 << 20, maxVoice = 60, maxKept = 400;

  let noticeTimer;
  function notice(text, bad) {
    const line = one("#notice");
    line.textContent = text || "";
    line.hidden = !text;
    line.classList.toggle("bad", Boolean(bad));
    clearTimeout(noticeTimer);
    if (text && bad !== "stay") noticeTimer = setTimeout(() => { line.hidden = true; }, 6000);
  }

  function complain(phone, text) {
    const line = phone && one(".oops", phone);
    if (!line) return notice(text, true);
    line.textContent = text;
    line.hidden = false;
    clearTimeout(line.timer);
    line.timer = setTimeout(() => { line.hidden = true; }, 6000);
  }

  async function post(path, form, signal) {
    try {
      const answer = await fetch(`${path}?lang=${lang}`, { method: "POST", body: form, signal });
      return await answer.json();
    } catch (e) {
      return e.name === "AbortError" ? { error: words["js.unwound"] } : { error: words["js.failed"] };
    }
  }

  async function fetchPart(path, selector) {
    const answer = await fetch(path);
    if (!answer.ok) throw new Error(answer.status);
    return one(selector, new DOMParser().parseFromString(await answer.text(), "text/html"));
  }

  const fetchPhone = (at, more = {}) => fetchPart("/phone/view?" + new URLSearchParams({ lang, p: at, ...more }), ".phone");

  // served is the HTML that the server gave for an element: the element itself changes while it plays or is opened.
  const served = new WeakMap();
  const htmlOf = (el) => served.get(el) ?? el.outerHTML;

  function reconcile(list, fresh) {
    const have = new Map([...list.children].map((el) => [el.dataset.id, el]));
    let want = [...fresh.children];
    const kept = fresh.dataset.list === "log" ? olderThan(list, want) : [];
    if (kept.length) want = want.filter((el, i) => el.dataset.id !== "older" && (i > 1 || have.has(el.dataset.id)));
    let cursor = list.firstElementChild;
    let added = false;
    for (const el of [...kept, ...want]) {
      const old = have.get(el.dataset.id);
      const same = old && (el === old || htmlOf(old) === el.outerHTML);
      const use = same ? old : el;
      if (!same) served.set(el, el.outerHTML);
      added ||= !old && el.matches(".said.theirs");
      if (use === cursor) cursor = cursor.nextElementSibling;
      else list.insertBefore(use, cursor);
    }
    while (cursor) {
      const gone = cursor;
      cursor = cursor.nextElementSibling;
      gone.remove();
    }
    return added;
  }

  // olderThan is what stands above the first message that the server still sends.
  function olderThan(list, want) {
    const ids = new Set(want.map((el) => el.dataset.id));
    const items = [...list.children];
    const first = items.findIndex((el) => el.dataset.id !== "older" && ids.has(el.dataset.id));
    const kept = first > 0 ? items.slice(0, first) : [];
    return kept.some((el) => el.dataset.id !== "older") && kept.length < maxKept ? kept : [];
  }

  function patchPart(part, fresh) {
    const html = fresh.innerHTML;
    if (served.get(part) === html) return;
    served.set(part, html);
    if (fresh.dataset.list === "log") return patchLog(part, fresh);
    if (fresh.dataset.list) return reconcile(part, fresh);
    if (fresh.dataset.mode !== undefined && fresh.dataset.mode === part.dataset.mode) return;
    Object.assign(part.dataset, fresh.dataset);
    part.replaceChildren(...fresh.childNodes);
  }

  function patchLog(log, fresh) {
    const added = reconcile(log, fresh);
    if (log.low !== false) toBottom(log);
    else if (added) one("[data-bottom]", log.parentElement).hidden = false;
  }

  // A log is low while its last message is in sight; what makes it longer or its window shorter must not change that.
  document.addEventListener("scroll", ({ target: log }) => {
    if (log.matches?.(".log")) log.low = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  }, true);
  const heights = new ResizeObserver((logs) => logs.forEach(({ target: log }) => log.low !== false && toBottom(log)));
  desk.addEventListener("load", ({ target }) => {
    const log = target.closest?.(".log");
    if (log && log.low !== false) toBottom(log);
  }, true);

  function toBottom(log) {
    log.low = true;
    log.scrollTop = log.scrollHeight;
    one("[data-bottom]", log.parentElement).hidden = true;
    heights.observe(log);
  }

  const partsOf = (root) => all("[data-part]", root);
  const shapeOf = (root) => partsOf(root).map((el) => el.dataset.part).join();

  function patch(phone, fresh) {
    const focused = document.activeElement;
    const moved = phone.dataset.at !== fresh.dataset.at;
    Object.assign(phone.dataset, fresh.dataset);
    phone.setAttribute("aria-label", fresh.getAttribute("aria-label"));
    const owner = one(".owner", phone), newOwner = one(".owner", fresh);
    if (owner.innerHTML !== newOwner.innerHTML) owner.replaceChildren(...newOwner.childNodes);
    const log = one(".log", fresh);
    const unread = log && Number(log.dataset.unread);
    if (moved || shapeOf(phone) !== shapeOf(fresh)) {
      one(".shell", phone).replaceWith(one(".shell", fresh));
      if (log) toBottom(log);
    } else {
      const news = partsOf(fresh);
      partsOf(phone).forEach((part, i) => patchPart(part, news[i]));
    }
    if (focused && focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
    if (unread > 0) markRead(phone);
    rack();
  }

  const seen = (phone) => phone.offsetParent !== null && document.visibilityState === "visible";

  function markRead(phone) {
    const form = one(".composer", phone) || one(".log", phone);
    if (!seen(phone) || !form) return;
    const body = new FormData();
    body.set("who", phone.dataset.who);
    body.set("chat", one(".log", phone).dataset.chat);
    post("/phone/act/read", body);
  }

  // refresh fetches a phone again; while one fetch runs, any number of wishes make one more.
  async function refresh(phone) {
    if (phone.loading) { phone.again = true; return; }
    phone.loading = true;
    const at = phone.dataset.at;
    const query = one("[data-search]", phone)?.value;
    try {
      const fresh = await fetchPhone(at, query ? { q: query } : {});
      if (phone.dataset.at === at && phone.isConnected) patch(phone, fresh);
    } catch { /* the stream tells when the server is back, and then all is fetched */ }
    phone.loading = false;
    if (phone.again) { phone.again = false; refresh(phone); }
  }

  async function show(phone, at, byHand) {
    try {
      const fresh = await fetchPhone(at);
      patch(phone, fresh);
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

  function rack() {
    const list = phones();
    if (!one(".phone.on", desk)) list[0]?.classList.add("on");
    const plus = document.createElement("button");
    plus.type = "button";
    plus.textContent = "＋";
    plus.setAttribute("aria-label", one("#another").textContent);
    plus.addEventListener("click", () => add("/people"));
    one("#rack").replaceChildren(...list.map((phone) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(one(".owner .face", phone).cloneNode(true), one(".owner bdi", phone)?.textContent ?? "");
      const unread = Number(phone.dataset.unread);
      if (unread) {
        const badge = document.createElement("span");
        badge.className = "badge";
        badge.textContent = unread > 99 ? "99+" : unread;
        button.append(badge);
      }
      if (phone.classList.contains("on")) button.setAttribute("aria-current", "true");
      // The phone in the hand has no head here: its name leads to the choice of another person.
      button.addEventListener("click", () => (phone.classList.contains("on") ? show(phone, placeIn(phone, "people"), true) : takeUp(phone)));
      return button;
    }), plus);
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

  function lengthOf(file) {
    return new Promise((resolve, reject) => {
      const sound = new Audio(URL.createObjectURL(file));
      sound.onloadedmetadata = () => (Number.isFinite(sound.duration) ? resolve(sound.duration) : reject());
      sound.onerror = reject;
    });
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

  let recording; // {stop(cancel)}
  async function record(button) {
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
          if (!cancel && form.isConnected) sendFile(form, "voice", new File(pieces, "voice.webm", { type: recorder.mimeType }), length);
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
  function play(button) {
    const sound = one("audio", button);
    const stop = () => { button.classList.remove("playing"); playing = undefined; };
    if (playing) { playing.pause(); const was = playing; playing.onpause(); if (was === sound) return; }
    playing = sound;
    button.classList.add("playing");
    sound.onended = sound.onpause = stop;
    sound.currentTime = 0;
    sound.play().catch(() => { stop(); complain(button.closest(".phone"), words["js.unplayable"]); });
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
    mic: record,
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
      recording?.stop(true);
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

  let clock;
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
    one("#date").textContent = dateFormat.format(t);
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
}
