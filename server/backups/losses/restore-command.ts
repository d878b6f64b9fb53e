import { restoredName } from '../../../protocol/database-name.ts';

/**
 * @param label of the database, as `databaseNameProblem` allows it: it has no control characters
 * @returns the command that restores a backup into a database beside the original, whether that is there or not, as it is typed into
 *   a shell; it shows its plan, and asks. `sade` proposes the same (cli/restore/by-hand/copy-command.ts)
 */
export function restoreCommand(label: string, id: number): string {
  const into = restoredName(label);
  const flags = `${into.startsWith('-') ? shellWord(`--into=${into}`) : `--into ${shellWord(into)}`} --at ${id}`;
  return label.startsWith('-')
    ? `sade restore ${flags} -- ${shellWord(label)}`
    : `sade restore ${shellWord(label)} ${flags}`;
}

/** @returns a name as it is typed into a shell */
export function shellWord(name: string): string {
  return /^[\w@%+=:./][\w@%+=:,./-]*$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}
