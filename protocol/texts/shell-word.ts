/**
 * Writes a name as it is typed into a shell, in quotes where it needs them. All that hides, or that a page, a mail or a terminal shows
 * otherwise than it is, is written by its bytes: the command would look like another one, or could not be copied.
 * @returns one word that `sh`, `bash` and `zsh` read as that name
 */
export function shellWord(name: string): string {
  if (/^[\w@%+:./][\w@%+=:,./-]*$/.test(name)) return name;
  if (name.search(HIDDEN) < 0) return `'${name.replaceAll("'", `'\\''`)}'`;
  // What printf is called for loses the ends of lines at its end.
  return name.endsWith('\n') ? `$'${byBytes(name)}'` : `"$(printf '${byBytes(name).replaceAll('%', '%%')}')"`;
}

/** @returns an option with its value as they are typed into a shell: a value that begins with a dash is no option of its own */
export function shellFlag(flag: `--${string}`, value: string): string {
  return value.startsWith('-') ? shellWord(`${flag}=${value}`) : `${flag} ${shellWord(value)}`;
}

/** @returns the option `--only` for these databases: once for each where a name has a comma, which parts the names of one */
export function shellOnly(names: readonly string[]): string {
  if (names.some(name => /^\s|,/.test(name))) return names.map(name => shellFlag('--only', name)).join(' ');
  return shellFlag('--only', names.join(','));
}

/**
 * @param command such as `sade history`
 * @param options as they are typed
 * @returns the command for one name: one that begins with a dash stands behind `--`
 */
export function shellCommand(command: string, name: string, options: readonly string[] = []): string {
  const word = shellWord(name);
  return (name.startsWith('-') ? [command, ...options, '--', word] : [command, word, ...options]).join(' ');
}

/**
 * What a reader does not see, what turns the direction of writing, blanks that look like another one, and several of them: a page shows
 * one.
 */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}| {2,}/gu;

/** The bytes of what hides, and of what means something to printf or to a shell, such as `!`. */
function byBytes(name: string): string {
  return name.replace(/[\\'"`$!]/g, octal).replace(HIDDEN, octal);
}

function octal(text: string): string {
  const bytes = [...new TextEncoder().encode(text)];
  return bytes.map(byte => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
