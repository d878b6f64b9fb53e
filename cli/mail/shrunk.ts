import { isLoss } from '../../protocol/finding.ts';
import type { UnacceptedLoss } from '../../protocol/responses.ts';
import type { ReportClock } from '../report/clock.ts';
import type { Outcome } from '../report/outcome.ts';
import { copyCommand } from '../restore/by-hand/copy-command.ts';
import { RESTORE_GUIDE } from '../restore-guide.ts';
import { printableInLine } from '../terminal/printable.ts';
import { splitAdvice, type Trouble } from './trouble.ts';

/** @returns what has been lost, of the databases whose loss no one has accepted: in this night or in an earlier one */
export function shrunkTroubles(outcomes: readonly Outcome[], clock: ReportClock): Trouble[] {
  const own = outcomes.filter(outcome => !outcome.isLeftover && hasLost(outcome));
  const named = new Set(own.map(({ database }) => database));
  const earlier = outcomes.filter(outcome => outcome.isLeftover && hasLost(outcome) && !named.has(outcome.database));
  return [...own, ...earlier].map(outcome => describe(outcome, clock));
}

/** @returns whether a backup, or the last complete one before it, has lost something that no one has accepted */
function hasLost({ state, loss, findings }: Outcome): boolean {
  return loss !== undefined || (state !== 'complete' && findings.some(({ code }) => isLoss(code)));
}

function describe(outcome: Outcome, clock: ReportClock): Trouble {
  const { database, backupId, loss } = outcome;
  if (!loss) return describeIncomplete(outcome, clock);
  const { id, timestamp, message, reference } = loss;
  const lost = message.replace(SINCE, '');
  const since = id === backupId ? '' : ` (found in backup ${id}, ${clock.moment(timestamp)})`;
  const { sentence, next } = whatHasIt(reference, { clock, label: database });
  return {
    state: 'SHRUNK',
    databases: [database],
    summary: `${printableInLine(database)}: lost ${clock.inText(printableInLine(lost))}${since}. ${sentence}`,
    next: [next, `if it was removed on purpose: sade accept ${id} --reason 'why'`],
    details: [],
  };
}

/** How the service begins: that backup is named at the end. */
const SINCE = /^lost since backup (\d+) \(([^)]*)\): /;

/** What an incomplete backup has lost can't be accepted, and stands among its findings. */
function describeIncomplete({ database, findings }: Outcome, clock: ReportClock): Trouble {
  const losses = findings.filter(({ code }) => isLoss(code));
  const text = (what: string) => clock.inText(printableInLine(what));
  const sound = losses.map(({ advice }) => STILL_HAS.exec(advice ?? '')?.[1]).find(Boolean);
  const told = losses.map(({ message }) => {
    const [, id, when] = SINCE.exec(message) ?? [];
    if (id === undefined || id !== sound) return text(message);
    return `${text(message.replace(SINCE, 'lost '))}. Backup ${id} (${text(when!)}) still has what was lost.`;
  });
  return {
    state: 'SHRUNK',
    databases: [database],
    summary: `${printableInLine(database)}: ${told.join(' ')}`,
    next:
      sound === undefined
        ? losses.flatMap(({ advice }) => (advice ? [splitAdvice(text(advice)).next] : []))
        : [bringBack(Number(sound), database), ACCEPT_LATER],
    details:
      sound === undefined
        ? losses.flatMap(({ advice }) => (advice ? [splitAdvice(text(advice)).rest] : [])).filter(Boolean)
        : [],
  };
}

/** The service says so of a backup that is sound. */
const STILL_HAS = /^Check the database\. Backup (\d+) still has what was lost: /;

const ACCEPT_LATER =
  'if it was removed on purpose: first fix what makes this backup incomplete; the loss of the next complete one can be accepted';

/** It goes into a database beside: so it works in each case, shows its plan, asks, and replaces nothing. */
function bringBack(id: number, label: string): string {
  return `to bring it back (see ${RESTORE_GUIDE}): ${copyCommand(label, { at: id })}`;
}

function whatHasIt(
  { id, timestamp, state, instead }: UnacceptedLoss['reference'],
  { clock, label }: { readonly clock: ReportClock; readonly label: string },
): { sentence: string; next: string } {
  const when = clock.moment(timestamp);
  if (id === null) {
    const sentence = `The backup of ${when} had what was lost; the service no longer has that backup.`;
    return { sentence, next: 'Check the database.' };
  }
  if (state !== 'damaged')
    return { sentence: `Backup ${id} (${when}) still has what was lost.`, next: bringBack(id, label) };
  const damaged = `Backup ${id} (${when}) had what was lost and is damaged now`;
  if (!instead) {
    const sentence = `${damaged}; no other sound backup was found that has it.`;
    return { sentence, next: `Check the database, and sade show ${id}` };
  }
  const other = `backup ${instead.id} (${clock.moment(instead.timestamp)}) still has what was lost.`;
  return { sentence: `${damaged}; ${other}`, next: bringBack(instead.id, label) };
}
