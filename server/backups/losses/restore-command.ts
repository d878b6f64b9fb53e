import { restoredName } from '../../../protocol/database-name.ts';
import { shellCommand, shellFlag } from '../../../protocol/texts/shell-word.ts';

/**
 * @param label of the database, as `databaseNameProblem` allows it: it has no control characters
 * @param isInDoubt whether the backup is not complete: without `--force` `sade` refuses it
 * @returns the command that restores a backup into a database beside the original, whether that is there or not, as it is typed into
 *   a shell; it shows its plan, and asks. `sade` proposes the same (cli/restore/by-hand/copy-command.ts)
 */
export function restoreCommand(label: string, id: number, isInDoubt = false): string {
  const options = [shellFlag('--into', restoredName(label)), ...(isInDoubt ? ['--force'] : []), `--at ${id}`];
  return shellCommand('sade restore', label, options);
}
