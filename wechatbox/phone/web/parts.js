// How a phone on the desk becomes the fresh one that the server drew, without losing what is open, typed, playing or in focus.
import { all, one } from "./say.js";

const maxKept = 400; // lines of a log that may stand above what the server sends

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
document.addEventListener("load", ({ target }) => {
  const log = target.closest?.(".log");
  if (log && log.low !== false) toBottom(log);
}, true);

export function toBottom(log) {
  log.low = true;
  log.scrollTop = log.scrollHeight;
  one("[data-bottom]", log.parentElement).hidden = true;
  heights.observe(log);
}

const partsOf = (root) => all("[data-part]", root);
const shapeOf = (root) => partsOf(root).map((el) => el.dataset.part).join();

// patch makes a phone on the desk look like the fresh one, touching only what differs.
export function patch(phone, fresh) {
  const focused = document.activeElement;
  const moved = phone.dataset.at !== fresh.dataset.at;
  Object.assign(phone.dataset, fresh.dataset);
  phone.setAttribute("aria-label", fresh.getAttribute("aria-label"));
  const owner = one(".owner", phone), newOwner = one(".owner", fresh);
  if (owner.innerHTML !== newOwner.innerHTML) owner.replaceChildren(...newOwner.childNodes);
  const log = one(".log", fresh);
  if (moved || shapeOf(phone) !== shapeOf(fresh)) {
    one(".shell", phone).replaceWith(one(".shell", fresh));
    if (log) toBottom(log);
  } else {
    const news = partsOf(fresh);
    partsOf(phone).forEach((part, i) => patchPart(part, news[i]));
  }
  if (focused && focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
}
