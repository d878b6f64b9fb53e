import type { Finding } from '../protocol/finding.ts';
import type {
  BackupLoss,
  BackupReport,
  BackupSummary,
  LossStatus,
  StoredState,
  UnacceptedLoss,
} from '../protocol/responses.ts';
import { formatState } from './terminal/format.ts';
import { printableInLine } from './terminal/printable.ts';

/** @returns what to do about a loss, with the commands for it */
export function lossAdvice({ id, reference }: Pick<UnacceptedLoss, 'id' | 'reference'>): string {
  return `${whatHasIt(reference)} If it was removed on purpose: sade accept ${id} --reason 'why'`;
}

/** @returns a sentence about the backup that has what was lost */
export function whatHasIt({ id, timestamp, state, instead }: UnacceptedLoss['reference']): string {
  if (id === null) return `The backup of ${timestamp} UTC had it; the service does not know that one any more.`;
  if (state === 'damaged') {
    const damaged = `Backup ${id} (${timestamp} UTC) had it, and is damaged now`;
    if (!instead) return `${damaged}: sade show ${id}. No other sound backup was found that has it.`;
    return `${damaged}; backup ${instead.id} (${instead.timestamp} UTC) still has it: sade download ${instead.id}.`;
  }
  return `Backup ${id} (${timestamp} UTC) still has it: sade download ${id}.`;
}

/** @returns a loss that no one has accepted as it stands below the line of its database, or below a list */
export function describeLoss(loss: UnacceptedLoss, indent: string): string[] {
  const { id, timestamp, message } = loss;
  return [
    `${indent}LOSS: backup ${id} (${printableInLine(timestamp)} UTC): ${printableInLine(message)}; no one has accepted that (SHRUNK)`,
    `${indent}  what to do: Check the database. ${printableInLine(lossAdvice(loss))}`,
  ];
}

/** @returns whether a finding of that code says that something was lost */
export function isLoss(code: string): boolean {
  return code === 'SHRUNK' || code === 'DUMP_EMPTIED';
}

/** What an incomplete backup lacks that an older one had. */
export interface FoundLoss {
  readonly backup: BackupSummary;
  /** At least one. */
  readonly findings: readonly Finding[];
}

/**
 * Asks what an incomplete backup has lost: the listings name only the loss of complete ones, which can be accepted.
 * @returns undefined when it has lost nothing, or is not incomplete
 * @throws {ExplainedError}
 */
export async function lossOfIncomplete(
  backup: BackupSummary | undefined,
  ask: (id: string) => Promise<BackupReport['data']>,
): Promise<FoundLoss | undefined> {
  if (backup?.state !== 'incomplete') return undefined;
  const findings = (await ask(String(backup.id))).findings.filter(({ code }) => isLoss(code)) as Finding[];
  return findings.length === 0 ? undefined : { backup, findings };
}

/** @returns the same in words, each with what to do */
export function foundLosses({ backup, findings }: FoundLoss): { message: string; advice: string | undefined }[] {
  return findings.map(({ code, message, advice }) => ({
    message: `backup ${backup.id} (${backup.timestamp} UTC): ${message} (${code})`,
    advice,
  }));
}

/** @returns the same as it stands below a list */
export function describeFound(loss: FoundLoss, indent: string): string[] {
  return foundLosses(loss).flatMap(({ message, advice }) => [
    `${indent}LOSS: ${printableInLine(message)}`,
    ...(advice ? [`${indent}  what to do: ${printableInLine(advice)}`] : []),
  ]);
}

/** @returns the state of a backup, with what has become of its loss: in capitals what someone must decide about */
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
