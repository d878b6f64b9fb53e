// Shows what is new without a reload: the service says that something has changed, and the page is fetched again.

const AT_MOST_EVERY_MS = 5_000;
/** Relative times grow old by themselves. */
const AT_LEAST_EVERY_MS = 60_000;
/** A network that swallows a request would leave the page as it is, and no one would see that. */
const NO_ANSWER_MS = 20_000;
/** So old a page may become before it says so. */
const OLD_MS = 150_000;

const root = document.documentElement;
const stream = root.dataset.live;
let events;
let timer;
let lastAt = Date.now();
/** When what is shown was so. */
let freshAt = Date.now();
let isBusy = false;

root.classList.add('scripted');

if (stream) {
  listen();
  // A browser opens six connections to a service at most: tabs that no one looks at must not hold them.
  document.addEventListener('visibilitychange', () => (document.hidden ? stop() : listen()));
  addEventListener('pagehide', stop);
  // Back from another page: the browser may show what it has kept, also to one who has signed out since.
  addEventListener('pageshow', event => event.persisted && location.reload());
}

function listen() {
  if (events || document.hidden) return;
  events = new EventSource(stream);
  events.onmessage = () => plan(lastAt + AT_MOST_EVERY_MS - Date.now());
  events.onerror = () => events?.readyState === EventSource.CLOSED && plan(0);
  plan(lastAt + AT_LEAST_EVERY_MS - Date.now());
}

function stop() {
  events?.close();
  events = undefined;
  clearTimeout(timer);
}

function plan(inMs) {
  clearTimeout(timer);
  timer = setTimeout(update, Math.max(inMs, 100));
}

async function update() {
  if (isBusy || document.querySelector('dialog[open]')) {
    stale(isOld());
    return plan(AT_MOST_EVERY_MS);
  }
  isBusy = true;
  lastAt = Date.now();
  const patience = new AbortController();
  const impatience = setTimeout(() => patience.abort(), NO_ANSWER_MS);
  try {
    const headers = { 'x-lumbung-live': 'yes' };
    const answer = await fetch(location.href, { headers, redirect: 'error', signal: patience.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    if (show(new DOMParser().parseFromString(await answer.text(), 'text/html'))) freshAt = lastAt;
    stale(isOld());
  } catch {
    stale(true);
  } finally {
    clearTimeout(impatience);
    isBusy = false;
    if (!document.hidden) plan(AT_LEAST_EVERY_MS);
  }
}

function isOld() {
  return Date.now() - freshAt > OLD_MS;
}

/** @returns whether the page shows what is so now */
function show(next) {
  const [now, then] = [document.querySelector('main'), next.querySelector('main')];
  if (!then) return false;
  if (now.innerHTML === then.innerHTML) return true;
  // What was just selected would be lost, such as a command that is about to be copied.
  if (!getSelection().isCollapsed && now.contains(getSelection().anchorNode)) return false;
  const keep = [opened(now), typed(now), focused(now)];
  const { scrollX, scrollY } = window;
  now.replaceChildren(...then.childNodes);
  for (const restore of keep) restore(now);
  scrollTo({ left: scrollX, top: scrollY, behavior: 'instant' });
  document.title = next.title;
  document.querySelector('link[rel=icon]').href = next.querySelector('link[rel=icon]').href;
  document.dispatchEvent(new Event('lumbung:updated'));
  return true;
}

/** Which details were opened or closed by hand. */
function opened(main) {
  const states = new Map([...main.querySelectorAll('details')].map(one => [nameOf(one), one.open]));
  return next => {
    for (const one of next.querySelectorAll('details')) if (states.has(nameOf(one))) one.open = states.get(nameOf(one));
  };
}

function nameOf(details) {
  return details.id || details.querySelector('summary')?.textContent.replace(/\d+/g, '#');
}

const FIELDS = 'input:not([type=hidden]), select, textarea';

function typed(main) {
  const values = [...main.querySelectorAll(FIELDS)].filter(hasChanged).map(one => [keyOf(one), one.value, one.checked]);
  return next => {
    for (const one of next.querySelectorAll(FIELDS)) {
      const kept = values.find(([key]) => key === keyOf(one));
      if (kept) [one.value, one.checked] = [kept[1], kept[2]];
    }
  };
}

function hasChanged(field) {
  if (field.options) return [...field.options].some(one => one.selected !== one.defaultSelected);
  return field.value !== field.defaultValue || Boolean(field.checked) !== Boolean(field.defaultChecked);
}

function keyOf(field) {
  const box = field.type === 'checkbox' || field.type === 'radio' ? field.defaultValue : '';
  return `${field.form?.getAttribute('action')} ${field.name} ${box}`;
}

function focused(main) {
  const active = document.activeElement;
  if (!main.contains(active)) return () => {};
  const selector = active.id
    ? `#${CSS.escape(active.id)}`
    : active.href
      ? `a[href="${CSS.escape(active.getAttribute('href'))}"]`
      : `${active.localName}${active.name ? `[name="${CSS.escape(active.name)}"]` : ''}`;
  const at = [...main.querySelectorAll(selector)].indexOf(active);
  const [from, to] = [active.selectionStart, active.selectionEnd];
  return next => {
    const same = next.querySelectorAll(selector)[at];
    same?.focus({ preventScroll: true });
    if (same && typeof from === 'number') same.setSelectionRange(from, to);
  };
}

function stale(isStale) {
  const shown = document.querySelector('.staleness');
  if (!isStale) return shown?.remove();
  if (shown) return;
  const note = Object.assign(document.createElement('p'), { className: 'staleness' });
  note.setAttribute('role', 'status');
  note.textContent = document.body.dataset.stale;
  document.querySelector('main').before(note);
}
