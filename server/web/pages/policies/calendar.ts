import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import type { DayOfPolicy } from './load-simulation.ts';
import { POLICY_TEXTS } from './texts.ts';

/** So many months are drawn, the newest first. */
const MONTHS = 24;

/** @returns a calendar in which what would go is struck through: each day has the number of backups that stay */
export function calendar(view: View, days: ReadonlyMap<string, DayOfPolicy>): Html {
  const t = POLICY_TEXTS[view.language];
  const months = monthsOf(days);
  const shown = months.slice(0, MONTHS);
  const hidden = [...days].filter(([day]) => !shown.includes(day.slice(0, 7)));
  const earlier = hidden.reduce((sum, [, { kept, goes }]) => sum + kept + goes, 0);
  return html`<p class="quiet">${t.calendar}</p><div class="calendar">${shown.map(name => month(view, name, days))}</div>${earlier > 0 && html`<p>${t.earlier(earlier)}</p>`}`;
}

/** @returns all months from the newest day to the oldest one, those without a backup too */
function monthsOf(days: ReadonlyMap<string, DayOfPolicy>): string[] {
  const sorted = [...days.keys()].sort();
  const [first, last] = [sorted[0]?.slice(0, 7), sorted.at(-1)?.slice(0, 7)];
  if (first === undefined || last === undefined) return [];
  const months = [last];
  while (months.at(-1)! > first && months.length <= MONTHS) {
    const [year, month] = months.at(-1)!.split('-').map(Number) as [number, number];
    months.push(month === 1 ? `${year - 1}-12` : `${year}-${String(month - 1).padStart(2, '0')}`);
  }
  return months;
}

function month(view: View, name: string, days: ReadonlyMap<string, DayOfPolicy>): Html {
  const t = POLICY_TEXTS[view.language];
  const [year, number] = name.split('-').map(Number) as [number, number];
  const length = new Date(Date.UTC(year, number, 0)).getUTCDate();
  // Weeks begin on Monday.
  const before = (new Date(Date.UTC(year, number - 1, 1)).getUTCDay() + 6) % 7;
  const cells: Array<number | undefined> = [
    ...Array.from({ length: before }, () => undefined),
    ...Array.from({ length }, (_, at) => at + 1),
  ];
  while (cells.length % 7 !== 0) cells.push(undefined);
  const weeks = Array.from({ length: cells.length / 7 }, (_, at) => cells.slice(at * 7, at * 7 + 7));
  const title = view.format.day(`${name}-01`).replace(/^\D*\d+\s*/, '');
  const cell = (day: number | undefined) =>
    day === undefined ? html`<td></td>` : dayCell(view, `${name}-${String(day).padStart(2, '0')}`, days);
  return html`<table class="fixed month"><caption>${title}</caption><thead><tr>${t.weekdays
    .split(' ')
    .map(weekday => html`<th scope="col">${weekday}</th>`)}</tr></thead><tbody>${weeks.map(
    week => html`<tr>${week.map(cell)}</tr>`,
  )}</tbody></table>`;
}

function dayCell(view: View, day: string, days: ReadonlyMap<string, DayOfPolicy>): Html {
  const t = POLICY_TEXTS[view.language];
  const number = Number(day.slice(8));
  const of = days.get(day);
  if (!of) return html`<td class="no">${number}</td>`;
  const { kept, goes } = of;
  const label = t.day(view.format.day(day), kept, goes);
  const text = html`<span class="hidden">${label}</span>`;
  if (kept === 0) return html`<td class="goes" title="${label}"><del aria-hidden="true">${number}</del>${text}</td>`;
  return html`<td class="stays" title="${label}"><b aria-hidden="true">${number}</b>${(kept > 1 || goes > 0) && html`<small aria-hidden="true">${kept}${goes > 0 && html`<del>${goes}</del>`}</small>`}${text}</td>`;
}
