/**
 * @param label of the database, as `databaseNameProblem` allows it: it has no control characters
 * @returns the command that restores a backup, as it is typed into a shell; it shows its plan, and asks
 */
export function restoreCommand(label: string, id: number): string {
  const word = /^[\w@%+=:./][\w@%+=:,./-]*$/.test(label) ? label : `'${label.replaceAll("'", `'\\''`)}'`;
  return label.startsWith('-') ? `sade restore --at ${id} -- ${word}` : `sade restore ${word} --at ${id}`;
}
