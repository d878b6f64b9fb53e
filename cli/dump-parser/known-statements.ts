import { isOneStatement } from './server-reading/one-statement.ts';
import type { ServerToken } from './server-reading/server-reading.ts';

/** What has to be the case for a statement to be one of mysqldump's: that it was asked for, or that it dumps the system's own database. */
export type Occasion = 'replication' | 'privileges' | 'histograms' | 'system database';

/** Whether mysqldump writes such a statement, and on which occasion, if it does so on one only. */
export type Judgement = { readonly isKnown: true; readonly occasion?: Occasion } | { readonly isKnown: false };

const UNKNOWN: Judgement = { isKnown: false };
const KNOWN: Judgement = { isKnown: true };

/**
 * Tells whether mysqldump or mariadb-dump writes such a statement when it dumps one database: MariaDB 10.6 to 11.8, MySQL 8 and
 * 9 (`client/mysqldump.cc` of both). Anything else in a dump was put there by the server.
 * @param tokens of the whole statement
 * @param rows of it, -1 when it has none
 */
export function judge(tokens: readonly ServerToken[], rows: number, { isOracle }: { isOracle: boolean }): Judgement {
  const shape = shapeOf(tokens);
  const word = /^\S+/.exec(shape)?.[0];
  if (word === 'INSERT' || word === 'REPLACE') return rows >= 0 && INSERT.test(shape) ? KNOWN : UNKNOWN;
  if (isTooLong(shape) || isComputed(word, tokens)) return UNKNOWN;
  if (word === 'CREATE') return judgeCreate(shape, tokens, isOracle) ? KNOWN : UNKNOWN;
  const [pattern, occasion] = STATEMENTS.find(([pattern]) => pattern.test(shape)) ?? [];
  if (pattern === undefined) return UNKNOWN;
  return occasion === undefined ? KNOWN : { isKnown: true, occasion };
}

/**
 * @param decode from one character a byte
 * @returns the databases that a statement names in front of what it creates, fills, changes or drops, or which it changes itself
 */
export function databasesIn(tokens: readonly ServerToken[], decode: (text: string) => string = asUtf8): string[] {
  return databasePlaces(tokens).map(at => decode(tokens[at]!.text));
}

/** @returns which tokens name such a database, in their order */
export function databasePlaces(tokens: readonly ServerToken[]): number[] {
  const found: number[] = [];
  let isNamed = false;
  for (let i = behindDefiner(tokens); i < Math.min(tokens.length, MAX_HEAD); i++) {
    const word = wordOf(tokens[i]!);
    // Behind the name there are columns, options or a body; only a trigger has yet to say of which table it is.
    const isBehind = isNamed && word !== 'ON';
    if (word === 'EACH' || (isBehind && !isTrigger(tokens))) break;
    if (isBehind) continue;
    if (!BEFORE_NAME.has(word) || nameIn(tokens[i + 1]) === undefined) continue;
    if (word === 'DATABASE' || tokens[i + 2]?.text === '.') found.push(i + 1);
    isNamed = true;
  }
  return found;
}

/** An account may be called like a kind of object; in a body a column may be called like this option. */
function behindDefiner(tokens: readonly ServerToken[]): number {
  const at = tokens.findIndex(token => !BEFORE_DEFINER.has(wordOf(token) || token.text));
  return wordOf(tokens[at] ?? NO_TOKEN) === 'DEFINER' && tokens[at + 1]?.text === '=' ? at + 3 : 0;
}

function wordOf({ kind, text, depth }: ServerToken): string {
  return depth === 0 && kind === 'word' ? text.toUpperCase() : '';
}

function nameIn(token: ServerToken | undefined): string | undefined {
  if (token?.kind === 'name') return token.text;
  return token?.kind === 'word' && !NO_NAMES.has(token.text.toUpperCase()) ? token.text : undefined;
}

function isTrigger(tokens: readonly ServerToken[]): boolean {
  return tokens.slice(0, MAX_HEAD).some(({ kind, text }) => kind === 'word' && text.toUpperCase() === 'TRIGGER');
}

/** @returns how a statement begins, with its strings and long numbers left out: they may be anything, passwords too */
export function beginningOf(tokens: readonly ServerToken[]): string {
  if (tokens.length === 0) return 'a comment that is code for another server';
  return asUtf8(
    tokens
      .slice(0, 8)
      .map(({ kind, text }) =>
        kind === 'name' ? `\`${text}\`` : kind === 'string' ? "'...'" : LONG_NUMBER.test(text) ? '...' : text,
      )
      .join(' ')
      .slice(0, 80),
  );
}

