// The one script of the console: it takes the terminal's link out of the address, keeps an open page up to date, and lets rows be
// dragged. Every page works without it.
'use strict';

const form = document.querySelector('#enter');
if (form && location.hash.length > 1) {
  form.secret.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, '', location.pathname + location.search);
  form.requestSubmit();
}

for (const select of document.querySelectorAll('select[data-send]')) {
  select.addEventListener('change', () => select.form.requestSubmit());
}

// What is being used is left alone: a form half filled in, a file that was chosen, an open list, a recording that plays.
const busy = (part) => part.contains(document.activeElement) && document.activeElement !== document.body && !!document.activeElement.form ||
  part.querySelector('details[open] form') || [...part.querySelectorAll('input[type=file]')].some((f) => f.files.length) || [...part.querySelectorAll('audio')].some((a) => !a.paused);

let asking = false;
let again = false;
async function refresh() {
  if (document.hidden || asking) {
    again = true;
    return;
  }
  asking = true;
  again = false;
  try {
    const answer = await fetch(location.href, { headers: { 'X-Sixtwenty-Live': '1' }, redirect: 'error' });
    if (answer.ok) take(new DOMParser().parseFromString(await answer.text(), 'text/html'));
  } catch {
    // the stream comes again, and with it the next try
  } finally {
    asking = false;
  }
  if (again && !document.hidden) refresh();
}

function take(page) {
  for (const part of document.querySelectorAll('[data-live]')) {
    const now = page.getElementById(part.id);
    part.classList.remove('fresh');
    if (!part.className) part.removeAttribute('class');
    if (!now || now.isEqualNode(part) || busy(part)) continue;
    const open = [...part.querySelectorAll('details')].map((d) => d.open);
    const scrolled = [...part.querySelectorAll('.scroll')].map((s) => s.scrollLeft);
    const fresh = document.importNode(now, true);
    fresh.classList.add('fresh');
    part.replaceWith(fresh);
    fresh.querySelectorAll('details').forEach((d, i) => { d.open = open[i] ?? false; });
    fresh.querySelectorAll('.scroll').forEach((s, i) => { s.scrollLeft = scrolled[i] ?? 0; });
    order(fresh);
    show(fresh);
  }
}

if (document.querySelector('[data-live]')) {
  const stream = new EventSource('/console/live');
  stream.addEventListener('change', refresh);
  document.addEventListener('visibilitychange', () => { if (again) refresh(); });
  addEventListener('pagehide', () => stream.close());
}

document.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });

// A year of days begins at its end.
function show(root) {
  for (const days of root.querySelectorAll('svg.days')) days.parentElement.scrollLeft = days.parentElement.scrollWidth;
}
show(document);

function order(root) {
  for (const table of root.querySelectorAll('table[data-order]')) {
    let from = null;
    table.addEventListener('dragstart', (e) => { from = e.target.closest('tr'); });
    table.addEventListener('dragover', (e) => {
      e.preventDefault();
      for (const row of table.querySelectorAll('.over')) row.classList.remove('over');
      e.target.closest('tr[draggable]')?.classList.add('over');
    });
    table.addEventListener('drop', (e) => {
      e.preventDefault();
      const to = e.target.closest('tr[draggable]');
      if (from && to && from !== to) send(table, from.dataset.place, to.dataset.place);
    });
  }
}
order(document);

function send(table, from, to) {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = '/console/say';
  const fields = { say: table.dataset.order, chat: table.dataset.chat, back: table.dataset.back, 'f.from': from, 'f.to': to };
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement('input');
    input.type = 'hidden';
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}
