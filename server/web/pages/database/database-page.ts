import { formatDuration, formatEvery } from '../../../../protocol/contract.ts';
import { validationError } from '../../../errors.ts';
import type { WatchedRow } from '../../../freshness/read-facts.ts';
import { contractIn } from '../../../freshness/search-watched.ts';
import { policyInWords } from '../../../retention/rules/policy.ts';
import type { SentForm } from '../../forms/attempt.ts';
import { noticeOf } from '../../forms/sent-field.ts';
import { type Html, html } from '../../shell/html.ts';
import type { Page, PageRequest, PageRoute, WebParts } from '../../shell/page.ts';
import type { View } from '../../shell/view.ts';
import { COMMON_TEXTS } from '../../texts/common-texts.ts';
import { attemptsSection } from './attempts-section.ts';
import { backupsSection, listLink } from './backups-section.ts';
import { changeSection } from './change-section.ts';
import { decideSection } from './decide-section.ts';
import { type DatabaseFacts, loadDatabase, type StoredFacts } from './load-database.ts';
import { needsSection, neverSection } from './needs-section.ts';
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
  const { name, watched, stored, alarms } = facts;
  const t = DATABASE_TEXTS[view.language];
  const body = html`<h1>${name}</h1>
${noticeOf(view, sent)}
<p class="note verdict ${toneOf(watched)}">${sentence(view, watched)}</p>
${!stored && neverSection(view, facts)}
${needsSection(view, facts)}
${factsSection(view, facts)}
${stored && seriesSection(view, stored.series)}
${stored && changeSection(view, stored.change)}
${stored && backupsSection(view, { name, stored, isFirst: !query.get('before') })}
${stored && findTable(view, name)}
${attemptsSection(view, facts.attempts)}
${decideSection(view, { name, watched, sent })}`;
  const attention = alarms.length + (stored?.history.unacceptedLoss ? 1 : 0);
  return { title: t.title(name), attention, body, ...(sent && { status: sent.status }) };
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
  return due ? t[state](html`${ago(due)} (${at(due)})`) : t.unknown();
}

type Tone = 'good' | 'warn' | 'bad' | 'idle';

function toneOf(watched: WatchedRow | null): Tone {
  const tones: Readonly<Record<WatchedRow['state'], Tone>> = {
    ...{ new: 'idle', ok: 'good', late: 'warn', critical: 'bad', never: 'bad', dropped: 'warn' },
    ...{ paused: 'idle', retired: 'idle' },
  };
  return watched ? tones[watched.state] : 'idle';
}

function factsSection(view: View, { name, watched, sources, stored }: DatabaseFacts): Html {
  const t = DATABASE_TEXTS[view.language];
  return html`<section aria-labelledby="facts"><h2 id="facts">${t.facts}</h2><dl class="facts">
${watched && contractRow(view, watched)}
${watched && dueRow(view, watched)}
${stored && newestRow(view, stored)}
${stored && html`<dt>${t.stored}</dt><dd>${t.storedOf(COMMON_TEXTS[view.language].backups(stored.kept.backups), view.format.bytes(stored.kept.bytes))}</dd>`}
${stored && retentionRow(view, stored)}
${stored && drillRow(view, stored)}
<dt>${t.sources}</dt><dd>${
    sources.length === 0
      ? t.onNoList
      : html`<ul>${sources.map(
          ({ source, shard, goneAt }) =>
            html`<li>${shard ? `${source} (${shard})` : source}${goneAt && t.gone(view.format.ago(goneAt))}</li>`,
        )}</ul>`
  }</dd>
</dl><p><a href="${listLink(view, name)}">${t.backups}</a></p></section>`;
}

function contractRow(view: View, watched: WatchedRow): Html {
  const t = DATABASE_TEXTS[view.language];
  const { every, graceMs, group, from } = contractIn(watched);
  const text =
    every.kind === 'interval' ? t.every(formatEvery(every), from.every) : t.cron(formatEvery(every), from.every);
  const parts = [text, t.grace(formatDuration(graceMs), from.grace), ...(group === null ? [] : [t.inGroup(group)])];
  return html`<dt>${t.contract}</dt><dd>${parts.join(', ')}</dd>`;
}

function dueRow(view: View, { due_at: due, late_at: late }: WatchedRow): Html {
  const t = DATABASE_TEXTS[view.language];
  const when = due && late && html`${view.format.at(due)}, ${t.lateFrom} ${view.format.at(late)}`;
  return html`<dt>${t.nextDue}</dt><dd>${when ?? t.notExpected}</dd>`;
}

function newestRow(view: View, { latestComplete }: StoredFacts): Html {
  const t = DATABASE_TEXTS[view.language];
  const newest =
    latestComplete &&
    html`<a href="${view.link(`/backups/${latestComplete.id}`)}">${t.showBackup(latestComplete.id)}</a>, ${view.format.ago(latestComplete.takenAt)}`;
  return html`<dt>${t.newestComplete}</dt><dd>${newest ?? t.noComplete}</dd>`;
}

function retentionRow(view: View, { isRetentionOn, plan }: StoredFacts): Html | undefined {
  if (!plan) return undefined;
  const t = DATABASE_TEXTS[view.language];
  const brakes = isRetentionOn ? [...plan.holds, ...plan.waits] : [];
  const isHeld = plan.holds.length > 0;
  return html`<dt>${t.policy}</dt><dd>${isRetentionOn ? t.retentionOn : t.retentionOff}: <span lang="en">${policyInWords(plan.policy)}</span>${
    brakes.length > 0 &&
    html`<br>${isHeld ? t.notPruned : t.waitsFor}: <span lang="en">${brakes.map(({ words }) => words).join('; ')}</span>`
  }</dd>`;
}

function drillRow(view: View, { history: { drills } }: StoredFacts): Html {
  const t = DATABASE_TEXTS[view.language];
  if (!drills) return html`<dt>${t.drills}</dt><dd>${t.noDrill}</dd>`;
  const { outcome, endedAt, backupId, rtoSeconds } = drills.last;
  const of = backupId != null && html` (<a href="${view.link(`/backups/${backupId}`)}">${t.showBackup(backupId)}</a>)`;
  const took = rtoSeconds != null && html`, ${view.format.duration(rtoSeconds * 1000)}`;
  return html`<dt>${t.drills}</dt><dd>${outcomeText(t.outcome, outcome)}, ${view.format.ago(endedAt)}${took}${of}</dd>`;
}

/** @returns the word of an outcome, or what a later version has written */
function outcomeText(words: Readonly<Record<string, string>>, outcome: string): string {
  return Object.hasOwn(words, outcome) ? words[outcome]! : outcome;
}

function findTable(view: View, name: string): Html {
  const t = DATABASE_TEXTS[view.language];
  return html`<form method="get" class="filter" action="${view.link(`/databases/${encodeURIComponent(name)}/tables`)}"><label for="table">${t.findTable}</label><input id="table" name="table" type="search" required maxlength="512" autocomplete="off" placeholder="${t.tableName}"><button>${t.find}</button></form>`;
}
