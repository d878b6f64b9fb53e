/** @returns the name as it is written, with `-` for `_`, and what stands behind the first `=`, if there is one */
export function parseOption(option: string): { written: string; value: string | undefined } {
  const at = option.indexOf('=');
  const name = at === -1 ? option : option.slice(0, at);
  return { written: name.slice(2).replaceAll('_', '-'), value: at === -1 ? undefined : option.slice(at + 1) };
}

/** Without dashes: the client does not mind them. */
export function bare(name: string): string {
  return name.replaceAll('-', '');
}

/** Without the words by which the client switches an option on or off. */
export function withoutPrefixes(name: string): string {
  return name.replace(/^(?:(?:loose|skip|enable|disable|maximum|autoset)-)+/, '');
}
