import type { CutList, OneSided } from '../../../backups/contents/compare-contents.ts';
import type { ListedBackup } from '../../../backups/queries/listed-backup.ts';
import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import { kindName } from '../../texts/object-kinds.ts';
import type { Change } from './load-database.ts';
import { DATABASE_TEXTS } from './texts.ts';

/** What the newest backup has lost and gained against the last complete one before it. */
export function changeSection(view: View, change: Change | undefined): Html | undefined {
  if (!change) return undefined;
  const { before, after, comparison } = change;
  const t = DATABASE_TEXTS[view.language];
  const link = ({ id }: ListedBackup) => html`<a href="${view.link(`/backups/${id}`)}">${t.showBackup(id)}</a>`;
  return html`<section aria-labelledby="change"><h2 id="change">${t.change}</h2><p>${t.against(link(after), link(before))}</p>${contentOf(view, comparison)}<p><a href="${view.link(`/backups/${after.id}/compare/${before.id}`)}">${t.showComparison}</a></p></section>`;
}

function contentOf(view: View, comparison: Change['comparison']): Html {
  const t = DATABASE_TEXTS[view.language];
  if (!comparison) return html`<p>${t.largeComparison}</p>`;
  if ('unknown' in comparison) return html`<p>${t.unknownContents}</p>`;
  const { lost, gained, changed, rows } = comparison;
  if (lost.all + gained.all + changed.all === 0) return html`<p>${t.nothingChanged}</p>`;
  return html`<ul>${listed(view, t.lost, lost)}${listed(view, t.gained, gained)}${
    changed.all > 0 && html`<li>${t.changedTables(changed.all)}</li>`
  }<li>${t.rowsInAll(view.format.number(rows.before), view.format.number(rows.after))}</li></ul>`;
}

function listed(view: View, what: (n: string) => string, { all, first }: CutList<OneSided>): Html | undefined {
  if (all === 0) return undefined;
  const t = DATABASE_TEXTS[view.language];
  const more = all - first.length;
  return html`<li>${what(t.objects(all))} (${first.map(({ kind, name }) => `${kindName(view.language, kind)} ${name}`).join(', ')}${more > 0 && ` ${t.moreNames(view.format.number(more))}`})</li>`;
}
