import { shellCommand } from '../../../protocol/texts/shell-word.ts';
import type { BackupToRestore } from '../choice/backup-to-restore.ts';
import { idOf } from '../choice/backup-to-restore.ts';
import { mayLackObjects } from '../choice/take-contents.ts';
import { type Checked, NOTHING_WRONG, problem, together, warning } from './problem.ts';

/** A backup that is not complete is restored only where someone wants just that. */
export function checkBackup(backup: BackupToRestore): Checked {
  const id = idOf(backup);
  const how = id === undefined ? 'Use another file' : `${shellCommand('sade history', backup.label)} shows the others`;
  return together([
    ...backup.doubts.map(doubt =>
      problem(`the backup may not be good: ${doubt}`, `${how}, or restore this one anyway with --force.`, {
        isForceable: true,
        isOfBackup: true,
      }),
    ),
    warning(...backup.notes),
    backup.manifest && mayLackObjects(backup.manifest) ? warning(HOLDS_MORE) : NOTHING_WRONG,
  ]);
}

const HOLDS_MORE =
  'the mysql client misreads definitions in the dump, so the backup may hold more than it says: before the restore changes anything, the dump is read as the server reads it';
