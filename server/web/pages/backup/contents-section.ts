import { OBJECT_KINDS } from '../../../../protocol/manifest.ts';
import type { Contents, ListedObject, WantedObjects } from '../../../backups/contents/read-contents.ts';
import { chips, choice, field, filterForm, hidden } from '../../shell/forms.ts';
import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import { COMMON_TEXTS } from '../../texts/common-texts.ts';
import { OBJECT_KIND_TEXTS } from '../../texts/object-kinds.ts';
import type { BackupFacts } from './load-backup.ts';
import { BACKUP_TEXTS } from './texts.ts';

/** What the backup contains, by its manifest: a page of one kind of objects, searched by a GET form. */
export function contentsSection(
  view: View,
  { backup, contents, manifestBytes }: BackupFacts,
  wanted: WantedObjects,
): Html {
  const t = BACKUP_TEXTS[view.language];
  const shown = contents
    ? listOf(view, contents, { id: backup.id, name: backup.database.name, wanted })
    : html`<p>${manifestBytes === 0 ? t.noManifest : t.unknownManifest}</p>`;
  return html`<section aria-labelledby="contents"><h2 id="contents">${t.contents}</h2>${shown}</section>`;
}

interface List {
  readonly id: number;
  /** Of the database. */
  readonly name: string;
  readonly wanted: WantedObjects;
}

function listOf(view: View, contents: Contents, list: List): Html {
  const t = BACKUP_TEXTS[view.language];
  const { wanted, id } = list;
  const { kind, search, by } = wanted;
  const kinds = OBJECT_KINDS.filter(one => contents.counts[one] > 0 || one === kind).map(one => ({
    ...{ label: OBJECT_KIND_TEXTS[view.language][one], isOn: one === kind, count: contents.counts[one] },
    href: linkTo(view, id, { kind: one }),
  }));
  const fields = [
    ...hidden({ kind: kind === 'tables' ? undefined : kind }),
    field({ name: 'object', label: t.search, type: 'search', value: search, maxLength: 512 }),
    ...(kind === 'tables' ? [choice({ name: 'by', label: t.order, options: orders(t.orders), value: by })] : []),
  ];
  return html`<p>${t.rowsInAll(view.format.number(contents.rows))}</p>${chips(view, t.kind, kinds)}
${filterForm({ action: view.link(`/backups/${id}`), fields, submit: COMMON_TEXTS[view.language].show })}
${contents.objects.length === 0 ? html`<p>${COMMON_TEXTS[view.language].noEntries}</p>` : tableOf(view, contents, list)}${pages(view, contents, list)}`;
}

function orders(texts: Readonly<Record<WantedObjects['by'], string>>) {
  return (['name', 'rows', 'bytes'] as const).map(by => [by, texts[by]] as const);
}

function tableOf(view: View, { objects }: Contents, { name, wanted: { kind } }: List): Html {
  const t = BACKUP_TEXTS[view.language];
  const c = COMMON_TEXTS[view.language];
  const isTable = kind === 'tables';
  const more =
    isTable &&
    html`<th scope="col" class="number">${c.rows}</th><th scope="col" class="number">${t.inDump}</th><th scope="col">${t.otherBackups}</th>`;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${OBJECT_KIND_TEXTS[view.language][kind]}"><table class="objects"><caption>${OBJECT_KIND_TEXTS[view.language][kind]}</caption><thead><tr><th scope="col">${t.object}</th>${more}</tr></thead><tbody>${objects.map(object => rowOf(view, object, isTable ? name : undefined))}</tbody></table></div>`;
}

/** @param database of a table, undefined for another object */
function rowOf(view: View, { name, rows = 0, bytes = 0 }: ListedObject, database: string | undefined): Html {
  if (database === undefined) return html`<tr><th scope="row"><code>${name}</code></th></tr>`;
  const t = BACKUP_TEXTS[view.language];
  const holders = view.link(`/databases/${encodeURIComponent(database)}/tables`, { table: name });
  return html`<tr><th scope="row"><code>${name}</code></th><td class="number">${view.format.number(rows)}</td><td class="number">${view.format.bytes(bytes)}</td><td><a href="${holders}" aria-label="${`${t.otherBackups} ${name}`}">${t.otherBackups}</a></td></tr>`;
}

function pages(view: View, { found }: Contents, { id, wanted }: List): Html | undefined {
  const { kind, search, by, skip, limit } = wanted;
  if (found <= limit && skip === 0) return undefined;
  const t = BACKUP_TEXTS[view.language];
  const { number } = view.format;
  const to = (start: number) => linkTo(view, id, { kind, object: search, by, skip: start > 0 ? start : undefined });
  const last = Math.min(skip + limit, found);
  return html`<p class="pages">${found > 0 && t.found(number(Math.min(skip + 1, found)), number(last), number(found))}${skip > 0 && html` <a rel="prev" href="${to(Math.max(0, skip - limit))}">${t.previousPage}</a>`}${last < found && html` <a rel="next" href="${to(skip + limit)}">${COMMON_TEXTS[view.language].nextPage}</a>`}</p>`;
}

function linkTo(view: View, id: number, query: Parameters<View['link']>[1]): string {
  return `${view.link(`/backups/${id}`, query)}#contents`;
}
