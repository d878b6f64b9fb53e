import { isKeyOf } from '../../../../protocol/texts/is-key-of.ts';
import { ageOf } from '../../../fleet/age-of.ts';
import type { RowGroup } from '../../../fleet/arrange-rows.ts';
import { type DayCell, resultOf } from '../../../fleet/day-cells.ts';
import type { LocalDay } from '../../../fleet/local-days.ts';
import type { Fleet, Matrix, MatrixRow } from '../../../fleet/read-fleet.ts';
import { type Html, html } from '../../shell/html.ts';
import { mark } from '../../shell/marks.ts';
import { databaseLink } from '../../shell/status.ts';
import type { Language, View } from '../../shell/view.ts';
import { MARK_WORDS } from '../../texts/mark-words.ts';
import { clock } from './clock.ts';
import { KIND_WORDS } from './kind-words.ts';
import { sparkline } from './sparkline.ts';
import { FLEET_TEXTS } from './texts.ts';

/** What the links of the table lead to. */
export interface MatrixLinks {
  /** @returns the page of one group, fine rows too; undefined for the databases in no group */
  readonly group: (name: string | undefined) => string;
}

/**
 * Database × day: a row each, today on the right. Those who share what was read share the table, too: it is most of the page, and to
 * write it takes longer than all the rest.
 */
export function matrixTable(view: View, fleet: Drawn, links: MatrixLinks): Html {
  const tables = written.get(fleet.matrix) ?? new Map<Language, Html>();
  written.set(fleet.matrix, tables);
  const table = tables.get(view.language) ?? tableOf(view, fleet, links);
  tables.set(view.language, table);
  return table;
}

type Drawn = Pick<Fleet, 'matrix' | 'days'>;

/** Of what was read for one zone and one set of filters, by one service. */
const written = new WeakMap<Matrix, Map<Language, Html>>();

function tableOf(view: View, { matrix, days }: Drawn, links: MatrixLinks): Html {
  const t = FLEET_TEXTS[view.language];
  const shown = matrix.groups.reduce((sum, { rows }) => sum + rows.length, 0);
  const caption = t.caption(shown, matrix.total, view.format.day(days.at(-1)!.day));
  const hasGroups = matrix.groups.some(({ name }) => name !== undefined);
  return html`<div class="scroll"><table class="matrix fixed"><caption>${caption}</caption>
<thead><tr><th scope="col">${t.columns.database}</th><th scope="col">${t.columns.age}</th>${days.map(day => dayHead(view, day))}<th scope="col">${t.columns.size}</th><th scope="col">${t.columns.drill}</th></tr></thead>
${matrix.groups.map(group => html`<tbody>${hasGroups && groupHead(view, group, links)}${group.rows.map(row => matrixRow(view, row, matrix))}</tbody>`)}
</table></div>`;
}

function dayHead({ format }: View, { day }: LocalDay): Html {
  return html`<th scope="col" class="day"><span class="hidden">${format.day(day)}</span><span aria-hidden="true">${Number(day.slice(8))}</span></th>`;
}

function groupHead({ language }: View, { name, needing, fine }: RowGroup<MatrixRow>, links: MatrixLinks): Html {
  const t = FLEET_TEXTS[language];
  const also = fine > 0 && (needing > 0 ? t.andFine(fine) : t.allFine(fine));
  const counts = [needing > 0 && t.needing(needing), also].filter(Boolean).join(' ');
  return html`<tr class="group"><th scope="rowgroup" colspan="34"><a href="${links.group(name)}">${name ?? t.noGroup}</a> <span class="quiet">${counts}</span></th></tr>
`;
}

function matrixRow(view: View, row: MatrixRow, matrix: Matrix): Html {
  const { database, cells, sizes, drill } = row;
  const t = FLEET_TEXTS[view.language];
  const reason = reasonOf(view, row);
  const drills: Readonly<Record<string, string>> = t.drills;
  const isGood = drill?.outcome === 'restorable';
  return html`<tr><th scope="row">${databaseLink(view, database.name)}${reason !== '' && html`<small class="${toneOf(row)}">${reason}</small>`}</th>${ageCell(view, row)}${cells.map(cell => dayCell(view, cell, matrix))}<td>${sparkline(view, sizes)}</td><td class="drill">${drill ? html`${view.format.ago(drill.at)}${!isGood && html` <small class="bad">${drills[drill.outcome]}</small>`}` : t.never}</td></tr>
`;
}

function toneOf({ rank }: MatrixRow): string {
  return rank === 0 ? 'bad' : rank <= 3 ? 'warn' : 'quiet';
}

/** What is wrong with it: how it stands, and alarms about something else. */
function reasonOf(view: View, { standing, alarms, database }: MatrixRow): string {
  const t = FLEET_TEXTS[view.language];
  const paused = standing === 'paused' && database.pausedUntil;
  const own = paused ? t.pausedUntil(view.format.atText(paused)) : t.reasons[standing];
  const words = KIND_WORDS[view.language];
  const others = alarms.flatMap(({ kind }) => (kind !== standing && isKeyOf(words, kind) ? [words[kind]] : []));
  return [...new Set([own, ...others])].filter(text => text !== '').join(', ');
}

function ageCell({ format, language, now }: View, { database }: MatrixRow): Html {
  const t = FLEET_TEXTS[language];
  const found = ageOf(database, now);
  if (!found) return html`<td class="age">${t.never}</td>`;
  const { age, limit } = found;
  const tone = age > limit ? html` class="age bad"` : html` class="age"`;
  const title = t.ageTitle(format.atText(database.countsAt!));
  return html`<td${tone} title="${title}">${t.ageOf(spanText(language, age), spanText(language, limit))}</td>`;
}

const [HOUR, DAY] = [3_600_000, 86_400_000];

/** @returns such as `31 h`, and from four days on `9 d` */
function spanText(language: View['language'], ms: number): string {
  const t = FLEET_TEXTS[language];
  return ms < 4 * DAY ? t.hours(Math.floor(ms / HOUR)) : t.days(Math.floor(ms / DAY));
}

function dayCell(view: View, cell: DayCell, { marks }: Matrix): Html {
  const { backup, result, dueAt } = cell;
  const t = FLEET_TEXTS[view.language];
  const words = MARK_WORDS[view.language];
  if (!backup) {
    const due = dueAt && t.cell.due(clock(view, dueAt));
    return html`<td>${mark(view, result, due)}</td>`;
  }
  const isPinned = marks.pinned.has(backup.id);
  const proof = marks.drilled.get(backup.id);
  const label = [
    ...[words[resultOf(backup)], clock(view, backup.sortedAt), view.format.bytes(backup.size)],
    ...(backup.removedAt ? [t.cell.removed] : []),
    ...(isPinned ? [t.cell.pinned] : []),
    ...(proof === undefined ? [] : [proof ? t.cell.proven : t.cell.notRestorable]),
  ].join(', ');
  const badges = html`${isPinned && badge('pinned')}${proof !== undefined && badge(proof ? 'drilled' : 'damaged')}`;
  return html`<td><a href="${view.link(`/backups/${backup.id}`)}" title="${label}"><svg class="mark ${result}${backup.removedAt ? ' gone' : ''}"><use href="#m-${result}"/></svg>${badges}</a></td>`;
}

/** Its word is in the title of the link. */
function badge(name: 'pinned' | 'drilled' | 'damaged'): Html {
  return html`<svg class="mark badge ${name}"><use href="#m-${name}"/></svg>`;
}
