import { storedState } from '../../../entities/backup.entity.ts';
import { localIn } from '../../forms/local-instant.ts';
import { type Html, html } from '../../shell/html.ts';
import { markWithWord } from '../../shell/marks.ts';
import { series, type Tone } from '../../shell/series.ts';
import { took } from '../../shell/status.ts';
import type { View } from '../../shell/view.ts';
import { COMMON_TEXTS } from '../../texts/common-texts.ts';
import type { MeasuredBackup } from './measured-backups.ts';
import { DATABASE_TEXTS } from './texts.ts';

/** How size, rows and duration went, drawn and as a table. */
export function seriesSection(view: View, backups: readonly MeasuredBackup[]): Html {
  const t = DATABASE_TEXTS[view.language];
  const { format } = view;
  return html`<section aria-labelledby="series"><h2 id="series">${t.series}</h2><p>${t.seriesNote(backups.length)}</p>
<div class="charts">
${chart(view, t.sizes, { backups, measure: ({ backup }) => backup.size, format: format.bytes })}
${chart(view, t.rowCounts, { backups, measure: ({ backup }) => backup.dumpRows ?? undefined, format: format.number }) ?? html`<p>${t.noRows}</p>`}
${chart(view, t.durations, { backups, measure: ({ seconds }) => seconds && seconds * 1000, format: format.duration }) ?? html`<p>${t.noDurations}</p>`}
</div>
${asTable(view, backups)}</section>`;
}

interface Values {
  readonly backups: readonly MeasuredBackup[];
  /** @returns undefined for one that the chart leaves out */
  readonly measure: (measured: MeasuredBackup) => number | undefined;
  readonly format: (value: number) => string;
}

function chart(view: View, what: string, { backups, measure, format }: Values): Html | undefined {
  const t = DATABASE_TEXTS[view.language];
  const points = backups.flatMap(measured => {
    const value = measure(measured);
    return value === undefined ? [] : [{ at: measured.backup.sortedAt, value, tone: toneOf(measured) }];
  });
  if (points.length === 0) return undefined;
  const values = points.map(({ value }) => value);
  const [least, most, last] = [Math.min(...values), Math.max(...values), values.at(-1)!].map(format);
  const day = (at: Date) => view.format.day(localIn(view.zone, at).slice(0, 10));
  const label = t.range(what, least!, most!, last!);
  return html`<figure><figcaption>${what}</figcaption>${series({ label, points, format, day })}</figure>`;
}

function toneOf({ backup }: MeasuredBackup): Tone {
  const state = storedState(backup);
  if (state !== 'complete') return state;
  return backup.shrunkFrom && !backup.acceptedAt ? 'warning' : 'complete';
}

function asTable(view: View, backups: readonly MeasuredBackup[]): Html {
  const t = DATABASE_TEXTS[view.language];
  const c = COMMON_TEXTS[view.language];
  const { at, bytes, number } = view.format;
  return html`<details id="series-table"><summary>${t.asTable}</summary><div class="scroll" tabindex="0" role="group" aria-label="${t.series}"><table><caption>${t.series}</caption><thead><tr><th scope="col">${c.taken}</th><th scope="col">${c.state}</th><th scope="col" class="number">${c.size}</th><th scope="col" class="number">${c.rows}</th><th scope="col" class="number">${t.duration}</th></tr></thead><tbody>${backups
    .toReversed()
    .map(
      ({ backup, seconds }) =>
        html`<tr><th scope="row"><a href="${view.link(`/backups/${backup.id}`)}">${at(backup.takenAt)}</a></th><td>${markWithWord(view, storedState(backup))}</td><td class="number">${bytes(backup.size)}</td><td class="number">${backup.dumpRows === null ? '–' : number(backup.dumpRows)}</td>${took(view, seconds && seconds * 1000)}</tr>`,
    )}</tbody></table></div></details>`;
}
