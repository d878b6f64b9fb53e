import { validationError } from '../../../errors/errors.ts';
import type { WatchedRow } from '../../../freshness/read-facts.ts';
import type { SentForm } from '../../forms/attempt.ts';
import { noticeOf } from '../../forms/sent-field.ts';
import { type Html, html } from '../../shell/html.ts';
import type { Page, PageRequest, PageRoute, WebParts } from '../../shell/page.ts';
import type { View } from '../../shell/view.ts';
import { attemptsSection } from './attempts-section.ts';
import { backupsSection } from './backups-section.ts';
import { changeSection } from './change-section.ts';
import { decideSection } from './decide-section.ts';
import { factsSection } from './facts-section.ts';
import { loadDatabase } from './load-database.ts';
import { needsOf, needsSection, neverSection } from './needs-section.ts';
import { seriesSection } from './series-section.ts';
import { DATABASE_TEXTS } from './texts.ts';

/** One database: whether it keeps its contract, its backups, and what a person decides about it. */
export const DATABASE_PAGE: PageRoute = {
  path: '/databases/:name',
  action: 'list',
  show: (request, parts) => showDatabase(request, parts),
};

/**
 * Makes the page.
 * @param sent a form of the page that came back with mistakes
 * @throws AppError 404 for a database that no one knows, or that is out of scope; 422 for a place that is not in its list
 */
export async function showDatabase(
  { view, em, scope, params, query }: PageRequest,
  { retention }: Pick<WebParts, 'retention'>,
  sent?: SentForm,
): Promise<Page> {
  const facts = await loadDatabase({ em, scope, retention }, params.name!, idIn(query.get('before')));
  const { name, watched, stored } = facts;
  const needs = needsOf(view, facts);
  const t = DATABASE_TEXTS[view.language];
  const body = html`<h1>${name}</h1>
${noticeOf(view, sent)}
<p class="note worth ${toneOf(watched, needs.length > 0)}">${sentence(view, watched)}</p>
${!stored && neverSection(view, facts)}
${needsSection(view, needs)}
${factsSection(view, facts)}
${stored && seriesSection(view, stored.series)}
${stored && changeSection(view, stored.change)}
${attemptsSection(view, facts)}
${stored && backupsSection(view, { name, stored, isFirst: !query.get('before') })}
${stored && findTable(view, name)}
${decideSection(view, { name, watched, sent })}`;
  return { title: t.title(name), attention: needs.length, body, ...(sent && { status: sent.status }) };
}

/** @throws AppError 422 */
function idIn(text: string | null): number | undefined {
  if (!text) return undefined;
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw validationError([{ field: 'before', message: 'must be the id of a backup of this database' }]);
}

function sentence(view: View, watched: WatchedRow | null): Html {
  const t = DATABASE_TEXTS[view.language].state;
  if (!watched) return t.unknown();
  const { at, ago } = view.format;
  const { state, state_since: since, due_at: due, paused_until: until, retired_at: retired } = watched;
  if (state === 'paused' && until) return t.paused(at(until), watched.paused_by ?? '', watched.paused_for ?? '');
  if (state === 'retired' && retired)
    return t.retired(at(retired), watched.retired_by ?? '', watched.retired_for ?? '');
  if (state === 'dropped' || state === 'paused' || state === 'retired') return t.dropped(ago(since));
  if (!due) return t.unknown();
  const when = html`${ago(due)} (${at(due)})`;
  const late = watched.late_at;
  return state === 'ok' && due <= view.now && late ? t.due(when, at(late)) : t[state](when);
}

type Tone = 'good' | 'warn' | 'bad' | 'idle';

function toneOf(watched: WatchedRow | null, needsSomeone: boolean): Tone {
  const tones: Readonly<Record<WatchedRow['state'], Tone>> = {
    ...{ new: 'idle', ok: 'good', late: 'warn', critical: 'bad', never: 'bad', dropped: 'warn' },
    ...{ paused: 'idle', retired: 'idle' },
  };
  const tone = watched ? tones[watched.state] : 'idle';
  return tone === 'good' && needsSomeone ? 'warn' : tone;
}

function findTable(view: View, name: string): Html {
  const t = DATABASE_TEXTS[view.language];
  return html`<form method="get" class="filter" action="${view.link(`/databases/${encodeURIComponent(name)}/tables`)}"><label for="table">${t.findTable}</label><input id="table" name="table" type="search" required maxlength="512" autocomplete="off" placeholder="${t.tableName}"><button>${t.find}</button></form>`;
}
