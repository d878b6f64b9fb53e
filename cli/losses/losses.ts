import { type Finding, isLoss } from '../../protocol/finding.ts';
import type {
  BackupLoss,
  BackupReport,
  BackupSummary,
  LossStatus,
  StoredState,
  UnacceptedLoss,
} from '../../protocol/responses.ts';
import { copyCommand } from '../restore/by-hand/copy-command.ts';
import { RESTORE_GUIDE } from '../restore-guide.ts';
import { formatState } from '../terminal/format.ts';
import { inLocalTime, withLocalTimes } from '../terminal/local-time.ts';
import { printableInLine } from '../terminal/printable.ts';

/** @returns what to do about a loss of a database, with the commands for it */
export function lossAdvice(label: string, { id, reference }: Pick<UnacceptedLoss, 'id' | 'reference'>): string {
  return `${whatHasIt(label, reference)}${canBeFetched(reference) ? ` ${BRING_BACK}` : ''} If it was removed on purpose: sade accept ${id} --reason 'why'`;
}

/** Which of the ways is right depends on what is there now. */
const BRING_BACK = `How to bring it back: ${RESTORE_GUIDE}.`;

/** Whether a backup is known that has what was lost, and is not damaged. */
function canBeFetched({ id, state, instead }: UnacceptedLoss['reference']): boolean {
  return id !== null && (state !== 'damaged' || Boolean(instead));
}

/** @returns a sentence about the backup that has what a database has lost, with the command that restores it */
export function whatHasIt(label: string, { id, timestamp, state, instead }: UnacceptedLoss['reference']): string {
  if (id === null)
    return `The backup of ${inLocalTime(timestamp)} had what was lost; the service no longer has that backup.`;
  const restore = (at: number) => copyCommand(label, { at });
  if (state === 'damaged') {
    const damaged = `Backup ${id} (${inLocalTime(timestamp)}) had what was lost, and is damaged now`;
    if (!instead) return `${damaged}: sade show ${id}. No other sound backup was found that has it.`;
    return `${damaged}; backup ${instead.id} (${inLocalTime(instead.timestamp)}) still has what was lost: ${restore(instead.id)}.`;
  }
  return `Backup ${id} (${inLocalTime(timestamp)}) still has what was lost: ${restore(id)}.`;
}

/** @returns the id of the backup that still has what was lost; undefined where no sound one is known */
export function soundReference({ id, state, instead }: UnacceptedLoss['reference']): number | undefined {
  return (state === 'damaged' ? instead?.id : id) ?? undefined;
}

/** @returns a loss that no one has accepted as it stands below the line of its database, or below a list */
export function describeLoss(label: string, loss: UnacceptedLoss, indent: string): string[] {
  const { id, timestamp } = loss;
  const message = withLocalTimes(loss.message);
  return [
    `${indent}LOSS: backup ${id} (${inLocalTime(timestamp)}): ${printableInLine(message)}; not accepted (SHRUNK)`,
    `${indent}  what to do: Check the database. ${printableInLine(lossAdvice(label, loss))}`,
  ];
}

/** What an incomplete backup lacks that an older one had. */
export interface FoundLoss {
  readonly backup: BackupSummary;
  /** At least one. */
  readonly findings: readonly Finding[];
}

/**
 * Tells what an incomplete backup has lost, which no one can accept, unlike the loss of a complete one.
 * @param ask asks for the whole report: only of a service of before, whose lists do not say it
 * @returns undefined when it has lost nothing, or is not incomplete
 * @throws {ExplainedError}
 */
export async function lossOfIncomplete(
  backup: BackupSummary | undefined,
  ask: (id: string) => Promise<BackupReport['data']>,
): Promise<FoundLoss | undefined> {
  if (backup?.state !== 'incomplete') return undefined;
  const isToldBefore = typeof backup.finding_count === 'number';
  const all = isToldBefore ? (backup.loss_findings ?? []) : (await ask(String(backup.id))).findings;
  const findings = all.filter(({ code }) => isLoss(code)) as Finding[];
  return findings.length === 0 ? undefined : { backup, findings };
}

/** @returns the same in words, each with what to do */
export function foundLosses({ backup, findings }: FoundLoss): { message: string; advice: string | undefined }[] {
  return findings.map(({ code, message, advice }) => ({
    message: `backup ${backup.id} (${inLocalTime(backup.timestamp)}): ${withLocalTimes(message)} (${code})`,
    advice: advice && withLocalTimes(advice),
  }));
}

/** @returns the same as it stands below a list */
export function describeFound(loss: FoundLoss, indent: string): string[] {
  return foundLosses(loss).flatMap(({ message, advice }) => [
    `${indent}LOSS: ${printableInLine(message)}`,
    ...(advice ? [`${indent}  what to do: ${printableInLine(advice)}`] : []),
  ]);
}

/** @returns the state of a backup, with the status of its loss: in capitals where someone must decide */
export function formatStateAndLoss(state: StoredState, loss: LossStatus | null | undefined): string {
  return loss ? `${formatState(state)}, ${WORDS[loss]}` : formatState(state);
}

const WORDS: Readonly<Record<LossStatus, string>> = {
  unaccepted: 'SHRUNK',
  accepted: 'loss accepted',
  superseded: 'shrunk',
};

/** @returns the loss of a backup as that of its database, if no one has accepted it */
export function unacceptedLossIn({
  id,
  timestamp,
  loss,
}: {
  id: number;
  timestamp: string;
  loss?: BackupLoss | null | undefined;
}): UnacceptedLoss | undefined {
  if (loss?.status !== 'unaccepted') return undefined;
  return { id, timestamp, message: loss.message, reference: loss.reference };
}
