// What can be asked of a page without eyes: names, contrast, the order of the keyboard, and that nothing sticks out.
(() => {
  const faults = [];
  const seen = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden';
  const tell = (e, what) => faults.push(`${what}: ${e.outerHTML.slice(0, 120)}`);
  const nameOf = (e) => (e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent || e.title || '').trim();

  for (const e of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [role=img], [role=region], audio')) {
    if (seen(e) && e.tagName !== 'AUDIO' && !nameOf(e)) tell(e, 'it has no name');
    if (e.tabIndex > 0) tell(e, 'it jumps the order of the keyboard');
    if (e.matches('a[href], button, summary') && seen(e) && e.tabIndex < 0) tell(e, 'the keyboard does not reach it');
  }
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) faults.push(`the id ${id} is there twice`);
  if (document.querySelectorAll('h1').length !== 1) faults.push('there is not one h1');
  if (!document.documentElement.lang || !document.title) faults.push('the page has no language or no title');
  if (document.documentElement.scrollWidth > innerWidth + 1) faults.push(`the page is ${document.documentElement.scrollWidth} wide in ${innerWidth}`);
  for (const th of document.querySelectorAll('th:not([scope])')) tell(th, 'a head says not what it heads');

  const rgb = (s) => s.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
  const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0.99) return c;
    }
    return [255, 255, 255];
  };
  const text = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (text.nextNode()) {
    const e = text.currentNode.parentElement;
    if (!text.currentNode.data.trim() || !seen(e) || e.closest('svg, .hide, .skip, option')) continue;
    const style = getComputedStyle(e);
    const [a, b] = [light(rgb(style.color)), light(ground(e))].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 24 || parseFloat(style.fontSize) >= 18.6 && style.fontWeight >= 700;
    if ((a + 0.05) / (b + 0.05) < (large ? 3 : 4.5)) tell(e, `contrast ${((a + 0.05) / (b + 0.05)).toFixed(2)}`);
  }
  return [...new Set(faults)].slice(0, 20);
})()
