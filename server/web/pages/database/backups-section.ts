import { lossStatus } from '../../../backups/losses/loss.ts';
import { findingsOf, storedState, worstFindingOf } from '../../../entities/backup.entity.ts';
import { isActive } from '../../../entities/pin.entity.ts';
import { type Html, html } from '../../shell/html.ts';
import { mark, markWithWord } from '../../shell/marks.ts';
import type { View } from '../../shell/view.ts';
import { COMMON_TEXTS } from '../../texts/common-texts.ts';
import { removedForInWords, whyInShort } from '../../texts/kept-words.ts';
import type { BackupRow, StoredFacts } from './load-database.ts';
import { DATABASE_TEXTS } from './texts.ts';

interface List {
  readonly name: string;
  readonly stored: StoredFacts;
  /** Whether it begins with the newest backup. */
  readonly isFirst: boolean;
}

/** The backups of a database, a page of them, each with why it is kept. */
export function backupsSection(view: View, { name, stored, isFirst }: List): Html {
  const t = DATABASE_TEXTS[view.language];
  const c = COMMON_TEXTS[view.language];
  const { backups, next, isRetentionOn } = stored;
  const heads = [
    ...[c.taken, c.state, t.findings].map(head => html`<th scope="col">${head}</th>`),
    ...[c.size, c.rows].map(head => html`<th scope="col" class="number">${head}</th>`),
    ...[t.checked, t.drilled].map(head => html`<th scope="col">${head}</th>`),
  ];
  return html`<section aria-labelledby="backups"><h2 id="backups">${t.backups}</h2>
<div class="scroll" tabindex="0" role="group" aria-label="${t.backups}"><table class="backups"><caption>${t.backupsCaption}</caption><thead><tr>${heads}<th scope="col">${isRetentionOn ? t.kept : t.wouldKeep}</th></tr></thead><tbody>
${backups.map(row => rowOf(view, row, stored))}
</tbody></table></div>
<p class="pages">${!isFirst && html`<a href="${listLink(view, name)}">${t.newestBackups}</a> `}${next !== undefined && html`<a rel="next" href="${listLink(view, name, next)}">${t.olderBackups}</a>`}</p></section>`;
}

/** @param before the id of a backup: what is older is listed @returns the address of the list */
export function listLink(view: View, name: string, before?: number): string {
  return `${view.link(`/databases/${encodeURIComponent(name)}`, { before })}#backups`;
}

function rowOf(view: View, { backup, details, pins, decision }: BackupRow, stored: StoredFacts): Html {
  const t = DATABASE_TEXTS[view.language];
  const { at, ago, bytes, number } = view.format;
  const { id, takenAt, size, dumpRows, findingCount, removedAt } = backup;
  const drill = stored.history.drillsOf.get(id);
  const worst = worstFindingOf(backup);
  const proven = drill?.proof?.outcome === 'restorable' && mark(view, 'drilled');
  const kept = keptOf(view, { backup, details, pins, decision }, stored);
  return html`<tr${removedAt && html` class="removed"`}><th scope="row"><a href="${view.link(`/backups/${id}`)}">${at(takenAt)}</a></th><td>${markWithWord(view, storedState(backup))}${notes(view, backup, stored)}</td><td>${
    findingCount === 0
      ? t.noFindings
      : html`<span title="${codesOf(details)}">${t.findingsOf(findingCount, worst ?? '')}</span>`
  }</td><td class="number">${bytes(size)}</td><td class="number">${dumpRows === null ? '–' : number(dumpRows)}</td><td>${
    details?.checkedAt ? ago(details.checkedAt) : t.neverChecked
  }</td><td>${proven}${drill ? html` ${outcomeOf(t.outcome, drill.last.outcome)}, ${ago(drill.last.endedAt)}` : '–'}</td><td>${kept}</td></tr>`;
}

function notes(view: View, backup: BackupRow['backup'], { history }: StoredFacts): Html | undefined {
  const t = DATABASE_TEXTS[view.language];
  const { madeFor, removedAt } = backup;
  const all = [
    ...(removedAt ? [t.fileGone] : []),
    ...(madeFor ? [t.madeForRestore] : []),
    ...(lossStatus(backup, history.clean) === 'unaccepted' ? [t.hasLoss] : []),
  ];
  return all.length > 0 ? html`<br><small>${all.join(', ')}</small>` : undefined;
}

function codesOf(details: BackupRow['details']): string {
  return [...new Set(details ? findingsOf(details).map(({ code }) => code) : [])].slice(0, 10).join(', ');
}

function outcomeOf(words: Readonly<Record<string, string>>, outcome: string): string {
  return Object.hasOwn(words, outcome) ? words[outcome]! : outcome;
}

/** Why it stays, or how it goes or went; what keeps it by hand is always said. */
function keptOf(view: View, { backup, details, pins, decision }: BackupRow, { isRetentionOn }: StoredFacts): Html {
  const t = DATABASE_TEXTS[view.language];
  const { at, ago } = view.format;
  const { removedAt, removalDue } = backup;
  if (removedAt) return t.removed(at(removedAt), details?.removedBy ?? '', removedForInWords(details?.removedFor));
  const active = pins.filter(pin => isActive(pin, view.now));
  const held = active.map(
    ({ kind, reason }) => html`<br>${mark(view, 'pinned')} ${kind === 'hold' ? t.held(reason) : t.pinned(reason)}`,
  );
  const isBy = decision && (decision.reason === 'pin' || decision.reason === 'hold');
  const words = isRetentionOn ? [t.stays, t.goes] : [t.wouldStay, t.wouldGo];
  const stays = decision && `${words[decision.isKept ? 0 : 1]}: ${whyInShort(view.language, decision)}`;
  return html`${removalDue && html`<strong>${t.going(ago(removalDue))}</strong><br>`}${isBy ? words[0] : stays}${held}`;
}
