import { OBJECT_KINDS } from '../../../../protocol/manifest.ts';
import type { WantedObjects } from '../../../backups/contents/read-contents.ts';
import { idIn } from '../../../backups/queries/find-backup.ts';
import { validationError } from '../../../errors/errors.ts';
import type { SentForm } from '../../forms/attempt.ts';
import { noticeOf } from '../../forms/sent-field.ts';
import { type Html, html } from '../../shell/html.ts';
import type { Page, PageRequest, PageRoute, WebParts } from '../../shell/page.ts';
import type { View } from '../../shell/view.ts';
import { contentsSection } from './contents-section.ts';
import { decideSection } from './decide-section.ts';
import { factsSection } from './facts-section.ts';
import { findingsSection } from './findings-section.ts';
import { type BackupFacts, loadBackup } from './load-backup.ts';
import { takeSection } from './take-section.ts';
import { BACKUP_TEXTS } from './texts.ts';
import { timelineSection } from './timeline-section.ts';
import { verdict } from './verdict.ts';

/** One backup: what it is worth, what is in it, how to restore it, and what a person decides about it. */
export const BACKUP_PAGE: PageRoute = {
  path: '/backups/:id',
  action: 'list',
  show: (request, parts) => showBackup(request, parts),
};

/**
 * Makes the page.
 * @param sent a form of the page that came back with mistakes
 * @throws AppError 404 when no backup in scope has that id, 422 for a list of objects that there is not
 */
export async function showBackup(
  { view, em, scope, params, query }: PageRequest,
  { retention, configuration, storage, events }: Pick<WebParts, 'retention' | 'configuration' | 'storage' | 'events'>,
  sent?: SentForm,
): Promise<Page> {
  const wanted = wantedIn(query);
  const facts = await loadBackup({ em, scope, retention, storage, events }, idIn(params.id!), wanted);
  const { backup } = facts;
  const t = BACKUP_TEXTS[view.language];
  const { name } = backup.database;
  const ofDatabase = html`<a href="${view.link(`/databases/${encodeURIComponent(name)}`)}">${name}</a>`;
  const body = html`<h1>${t.heading(backup.id, ofDatabase, view.format.at(backup.takenAt))}</h1>
${noticeOf(view, sent)}
${verdict(view, facts)}
${beside(view, facts)}
${takeSection(view, facts)}
${findingsSection(view, facts)}
${contentsSection(view, facts, wanted)}
${timelineSection(view, facts)}
${factsSection(view, facts)}
${decideSection(view, facts, { sent, graceMs: configuration.current().retention.graceMs })}`;
  return { title: t.title(backup.id, name), body, ...(sent && { status: sent.status }) };
}

function beside(view: View, { backup, neighbours }: BackupFacts): Html {
  const t = BACKUP_TEXTS[view.language];
  const { older, newer, olderComplete } = neighbours;
  return html`<p class="pages">${older && html`<a rel="prev" href="${view.link(`/backups/${older.id}`)}">${t.older}</a> `}${newer && html`<a rel="next" href="${view.link(`/backups/${newer.id}`)}">${t.newer}</a> `}${olderComplete && html`<a href="${view.link(`/backups/${backup.id}/compare/${olderComplete.id}`)}">${t.compareWith(olderComplete.id)}</a>`}</p>`;
}

/** So many objects are on a page of the list. */
const PAGE = 50;

/** The list of objects, as the address asks for it. @throws AppError 422 */
function wantedIn(query: URLSearchParams): WantedObjects {
  const kind = oneOf(OBJECT_KINDS, query.get('kind') || 'tables', 'kind');
  const by = oneOf(['name', 'rows', 'bytes'] as const, query.get('by') || 'name', 'by');
  const skip = query.get('skip') || '0';
  if (!/^\d{1,7}$/.test(skip)) throw validationError([{ field: 'skip', message: 'must be a number' }]);
  return { kind, by, search: (query.get('object') ?? '').slice(0, 512), skip: Number(skip), limit: PAGE };
}

function oneOf<T extends string>(values: readonly T[], text: string, field: string): T {
  const value = values.find(known => known === text);
  if (value !== undefined) return value;
  throw validationError([{ field, message: `must be one of ${values.join(', ')}` }]);
}