/** A text in hexadecimal, the number of a card. */
const LONG_NUMBER = /^(?:0x[\da-f]+|0b[01]+|\d{7,})$/i;

/** Tokens among which a statement names what it is about. */
const MAX_HEAD = 64;
const BEFORE_NAME = new Set([
  ...['TABLE', 'TABLES', 'EXISTS', 'INTO', 'VIEW', 'TRIGGER', 'PROCEDURE', 'FUNCTION', 'EVENT', 'SEQUENCE', 'PACKAGE'],
  ...['BODY', 'LIBRARY', 'POLICY', 'ON', 'DATABASE'],
]);
const BEFORE_DEFINER = new Set(['CREATE', 'OR', 'REPLACE', 'ALGORITHM', '=', 'UNDEFINED', 'MERGE', 'TEMPTABLE']);
const NO_TOKEN: ServerToken = { kind: 'sign', text: '', at: 0, end: 0, depth: 0 };
const NO_NAMES = new Set(['IF', 'NOT', 'EXISTS', 'BODY']);

function asUtf8(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

const MAX_SHAPE = 4096;
/** The end of the shape has not been seen. */
function isTooLong(shape: string): boolean {
  return shape.length > MAX_SHAPE && !MAY_BE_LONG.test(shape);
}

/** More than a number for a sequence of the dumped database. */
function isComputed(word: string | undefined, tokens: readonly ServerToken[]): boolean {
  return (word === 'DO' || word === 'SELECT') && tokens.some(({ depth, text }) => depth > 1 || text === '.');
}

/** Outside of parentheses: behind MAX_SHAPE the shape of such a statement does not matter. */
const MAY_BE_LONG = /^(?:ANALYZE|CREATE (?!(?:OR REPLACE )?TABLE\b)) ?/;

/** Words in capitals, names as a backtick, strings as a quote; what stands in parentheses is left out. */
function shapeOf(tokens: readonly ServerToken[]): string {
  let shape = '';
  for (const { kind, text, depth } of tokens) {
    if (depth > 0) continue;
    if (shape.length > MAX_SHAPE) break;
    shape += `${shape === '' ? '' : ' '}${kind === 'name' ? '`' : kind === 'string' ? "'" : text.toUpperCase()}`;
  }
  return shape;
}

/** A few bytes above 0x7F are capitals of other characters when they are read as latin1. */
const WORD = '[\\w$\\x80-\\uffff]+';
const NAME = `(?:\`|${WORD})(?: \\. (?:\`|${WORD}))?`;
const VARIABLES =
  'SQL_MODE|CHARACTER_SET_CLIENT|CHARACTER_SET_RESULTS|COLLATION_CONNECTION|TIME_ZONE|FOREIGN_KEY_CHECKS|UNIQUE_CHECKS|SQL_NOTES|NOTE_VERBOSITY|SQL_LOG_BIN|AUTOCOMMIT|SYSTEM_VERSIONING_INSERT_HISTORY';
const SCOPE = '(?:SESSION |LOCAL |@ @ (?:SESSION \\. )?)?';
const SAVES = `@ \\w+ : ?= @ @ \\w+(?: \\. \\w+)?|@ \\w+ = @ @ \\w+(?: \\. \\w+)?`;
const SETS = `${SCOPE}(?:${VARIABLES}) = (?:'|\\w+|@ \\w+)`;

const INSERT = new RegExp(
  `^(?:INSERT(?: LOW_PRIORITY| DELAYED)?(?: IGNORE)?|REPLACE(?: LOW_PRIORITY| DELAYED)?) INTO ${NAME} (?:\\( \\) )?VALUES \\($`,
);

const PLACES = "(?:(?:MASTER|SOURCE)_LOG_FILE = '|(?:MASTER|SOURCE)_LOG_POS = \\d+|MASTER_USE_GTID = \\w+)";

/** All but CREATE and INSERT. */
const STATEMENTS: readonly (readonly [RegExp, Occasion | undefined])[] = (
  [
    [`SET (?:(?:${SAVES}|${SETS})(?: , )?)+`],
    ["SET NAMES (?:\\w+|')"],
    [`DROP (?:TABLE|VIEW|SEQUENCE|PROCEDURE|FUNCTION|PACKAGE|PACKAGE BODY|TRIGGER|EVENT|LIBRARY) IF EXISTS ${NAME}`],
    ['DROP MASKING POLICY IF EXISTS `'],
    [`LOCK TABLES ${NAME} WRITE`],
    ['UNLOCK TABLES'],
    [`ALTER TABLE ${NAME} (?:DISABLE|ENABLE) KEYS`],
    ['COMMIT'],
    [`(?:DO|SELECT) SETVAL \\( \\)`],
    ['ALTER DATABASE ` CHARACTER SET \\w+ COLLATE \\w+'],
    ["SET @ @ GLOBAL \\. GTID_PURGED = (?:' )?'", 'replication'],
    ["SET GLOBAL (?:GTID_SLAVE_POS|WSREP_START_POSITION) = '", 'replication'],
    [`CHANGE (?:MASTER|REPLICATION SOURCE) (?:' )?TO (?:${PLACES}(?: , )?)+`, 'replication'],
    ['FLUSH PRIVILEGES', 'privileges'],
    [`ANALYZE TABLE ${NAME} UPDATE HISTOGRAM ON .* WITH \\d+ BUCKETS`, 'histograms'],
    ['SET GLOBAL (?:INNODB_STATS_AUTO_RECALC|LOG_OUTPUT) = (?:OFF|ON|@ \\w+)', 'system database'],
    ['SET (?:SESSION |LOCAL )?SQL_LOG_OFF = 0 , (?:SESSION |LOCAL )?LOG_SLOW_QUERY = 0', 'system database'],
    ['EXECUTE IMMEDIATE IF \\( \\)', 'system database'],
  ] as [string, Occasion?][]
).map(([pattern, occasion]) => [new RegExp(`^${pattern}$`), occasion]);

const DEFINER = "(?:DEFINER = (?:`|'|[\\w$]+)(?: @ (?:`|'|[\\w$.%]+)| \\( \\))? )?";
const TABLE = new RegExp(`^CREATE (?:OR REPLACE )?TABLE (?:IF NOT EXISTS )?${NAME} \\( \\)(?: (.*))?$`);
const VIEW = new RegExp(
  `^CREATE (?:OR REPLACE )?(?:ALGORITHM = \\w+ )?${DEFINER}(?:SQL SECURITY \\w+ )?(?:JSON RELATIONAL DUALITY )?VIEW ${NAME} (?:\\( \\) )?AS .`,
);
const SEQUENCE = new RegExp(`^CREATE (?:OR REPLACE )?SEQUENCE (?:IF NOT EXISTS )?${NAME} [\\w=' \`-]+$`);
const ROUTINE = new RegExp(
  `^CREATE (?:OR REPLACE )?${DEFINER}(?:AGGREGATE )?(?:TRIGGER|PROCEDURE|FUNCTION|EVENT|PACKAGE BODY|PACKAGE|LIBRARY|MASKING POLICY) (?:IF NOT EXISTS )?${NAME} `,
);

/** A table takes rows from elsewhere, and a view writes files, only where the server's own text of them was tampered with. */
function judgeCreate(shape: string, tokens: readonly ServerToken[], isOracle: boolean): boolean {
  const options = TABLE.exec(shape);
  if (options)
    return (
      !holds(tokens, 'SELECT') &&
      !opensQuery(tokens) &&
      !/\b(?:AS|LIKE|TABLE|VALUES|WITH \w+ AS)\b|;/.test(options[1] ?? '')
    );
  if (VIEW.test(shape)) return !holds(tokens, 'INTO') && !tokens.some(({ text }) => text === ';');
  if (SEQUENCE.test(shape)) return true;
  return ROUTINE.test(shape) && !/ FUNCTION .* SONAME '$/.test(shape) && isOneStatement(tokens, { isOracle });
}

/** `(LIKE …)`, `(TABLE …)` and `(VALUES …)`, in place of columns or behind them. */
function opensQuery(tokens: readonly ServerToken[]): boolean {
  return tokens.some(
    ({ kind, text }, i) =>
      kind === 'word' && tokens[i - 1]?.text === '(' && /^(?:LIKE|TABLE|VALUES|VALUE|WITH)$/i.test(text),
  );
}

/** Names are always in quotes there. */
function holds(tokens: readonly ServerToken[], word: string): boolean {
  return tokens.some(({ kind, text }) => kind === 'word' && text.length === word.length && text.toUpperCase() === word);
}
