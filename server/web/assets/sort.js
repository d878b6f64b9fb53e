// A click on the head of a column sorts the rows that are on the page. Tables with the class `fixed` keep their order.

const UNITS = { B: 0, KiB: 1, MiB: 2, GiB: 3, TiB: 4, PiB: 5 };
/** Where the reader has sorted: by caption, which column, and which way. */
const chosen = new Map();

prepare();
document.addEventListener('lumbung:updated', prepare);

function prepare() {
  for (const table of document.querySelectorAll('main table:not(.fixed)')) {
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
    if (table.tBodies.length !== 1 || table.tBodies[0].rows.length < 2 || table.tHead.rows.length !== 1) continue;
    if ([...table.tBodies[0].rows].some(row => row.cells.length !== heads.length)) continue;
    heads.forEach((head, at) => {
      addButton(table, head, at);
    });
    const kept = chosen.get(nameOf(table));
    if (kept && heads[kept.at]) sort(table, kept.at, kept.way);
  }
}

function addButton(table, head, at) {
  if (head.textContent.trim() === '' || head.querySelector('button')) return;
  const button = document.createElement('button');
  button.type = 'button';
  button.title = document.body.dataset.sort;
  button.append(...head.childNodes);
  button.addEventListener('click', () => {
    const way = head.ariaSort === 'ascending' ? -1 : 1;
    chosen.set(nameOf(table), { at, way });
    sort(table, at, way);
  });
  head.append(button);
}

function nameOf(table) {
  return table.id || table.caption?.textContent.replace(/\d+/g, '#') || '';
}

function sort(table, at, way) {
  for (const head of table.tHead.rows[0].cells) head.removeAttribute('aria-sort');
  table.tHead.rows[0].cells[at].ariaSort = way > 0 ? 'ascending' : 'descending';
  const rows = [...table.tBodies[0].rows].map(row => ({ row, value: shownIn(row.cells[at]) }));
  rows.sort((a, b) => way * compare(a.value, b.value));
  table.tBodies[0].append(...rows.map(({ row }) => row));
}

/** @returns a number where the cell has one: its data-value, a time, a size, a count */
function shownIn(cell) {
  const text = cell.dataset.value ?? cell.textContent.trim();
  const time = cell.querySelector('time')?.dateTime;
  if (cell.dataset.value === undefined && time) return Date.parse(time);
  const [, digits, unit = ''] = /^([\d.,\u00a0]+)\s*([KMGTP]?i?B|%)?$/.exec(text) ?? [];
  if (digits === undefined) return text;
  return numberIn(digits) * 1024 ** (UNITS[unit] ?? 0);
}

/** The decimal sign is that of the page's language. */
function numberIn(digits) {
  const decimal = document.documentElement.lang === 'id' ? ',' : '.';
  return Number(digits.replace(decimal === ',' ? /[.\u00a0]/g : /[,\u00a0]/g, '').replace(decimal, '.'));
}

function compare(a, b) {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a.localeCompare(b, document.documentElement.lang, { numeric: true });
}
