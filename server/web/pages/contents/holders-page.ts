import { authorize } from '../../../auth/policy.ts';
import { storedState } from '../../../entities/backup.entity.ts';
import { type FoundTables, findTable } from '../../../tables/find-table.ts';
import { tableQuery } from '../../../tables/table-query.ts';
import { field, filterForm } from '../../shell/forms.ts';
import { type Html, html } from '../../shell/html.ts';
import { markWithWord } from '../../shell/marks.ts';
import type { Page, PageRequest, PageRoute } from '../../shell/page.ts';
import type { View } from '../../shell/view.ts';
import { COMMON_TEXTS } from '../../texts/common-texts.ts';
import { BACKUP_TEXTS } from '../backup/texts.ts';
import { CONTENTS_TEXTS } from './texts.ts';

/** Which backups of a database hold a table: `?table=faktur`. The name is no part of the path: `..` is one, too. */
export const HOLDERS_PAGE: PageRoute = {
  path: '/databases/:name/tables',
  action: 'list',
  show: showHolders,
};

/** @throws AppError 404 for a database that is not there or out of scope, 422 for what is no name of a table */
async function showHolders({ view, em, scope, params, query: asked }: PageRequest): Promise<Page> {
  const name = params.name!;
  authorize(view.principal, 'list', name);
  const query = tableQuery({
    ...{ database: name, table: asked.get('table') ?? undefined, before: asked.get('before') || undefined },
  });
  const found = await findTable({ em, scope }, query);
  const t = CONTENTS_TEXTS[view.language];
  const link = html`<a href="${view.link(`/databases/${encodeURIComponent(name)}`)}">${name}</a>`;
  const fields = [field({ name: 'table', label: t.tableHere, type: 'search', value: query.table, maxLength: 512 })];
  const action = view.link(`/databases/${encodeURIComponent(name)}/tables`);
  const body = html`<h1>${t.holdersHeading(query.table, link)}</h1>
${filterForm({ action, fields, submit: COMMON_TEXTS[view.language].show })}
${found.backups.length === 0 ? html`<p>${t.noHolders}</p>` : tableOf(view, found, query.table)}
<p>${t.lookedAt(view.format.number(found.lookedAt), found.unknown)}</p>
${found.next !== null && html`<p class="pages"><a rel="next" href="${view.link(`/databases/${encodeURIComponent(name)}/tables`, { table: query.table, before: found.next })}">${t.olderOnes}</a></p>`}`;
  return { title: t.holdersTitle(query.table), body };
}

function tableOf(view: View, { backups }: FoundTables, wanted: string): Html {
  const t = CONTENTS_TEXTS[view.language];
  const c = COMMON_TEXTS[view.language];
  const { at, bytes, number } = view.format;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${t.holdersTitle(wanted)}"><table class="holders"><caption>${t.holdersTitle(wanted)}</caption><thead><tr><th scope="col">${c.taken}</th><th scope="col">${c.state}</th><th scope="col">${t.tableHere}</th><th scope="col" class="number">${c.rows}</th><th scope="col" class="number">${BACKUP_TEXTS[view.language].inDump}</th></tr></thead><tbody>${backups.map(
    ({ backup, table }) =>
      html`<tr><th scope="row"><a href="${view.link(`/backups/${backup.id}`)}">${at(backup.takenAt)}</a></th><td>${markWithWord(view, storedState(backup))}</td><td><code>${table.name}</code></td><td class="number">${number(table.rows)}</td><td class="number">${bytes(table.bytes)}</td></tr>`,
  )}</tbody></table></div>`;
}
