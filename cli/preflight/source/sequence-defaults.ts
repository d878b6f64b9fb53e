import { type Finding, finding } from '../../../protocol/finding.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import type { LeftOut } from '../../config/partial-dumps.ts';
import { type ReadingRules, readAsServer, type ServerToken } from '../../dump-parser/server-reading/server-reading.ts';

/** A table with a default that takes a value from a sequence. MariaDB writes it with the database of the sequence. */
export interface SequenceDefault {
  readonly table: string;
  readonly database: string;
  readonly sequence: string;
}

/** Of a default, for the server: those that are worth a look by sequencesIn. */
export const MAY_USE_SEQUENCE = `column_default regexp '(nextval|lastval|setval) *[(]'`;

/** @returns what a table with such a default (of MariaDB's information_schema) draws from */
export function sequencesIn(table: string, expression: string): SequenceDefault[] {
  const { tokens } = readAsServer(Buffer.from(expression).toString('latin1'), RULES);
  return tokens.flatMap(({ kind, text }, i) => {
    const [open, database, dot, sequence] = tokens.slice(i + 1, i + 5);
    const isCall = kind === 'word' && /^(?:nextval|lastval|setval)$/i.test(text) && open?.text === '(';
    if (!isCall || dot?.text !== '.' || !database || !sequence) return [];
    return [{ table, database: nameOf(database), sequence: nameOf(sequence) }];
  });
}

const RULES: ReadingRules = {
  ...{ delimiter: '\u0100', escapes: true, ansiQuotes: false, quotesInDollars: false },
  flavour: 'mariadb',
};

function nameOf({ text }: ServerToken): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

/** @param ignoresCase whether the server does so with names of databases */
export function sequenceDefaultFindings(
  drawing: readonly SequenceDefault[],
  { database, ignoresCase }: { database: string; ignoresCase: boolean },
  asWanted: LeftOut,
): Finding[] {
  const folded = (name: string) => (ignoresCase ? name.toLowerCase() : name);
  const [own, others] = [true, false].map(isOwn =>
    dumpedOf(drawing, asWanted).filter(it => (folded(it.database) === folded(database)) === isOwn),
  ) as [SequenceDefault[], SequenceDefault[]];
  return [
    ...(own.length === 0
      ? []
      : [
          finding(
            'DATABASE_NAME_HARDCODED',
            `these tables load only where a database is called ${database}, and draw from the sequences there: ${firstNames([...new Set(own.map(({ table }) => table))])}`,
            'MariaDB writes nextval(), lastval() and setval() of a default with the name of the database. Restore under the same name, on another server.',
          ),
        ]),
    ...(others.length === 0
      ? []
      : [
          finding(
            'RESTORE_PREREQUISITE',
            `these tables load only where the sequences of other databases are that their defaults use, and the copy draws from the same: ${firstNames(others.map(it => `${it.table} (${it.database}.${it.sequence})`))}`,
            'Restore where these sequences are, with a user that may use them: GRANT SELECT, INSERT on each.',
          ),
        ]),
  ];
}

/** @returns options with which such tables load: while one is locked, the sequence that it draws from can't be used */
export function sequenceDefaultFallbacks(drawing: readonly SequenceDefault[], asWanted: LeftOut): string[] {
  return dumpedOf(drawing, asWanted).length > 0 ? ['--skip-add-locks'] : [];
}

function dumpedOf(drawing: readonly SequenceDefault[], asWanted: LeftOut): SequenceDefault[] {
  return asWanted.kinds.has('tables') ? [] : drawing.filter(({ table }) => !asWanted.leavesOut(table));
}
