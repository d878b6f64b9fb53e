// Keys for those who look at many databases: / searches, j and k go through the rows, ? shows the keys. Enter opens a row, as always.

const help = document.getElementById('keys');

addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const isTyping = /^(?:input|select|textarea)$/.test(event.target.localName ?? '') || event.target.isContentEditable;
  if (isTyping) {
    if (event.key === 'Escape') event.target.blur();
    return;
  }
  const act = { '/': search, j: () => move(1), k: () => move(-1), '?': toggleHelp }[event.key];
  if (!act || (help?.open && event.key !== '?')) return;
  event.preventDefault();
  act();
});

function search() {
  const field = document.getElementById('find');
  field?.focus();
  field?.select();
}

function toggleHelp() {
  if (help?.open) help.close();
  else help?.showModal();
}

/** The first link of each row that can be seen; the heads of groups are on the way to no database. */
function links() {
  return [...document.querySelectorAll('main tbody tr:not(.group), main li.row')]
    .map(row => row.querySelector('a[href]'))
    .filter(link => link?.checkVisibility());
}

function move(by) {
  const all = links();
  const row = document.activeElement?.closest('tr, li.row');
  const at = row ? all.findIndex(link => row.contains(link)) : -1;
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}
