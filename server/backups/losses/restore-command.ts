import { restoredName } from '../../../protocol/database-name.ts';

/**
 * @param label of the database, as `databaseNameProblem` allows it: it has no control characters
 * @param isInDoubt whether the backup is not complete: without `--force` `sade` refuses it
 * @returns the command that restores a backup into a database beside the original, whether that is there or not, as it is typed into
 *   a shell; it shows its plan, and asks. `sade` proposes the same (cli/restore/by-hand/copy-command.ts)
 */
export function restoreCommand(label: string, id: number, isInDoubt = false): string {
  const into = restoredName(label);
  const flags = `${shellFlag('--into', into)}${isInDoubt ? ' --force' : ''} --at ${id}`;
  return label.startsWith('-')
    ? `sade restore ${flags} -- ${shellWord(label)}`
    : `sade restore ${shellWord(label)} ${flags}`;
}

/** @returns a flag with its value as they are typed into a shell: a value that begins with a dash is no flag of its own */
export function shellFlag(flag: string, value: string): string {
  return value.startsWith('-') ? shellWord(`${flag}=${value}`) : `${flag} ${shellWord(value)}`;
}

/** @returns a name as it is typed into a shell: in quotes where it needs them, with escapes for what can't be seen, as in `sade` */
export function shellWord(name: string): string {
  if (/^[\w@%+=:./][\w@%+=:,./-]*$/.test(name)) return name;
  if (name.search(HIDDEN) < 0) return `'${name.replaceAll("'", `'\\''`)}'`;
  return `$'${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replace(HIDDEN, escaped)}'`;
}

/** What hides, or changes the order in which a line is shown: the command would look like another one. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  return `\\U${character.codePointAt(0)!.toString(16).padStart(8, '0')}`;
}
