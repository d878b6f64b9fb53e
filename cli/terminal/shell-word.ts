import { printableInLine } from './printable.ts';

/** @returns a name as it is typed into a shell: in quotes where it needs them, with escapes for what can't be seen */
export function shellWord(name: string): string {
  if (/^[\w@%+=:./][\w@%+=:,./-]*$/.test(name)) return name;
  if (printableInLine(name) === name) return `'${name.replaceAll("'", `'\\''`)}'`;
  return `$'${printableInLine(name.replaceAll('\\', '\\\\').replaceAll("'", "\\'"))}'`;
}
