import { isLoss } from '../../protocol/finding.ts';
import type { UnacceptedLoss } from '../../protocol/responses.ts';
import type { Outcome } from '../pipeline/outcome.ts';
import { printableInLine } from '../terminal/printable.ts';
import type { ReportClock } from './clock.ts';
import type { Trouble } from './trouble.ts';

/** @returns what has been lost, of the databases whose loss no one has accepted: in this night or in an earlier one */
export function shrunkTroubles(outcomes: readonly Outcome[], clock: ReportClock): Trouble[] {
  const own = outcomes.filter(outcome => !outcome.isLeftover && hasLost(outcome));
  const named = new Set(own.map(({ database }) => database));
  const earlier = outcomes.filter(outcome => outcome.isLeftover && hasLost(outcome) && !named.has(outcome.database));
  return [...own, ...earlier].map(outcome => describe(outcome, clock));
}

/** @returns whether a backup, or the last complete one before it, has lost something that no one has accepted */
export function hasLost({ state, loss, findings }: Outcome): boolean {
  return loss !== undefined || (state === 'incomplete' && findings.some(({ code }) => isLoss(code)));
}

function describe(outcome: Outcome, clock: ReportClock): Trouble {
  const { database, backupId, loss } = outcome;
  if (!loss) return describeIncomplete(outcome, clock);
  const { id, timestamp, message, reference } = loss;
  const lost = message.replace(SINCE, '');
  const since = id === backupId ? '' : ` (found in backup ${id}, ${clock.moment(timestamp)})`;
  const { sentence, command } = whoHasIt(reference, clock);
  return {
    state: 'SHRUNK',
    databases: [database],
    summary: `${printableInLine(database)}: lost ${clock.inText(printableInLine(lost))}${since}. ${sentence}`,
    details: [`Check the database.${command} If it was removed on purpose: sade accept ${id} --reason 'why'`],
  };
}

/** How the service begins: that backup is named at the end. */
const SINCE = /^lost since backup \d+ \([^)]*\): /;

/** What an incomplete backup has lost can't be accepted, and stands among its findings. */
function describeIncomplete({ database, findings }: Outcome, clock: ReportClock): Trouble {
  const losses = findings.filter(({ code }) => isLoss(code));
  const text = (what: string) => clock.inText(printableInLine(what));
  return {
    state: 'SHRUNK',
    databases: [database],
    summary: `${printableInLine(database)}: ${losses.map(({ message }) => text(message)).join('; ')}`,
    details: losses.flatMap(({ advice }) => (advice ? [text(advice)] : [])),
  };
}

function whoHasIt(
  { id, timestamp, state, instead }: UnacceptedLoss['reference'],
  clock: ReportClock,
): { sentence: string; command: string } {
  const when = clock.moment(timestamp);
  const fetch = (which: number) => ` To have it back: sade download ${which}.`;
  if (id === null)
    return { sentence: `The backup of ${when} had it; the service does not know that one any more.`, command: '' };
  if (state !== 'damaged') return { sentence: `Backup ${id} (${when}) still has it.`, command: fetch(id) };
  const damaged = `Backup ${id} (${when}) had it and is damaged now`;
  if (!instead)
    return { sentence: `${damaged}; no other sound backup was found that has it.`, command: ` See sade show ${id}.` };
  const other = `backup ${instead.id} (${clock.moment(instead.timestamp)}) still has it.`;
  return { sentence: `${damaged}; ${other}`, command: fetch(instead.id) };
}
