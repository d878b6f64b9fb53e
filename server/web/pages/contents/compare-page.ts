import type { Comparison, CutList, OneSided } from '../../../backups/contents/compare-contents.ts';
import { idIn } from '../../../backups/queries/find-backup.ts';
import type { Backup } from '../../../entities/backup.entity.ts';
import { field, filterForm } from '../../shell/forms.ts';
import { type Html, html } from '../../shell/html.ts';
import type { Page, PageRequest, PageRoute } from '../../shell/page.ts';
import type { View } from '../../shell/view.ts';
import { COMMON_TEXTS } from '../../texts/common-texts.ts';
import { kindName, OBJECT_KIND_TEXTS } from '../../texts/object-kinds.ts';
import { BACKUP_TEXTS } from '../backup/texts.ts';
import { linkTo } from '../backup/verdict.ts';
import { type ComparedBackups, loadComparison } from './load-comparison.ts';
import { CONTENTS_TEXTS } from './texts.ts';

/** A backup beside another one: the last complete one before it, or any other. */
export const COMPARE_PAGES: readonly PageRoute[] = [
  {
    path: '/backups/:id/compare',
    action: 'list',
    show: request => showComparison(request, request.query.get('other')),
  },
  {
    path: '/backups/:id/compare/:other',
    action: 'list',
    show: request => showComparison(request, request.params.other),
  },
];

/** So many entries of each list are shown. */
const SHOWN = 100;

/** @throws AppError 404 when one of the two is not in scope */
async function showComparison(
  { view, em, scope, params, query }: PageRequest,
  other: string | null | undefined,
): Promise<Page> {
  const id = idIn(params.id!);
  const search = (query.get('object') ?? '').slice(0, 512);
  const asked = { other: other ? idIn(other) : undefined, search, limit: SHOWN };
  const compared = await loadComparison({ em, scope }, id, asked);
  const t = CONTENTS_TEXTS[view.language];
  const { after, before } = compared;
  if (!before)
    return {
      title: BACKUP_TEXTS[view.language].title(id, after.database.name),
      body: html`<h1>${named(view, after)}</h1><p>${t.nothingBefore}</p>${chooser(view, id, '', search)}`,
    };
  const body = html`<h1>${t.compareHeading(named(view, after), named(view, before))}</h1>
${chooser(view, id, String(before.id), search)}
${resultOf(view, compared)}`;
  return { title: t.compareTitle(id, before.id), body };
}

function named(view: View, { id, database, takenAt }: Backup): Html {
  const t = CONTENTS_TEXTS[view.language];
  return html`<a href="${view.link(`/backups/${id}`)}">${t.compareOf(id, database.name, view.format.at(takenAt))}</a>`;
}

/** Of any other backup, and of a part of the names. */
function chooser(view: View, id: number, other: string, search: string): Html {
  const t = CONTENTS_TEXTS[view.language];
  const fields = [
    field({ name: 'other', label: t.compareOther, value: other, maxLength: 10 }),
    field({ name: 'object', label: BACKUP_TEXTS[view.language].search, type: 'search', value: search, maxLength: 512 }),
  ];
  return filterForm({ action: view.link(`/backups/${id}/compare`), fields, submit: t.compare });
}

function resultOf(view: View, { result, before, after }: ComparedBackups): Html {
  const t = CONTENTS_TEXTS[view.language];
  if (!result || 'unknown' in result) {
    const id = (result?.unknown === 'after' ? after : before!).id;
    return html`<p>${t.noOne} ${t.withoutManifest(linkTo(view, id))}</p>`;
  }
  return html`${totals(view, result)}${lists(view, result)}<p>${t.sameTables(result.sameTables)}</p>`;
}

function totals(view: View, { rows, bytes }: Comparison): Html {
  const t = CONTENTS_TEXTS[view.language];
  const c = COMMON_TEXTS[view.language];
  const { number, bytes: inBytes } = view.format;
  const rowOf = (name: string, { before, after }: Comparison['rows'], format: (n: number) => string) =>
    html`<tr><th scope="row">${name}</th><td class="number">${format(before)}</td><td class="number">${format(after)}</td><td class="number">${signed(after - before, format)}</td></tr>`;
  return html`<table class="compare"><caption>${t.inAll}</caption>${headOf(view, c.what)}<tbody>${rowOf(c.rows, rows, number)}${rowOf(BACKUP_TEXTS[view.language].dumpSize, bytes, inBytes)}</tbody></table>`;
}

function headOf(view: View, first: string): Html {
  const t = CONTENTS_TEXTS[view.language];
  return html`<thead><tr><th scope="col">${first}</th><th scope="col" class="number">${t.beforeColumn}</th><th scope="col" class="number">${t.afterColumn}</th><th scope="col" class="number">${t.change}</th></tr></thead>`;
}

function lists(view: View, { lost, gained, changed }: Comparison): Html {
  const t = CONTENTS_TEXTS[view.language];
  const { number } = view.format;
  const rows = changed.first.map(
    ({ name, before, after }) =>
      html`<tr><th scope="row"><code>${name}</code></th><td class="number">${number(before)}</td><td class="number">${number(after)}</td><td class="number" data-value="${after - before}">${signed(after - before, number)}</td></tr>`,
  );
  return html`<section aria-labelledby="lost"><h2 id="lost">${t.lostList(number(lost.all))}</h2>${objects(view, lost)}</section>
<section aria-labelledby="gained"><h2 id="gained">${t.gainedList(number(gained.all))}</h2>${objects(view, gained)}</section>
<section aria-labelledby="changed"><h2 id="changed">${t.changedList(number(changed.all))}</h2>${
    changed.all > 0 &&
    html`<div class="scroll" tabindex="0" role="group" aria-label="${t.changedList(number(changed.all))}"><table class="compare"><caption>${COMMON_TEXTS[view.language].rows}</caption>${headOf(view, OBJECT_KIND_TEXTS[view.language].tables)}<tbody>${rows}</tbody></table></div>${cutNote(view, changed)}`
  }</section>`;
}

function objects(view: View, list: CutList<OneSided>): Html {
  const t = CONTENTS_TEXTS[view.language];
  if (list.all === 0) return html`<p>${t.nothing}</p>`;
  const rows = ({ rows }: OneSided) =>
    rows !== undefined && html` (${view.format.number(rows)} ${COMMON_TEXTS[view.language].rows.toLowerCase()})`;
  return html`<ul class="objects">${list.first.map(one => html`<li>${kindName(view.language, one.kind)} <code>${one.name}</code>${rows(one)}</li>`)}</ul>${cutNote(view, list)}`;
}

function cutNote(view: View, { all, first }: CutList<unknown>): Html | undefined {
  if (all === first.length) return undefined;
  const t = CONTENTS_TEXTS[view.language];
  return html`<p>${t.cutList(view.format.number(first.length), view.format.number(all))}</p>`;
}

function signed(change: number, format: (n: number) => string): string {
  if (change === 0) return format(0);
  return `${change > 0 ? '+' : '−'}${format(Math.abs(change))}`;
}
