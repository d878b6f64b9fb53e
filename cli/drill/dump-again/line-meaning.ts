export interface SameAgain {
  readonly flavour: 'mysql' | 'mariadb';
  /** Whether its events were restored disabled. */
  readonly isWithoutEventStates?: boolean;
  /** Where the dump was restored under another name: that name, which stands nowhere else, and the original one. */
  readonly renamed?: { readonly from: string; readonly to: string };
}

/** The header of a dump is shorter than this, in bytes. */
const HEADER = 4096;

/** Which program, host, database and server, and when. */
const OF_HEADER = /^-- (?:MySQL dump|MariaDB dump|Host:|Server version)/;

/** `CREATE DEFINER=… EVENT … ON COMPLETION PRESERVE ENABLE COMMENT '…' DO …`, in comments with versions. */
const EVENT_STATE = /^(.*\bEVENT .*? ON COMPLETION (?:NOT )?PRESERVE) (?:ENABLE|DISABLE)\b/;

/** The last lines of a CREATE TABLE, which say where its files lie and whether they are encrypted. No row begins like that. */
const OF_FILES = /^(?:\) |\/\*!\d+ PARTITION |[( ]*(?:SUB)?PARTITION )/;

/** What a restore leaves out of them: the filter's machine-options.ts. */
const MACHINE_OPTIONS = [
  / (?:DATA|INDEX) DIRECTORY ?= ?'(?:[^'\\]|\\.|'')*'/g,
  /(?: \/\*!\d+)? TABLESPACE ?=? ?`(?!innodb_file_per_table`)(?:[^`]|``)*`(?: \*\/)?/g,
  /(?: \/\*!\d+)? ENCRYPTION='Y'(?: \*\/)?/g,
  / `(?:ENCRYPTED|ENCRYPTION_KEY_ID)`=\w+/g,
];

const END = /^-- Dump completed\b/;

/**
 * @returns what a line of a dump says, without what may differ between a backup's dump and one of its restore: host, versions and
 * date, the name of the database where it was restored under another one, and what MySQL adds by itself
 */
export function meaningOf({ flavour, renamed, isWithoutEventStates }: SameAgain): (line: string, at: number) => string {
  const rename = renamed ? renaming(renamed.from, renamed.to) : (line: string) => line;
  return (line, at) => {
    const dated = (at < HEADER ? OF_HEADER.exec(line) : null) ?? END.exec(line);
    if (dated) return dated[0];
    const renamedBack = rename(line);
    const machineFree = OF_FILES.test(renamedBack) ? withoutMachine(renamedBack) : renamedBack;
    const original = isWithoutEventStates ? machineFree.replace(EVENT_STATE, '$1') : machineFree;
    return flavour === 'mysql' ? withoutImplied(original) : original;
  };
}

function withoutMachine(line: string): string {
  return MACHINE_OPTIONS.reduce((text, option) => text.replace(option, ''), line);
}

/** Within backticks, in which a backtick of the name itself is doubled, and in comments. Names are bytes here, as the lines are. */
function renaming(from: string, to: string): (line: string) => string {
  const [fresh, original] = [bytes(from), bytes(to)];
  return line =>
    line.replaceAll(`\`${fresh}\``, () => `\`${original.replaceAll('`', '``')}\``).replaceAll(fresh, () => original);
}

function bytes(name: string): string {
  return Buffer.from(name).toString('latin1');
}

/**
 * MySQL keeps for each column whether its character set was named, which SHOW CREATE TABLE shows. A column that took the collation of
 * its table comes back as one whose collation was named, and so was its character set: that is part of the collation's name.
 */
function withoutImplied(line: string): string {
  return line.startsWith('  `') ? line.replace(/ CHARACTER SET (\w+)(?= COLLATE \1(?:_|\b))/g, '') : line;
}
