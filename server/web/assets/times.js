// Shows times in the zone of the browser, where the reader has chosen that.

const { zone } = document.documentElement.dataset;
const locale = document.documentElement.lang === 'id' ? 'id-ID' : 'en-GB';
const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short' };
const at = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', ...clock });
const time = new Intl.DateTimeFormat(locale, clock);

if (zone === 'browser') {
  show();
  document.addEventListener('lumbung:updated', show);
}

function show() {
  for (const one of document.querySelectorAll('time[data-as]')) {
    const date = new Date(one.dateTime);
    if (one.dataset.as === 'at') one.textContent = at.format(date);
    else one.title = at.format(date);
    if (one.dataset.as === 'time') one.textContent = time.format(date);
  }
}
