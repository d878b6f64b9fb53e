import { type RestoreTime, type TimesOfSize, timesBySize } from '../../../drills/restore-times.ts';
import { type Html, html } from '../../shell/html.ts';
import { databaseLink } from '../../shell/status.ts';
import type { View } from '../../shell/view.ts';
import { restoreChart } from './restore-chart.ts';
import { DRILLS_TEXTS } from './texts.ts';

/** How long restores took, by the size of the dump: as points and as a table. */
export function restoreTimesSection(view: View, times: readonly RestoreTime[]): Html {
  const t = DRILLS_TEXTS[view.language];
  const groups = timesBySize(times);
  return html`<section aria-labelledby="times"><h2 id="times">${t.times}</h2>
${
  groups.length === 0
    ? html`<p>${t.noTimes}</p>`
    : html`<p>${t.timesIntro}</p>${restoreChart(view, times)}
<div class="scroll"><table><caption>${t.timesCaption}</caption>
<thead><tr><th scope="col">${t.size}</th><th scope="col">${t.restores}</th><th scope="col">${t.median}</th><th scope="col">${t.longest}</th></tr></thead>
<tbody>${groups.map(group => row(view, group))}</tbody></table></div>`
}</section>`;
}

function row(view: View, { below, count, median, longest }: TimesOfSize): Html {
  const t = DRILLS_TEXTS[view.language];
  const { bytes, duration, number } = view.format;
  return html`<tr><th scope="row">${below === undefined ? t.above(bytes(LARGEST)) : t.below(bytes(below))}</th><td>${number(count)}</td><td>${duration(median * 1000)}</td>
<td>${duration(longest.seconds * 1000)} (${databaseLink(view, longest.databaseName)}, ${bytes(longest.bytes)})</td></tr>`;
}

const LARGEST = 100 * 1024 ** 3;
