import { type Finding, finding } from '../../protocol/finding.ts';
import { firstNames } from '../../protocol/first-names.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { parseOption } from '../config/dump-option-list.ts';
import type { DumpContents, Misread } from '../dump-parser/dump-contents.ts';
import type { Occasion } from '../dump-parser/known-statements.ts';
import type { Misreading } from '../dump-parser/misreading.ts';
import { labelOf } from './object-label.ts';

/** @returns what the mysql client that restores the dump will read otherwise than the server meant it, by object */
export function misreadingFindings(misreadings: readonly Misread[]): Finding[] {
  const of = (...kinds: readonly (Misreading | 'lost')[]) =>
    misreadings.filter(({ what }) => kinds.includes(what) || (kinds.includes('lost') && LOST.has(what)));
  return [
    ...told('BACKSLASH_READ_AS_COMMAND', of('command'), COMMAND, CREATE_ANEW),
    ...told('CLIENT_MISREADS_DEFINITION', of('lost'), LOSES_ITS_WAY, MOVE_COMMENT),
    ...told('CLIENT_MISREADS_DEFINITION', of('a blank in a string'), PUTS_A_BLANK, MOVE_COMMENT),
    ...told('WILL_NOT_LOAD', of('a semicolon at its end'), ENDS_EARLY, CREATE_ALONE),
    ...told('RESTORE_PREREQUISITE', of('a line end in a string'), LINE_ENDS, USE_BINARY_MODE),
  ];
}

/** @returns whether the client misreads something behind which it does not see what else the dump holds */
export function hidesTheRest(misreadings: readonly Misread[]): boolean {
  return misreadings.some(({ what }) => what === 'command' || LOST.has(what));
}

/** What to do about what follows from a misread definition. */
export const CREATE_THAT_ANEW =
  'Create the definition that it misreads again, as CLIENT_MISREADS_DEFINITION or BACKSLASH_READ_AS_COMMAND says, and run the backup again. Until then: sade restore with --force, which reads the dump as the server does.';

/** @returns what a dump of this database has no business to hold */
export function unexpectedFindings(
  { unexpected, occasions, databases }: Pick<DumpContents, 'unexpected' | 'occasions' | 'databases'>,
  source: DatabaseSource,
): Finding[] {
  const foreign = databases.filter(name => name.toLowerCase() !== source.database.toLowerCase());
  const unasked = [...occasions].filter(([occasion]) => !isGiven(occasion, source)).map(([, statement]) => statement);
  const statements = [...unexpected, ...unasked];
  return [
    ...(statements.length > 0
      ? [
          finding(
            'UNEXPECTED_STATEMENT',
            `the dump has statements that mysqldump does not write: ${firstNames(statements)}`,
            DO_NOT_LOAD,
          ),
        ]
      : []),
    ...(foreign.length > 0
      ? [finding('UNEXPECTED_STATEMENT', `the dump would change another database: ${firstNames(foreign)}`, DO_NOT_LOAD)]
      : []),
  ];
}

const LOST = new Set<Misreading>([
  'a command behind a comment',
  'a delimiter that the client has not seen',
  'a comment that ends but never began',
  'a comment that is not closed',
  'a string or a name that is not closed',
]);

function told(
  code: 'BACKSLASH_READ_AS_COMMAND' | 'CLIENT_MISREADS_DEFINITION' | 'WILL_NOT_LOAD' | 'RESTORE_PREREQUISITE',
  misreadings: readonly Misread[],
  what: string,
  advice: string,
): Finding[] {
  if (misreadings.length === 0) return [];
  const names = misreadings.map(({ object }) => labelOf(object));
  return [finding(code, `${what}: ${firstNames([...new Set(names)])}`, advice)];
}

const COMMAND =
  'the mysql client that restores the dump treats a backslash as a command of its own, and stops there or skips what follows';
const CREATE_ANEW =
  'Routines, triggers, events and views are dumped in the character set of the connection that made them; in sjis, cp932, gbk and big5 a character may end with a backslash. Create them again over a connection in utf8mb4.';
const LOSES_ITS_WAY =
  'the mysql client that restores the dump misreads the comments of a definition: it does not load, and what follows may not load either';
const PUTS_A_BLANK =
  'the mysql client that restores the dump treats part of a string as the end of a comment, and inserts a space into it';
const MOVE_COMMENT =
  'Create it again with its comments on lines of their own: no /* … */ on the first line of the definition, no */ within quotes, no */ right behind another sign (write 2 * /* … */ 3), and a line end behind a last -- comment. Until then restore with sade restore and --force: it does not use that client, and loads most of these.';
const ENDS_EARLY =
  'these end with a semicolon, which no server accepts in a dump (error 1064); MySQL keeps it when one query holds several statements';
const CREATE_ALONE = 'Create them again, each in a query of its own, with nothing after it.';
const LINE_ENDS = 'strings with Windows line ends or a NUL load unchanged only with the client option --binary-mode';
const USE_BINARY_MODE = 'Restore with: mariadb --binary-mode --comments (or mysql --binary-mode --comments).';
const DO_NOT_LOAD =
  'Do not load this backup before someone has read it: the server has put a statement into it. Check that it is your server and that it was not attacked. Load it only as a user that has rights on one database. If mysqldump wrote the statement, sade misread it: please report that.';

/** Options of mysqldump that make it write a statement which it otherwise doesn't. */
const OPTIONS: Readonly<Record<Exclude<Occasion, 'system database'>, readonly string[]>> = {
  replication: ['master-data', 'source-data', 'gtid', 'set-gtid-purged'],
  privileges: ['flush-privileges'],
  histograms: ['column-statistics'],
};

function isGiven(occasion: Occasion, { dumpOptions, database }: DatabaseSource): boolean {
  if (occasion === 'system database') return database === 'mysql';
  return dumpOptions.some(option => OPTIONS[occasion].includes(parseOption(option).name));
}
