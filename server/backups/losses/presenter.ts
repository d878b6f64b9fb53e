import { formatTimestamp } from '../../../protocol/backup-name.ts';
import type { BackupLoss, UnacceptedLoss as PresentedLoss } from '../../../protocol/responses.ts';
import { type Backup, findingsOf, storedState } from '../../entities/backup.entity.ts';
import { takenAtOf } from '../../entities/taken-at.ts';
import { acceptanceOf, type LossColumns, lossSentence, lossStatus } from './loss.ts';
import type { Surroundings } from './loss-surroundings.ts';
import type { LocatedLoss } from './unaccepted-losses.ts';

/** The loss of a database that no one has accepted. */
export function presentUnacceptedLoss(loss: LocatedLoss): PresentedLoss {
  const { id, takenAt, shrunkFrom, reference, sound } = loss;
  return {
    id,
    timestamp: formatTimestamp(takenAt),
    message: lossSentence(findingsOf(loss)),
    reference: presentReference(shrunkFrom, { reference, sound }),
  };
}

/** The loss of one backup. */
export function presentLoss(
  backup: Pick<Backup, 'id' | 'sortedAt' | 'findings'> & LossColumns,
  { clean, ...surroundings }: Surroundings,
): BackupLoss | null {
  const status = lossStatus(backup, clean);
  if (status === null) return null;
  const acceptance = acceptanceOf(backup);
  return {
    status,
    message: lossSentence(findingsOf(backup)),
    reference: presentReference(backup.shrunkFrom!, surroundings),
    acceptance: acceptance && { ...acceptance, at: acceptance.at.toISOString() },
  };
}

function presentReference(
  fileName: string,
  { reference, sound }: Pick<Surroundings, 'reference' | 'sound'>,
): BackupLoss['reference'] {
  // What was removed has nothing any more: another that has it takes its place.
  if (reference?.removedAt && sound)
    return {
      ...{ id: sound.id, file_name: sound.fileName, timestamp: formatTimestamp(sound.takenAt), state: 'complete' },
    };
  const known = reference?.removedAt ? null : reference;
  const instead = sound && { id: sound.id, file_name: sound.fileName, timestamp: formatTimestamp(sound.takenAt) };
  return {
    id: known?.id ?? null,
    file_name: fileName,
    timestamp: formatTimestamp(reference?.takenAt ?? takenAtOf({ fileName })),
    state: known ? storedState(known) : null,
    ...(known?.damage && { instead }),
  };
}
