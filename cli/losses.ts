import type { BackupLoss, LossStatus, StoredState, UnacceptedLoss } from '../protocol/responses.ts';
import { formatState } from './figures.ts';

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

/** @returns a loss that nobody has accepted as it stands below the line of its database, or below a list */
export function describeLoss(loss: UnacceptedLoss, indent: string): string[] {
  const { id, timestamp, message } = loss;
  return [
    `${indent}LOSS: backup ${id} (${timestamp} UTC): ${message}; nobody has accepted that (SHRUNK)`,
    `${indent}  what to do: Check the database. ${lossAdvice(loss)}`,
  ];
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

/** @returns the loss of a backup as that of its database, if nobody has accepted it */
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
