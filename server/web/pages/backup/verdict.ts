import { storedState } from '../../../entities/backup.entity.ts';
import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import { COMMON_TEXTS } from '../../texts/common-texts.ts';
import { removedForInWords } from '../../texts/kept-words.ts';
import type { BackupFacts } from './load-backup.ts';
import { BACKUP_TEXTS } from './texts.ts';

/** What the backup is worth, in one sentence, and what one has to know before one uses it. */
export function verdict(view: View, facts: BackupFacts): Html {
  const { backup, loss } = facts;
  const state = storedState(backup);
  const worth = loss?.status === 'unaccepted' && state === 'complete' ? 'warn' : TONES[state];
  const tone = backup.removedAt ? 'idle' : worth;
  return html`<p class="note worth ${tone}"><svg class="mark ${state}" aria-hidden="true"><use href="#m-${state}"/></svg> ${sentence(view, facts)}</p>
<ul class="notes">${notes(view, facts).map(note => html`<li>${note}</li>`)}</ul>`;
}

const TONES = { complete: 'good', incomplete: 'warn', unverified: 'warn', damaged: 'bad' } as const;

function sentence(view: View, { backup, findings }: BackupFacts): Html | string {
  const t = BACKUP_TEXTS[view.language].verdict;
  const { removedAt, removedBy, removedFor, damage, state } = backup;
  if (removedAt) return t.removed(view.format.at(removedAt), removedBy ?? '', removedForInWords(removedFor));
  if (damage) return t.damaged(damage);
  if (state === 'incomplete') return t.incomplete(findings.filter(({ severity }) => severity === state).length);
  if (state === 'unverified') return t.unverified;
  return findings.length === 0 ? t.complete : t.completeWarnings(findings.length);
}

function notes(view: View, { backup, loss, lastDrills, neighbours }: BackupFacts): Array<Html | string> {
  const t = BACKUP_TEXTS[view.language];
  const { at, ago } = view.format;
  const { removalDue, removedAt, removedBy, removedFor, madeFor, damage, state } = backup;
  const isUsable = state === 'complete' && !damage && !removedAt;
  const proof = lastDrills?.proof;
  return [
    ...(removalDue && !removedAt ? [t.going(at(removalDue), removedBy ?? '', removedForInWords(removedFor))] : []),
    ...(neighbours.instead ? [t.instead(linkTo(view, neighbours.instead.id))] : []),
    ...(madeFor ? [t.madeForRestore] : []),
    ...(loss ? [lossOf(view, loss)] : []),
    ...(proof?.outcome === 'restorable' ? [t.proven(ago(proof.endedAt))] : []),
    ...(proof?.outcome === 'not_restorable' ? [t.disproven(ago(proof.endedAt))] : []),
    ...(!proof && isUsable ? [t.notProven] : []),
  ];
}

function lossOf(
  view: View,
  { status, message, reference, acceptance }: NonNullable<BackupFacts['loss']>,
): Html | string {
  const t = BACKUP_TEXTS[view.language];
  if (acceptance)
    return t.lossAccepted(view.format.at(new Date(acceptance.at)), acceptance.by ?? '', acceptance.reason);
  if (status === 'superseded') return t.lossSuperseded;
  const other = reference.instead?.id ?? reference.id;
  return html`<strong>${t.lossUnaccepted}</strong>: <span lang="en">${message}</span>${other != null && html` ${t.stillIn(linkTo(view, other))}`}`;
}

/** @returns a link to the page of another backup */
export function linkTo(view: View, id: number): Html {
  return html`<a href="${view.link(`/backups/${id}`)}">${COMMON_TEXTS[view.language].backup} ${id}</a>`;
}
