/** @returns a name as it stands in a statement, in backticks, with the name of its database in front where one is given */
export function quotedName(...parts: readonly string[]): string {
  return parts.map(part => `\`${part.replaceAll('`', '``')}\``).join('.');
}
