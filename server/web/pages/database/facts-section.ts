import { formatDuration, formatEvery } from '../../../../protocol/contract.ts';
import type { WatchedRow } from '../../../freshness/read-facts.ts';
import { contractIn } from '../../../freshness/search-watched.ts';
import { policyInWords } from '../../../retention/rules/policy.ts';
import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import { COMMON_TEXTS } from '../../texts/common-texts.ts';
import { listLink } from './backups-section.ts';
import type { DatabaseFacts, StoredFacts } from './load-database.ts';
import { DATABASE_TEXTS } from './texts.ts';

/** Its contract, what is stored of it, the policy of its retention, its last drill and the sources that list it. */
export function factsSection(view: View, { name, watched, sources, stored }: DatabaseFacts): Html {
  const t = DATABASE_TEXTS[view.language];
  return html`<section aria-labelledby="facts"><h2 id="facts">${t.facts}</h2><dl class="facts">
${watched && contractRow(view, watched)}
${watched && dueRow(view, watched)}
${stored && newestRow(view, stored)}
${stored && storedRow(view, name, stored)}
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
</dl></section>`;
}

function storedRow(view: View, name: string, { kept }: StoredFacts): Html {
  const t = DATABASE_TEXTS[view.language];
  const text = t.storedOf(COMMON_TEXTS[view.language].backups(kept.backups), view.format.bytes(kept.bytes));
  return html`<dt>${t.stored}</dt><dd><a href="${listLink(view, name)}">${text}</a></dd>`;
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
