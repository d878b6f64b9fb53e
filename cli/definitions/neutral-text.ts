import type { ObjectKind } from '../../protocol/manifest.ts';

/** Makes of a definition's text one that does not depend on the name of its database, nor on rows and folders. */
export type MakeNeutral = (text: string, kind: ObjectKind) => string;

/**
 * @param databases the names under which the same database is known on two servers: each is left out in front of the names of
 * objects, on both sides alike
 */
export function neutralText(databases: readonly string[]): MakeNeutral {
  const names = databases.map(name => name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  // In the body of a routine they may stand in the quotes of ANSI_QUOTES, too.
  const written = names.flatMap(name => [
    `\`${name.replaceAll('`', '``')}\``,
    `"${name.replaceAll('"', '""')}"`,
    `(?<![\\w$\`"])${name}(?![\\w$])`,
  ]);
  const own = new RegExp(`(?:${written.join('|')})\\s*\\.\\s*`, 'gu');
  return (text, kind) => (kind === 'tables' ? withoutPlaces(text) : text).replace(own, '');
}

/**
 * The next AUTO_INCREMENT depends on the rows, and where files lie on the machine. Whether MySQL names the character set of a column
 * beside its collation, which implies it, depends on the words in which the table was made.
 */
function withoutPlaces(text: string): string {
  return text
    .replace(/^(\) ENGINE=\w+(?: [A-Z_]+=\w+)*?) AUTO_INCREMENT=\d+/m, '$1')
    .replace(/ CHARACTER SET \w+(?= COLLATE \w)/g, '')
    .replace(/ (?:DATA|INDEX) DIRECTORY ?= ?'(?:[^'\\]|\\.|'')*'/g, '')
    .replace(/(?: \/\*!\d+)? TABLESPACE ?=? ?`(?!innodb_file_per_table`)(?:[^`]|``)*`(?: \*\/)?/g, '');
}
