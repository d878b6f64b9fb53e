import type { DumpSession } from '../dump-parser/dump-session.ts';
import { codeOf } from '../dump-parser/dump-session.ts';
import { beginningOf, databasesIn, judge, type Occasion } from '../dump-parser/known-statements.ts';
import type { Statement } from '../dump-parser/lexer/lexer-events.ts';
import { type ReadingRules, readAsServer, type ServerToken } from '../dump-parser/server-reading/server-reading.ts';
import { creationOf, type DumpedObject, tableFilledBy } from '../dump-parser/statement.ts';
import { kindOf, type StatementKind } from './statement-kind.ts';

/** What a statement says, as the server reads it; of an INSERT only what stands in front of its rows. */
export interface StatementReading {
  readonly kind: StatementKind;
  readonly object: DumpedObject | undefined;
  /** Their places are bytes of the statement. Of a table's columns there is little: `isShallow` of the rules. */
  readonly tokens: readonly ServerToken[];
  /** The rules that the tokens were read by. */
  readonly rules: ReadingRules;
  /** Whether the SQL mode is one of ORACLE's. */
  readonly isOracle: boolean;
  /** In which the server reads it, in small letters. */
  readonly characterSet: string;
  /** Makes text of a token's, in that character set. */
  readonly decode: (text: string) => string;
  /** The database that was dumped, as the header tells. */
  readonly database: string | undefined;
  /** How it begins, shortened, without the contents of its strings: fit to be shown. */
  readonly beginning: string;
  /** The databases that it names in front of what it creates, fills, drops or alters. */
  readonly databases: readonly string[];
  /** Whether it creates a stand-in for a view, which is replaced later. */
  readonly isStandIn: boolean;
  /** On which occasion only mysqldump writes such a statement. */
  readonly occasion: Occasion | undefined;
  /** Why mysqldump did not write it; undefined when all is well. */
  readonly doubt: string | undefined;
}

/** Of a statement that creates something, what names it stands within. */
const HEAD = 4096;

/** What the lexer knows of a statement, as far as it matters here. */
type Seen = Pick<
  Statement,
  'head' | 'text' | 'rows' | 'commentEnds' | 'delimiter' | 'isCut' | 'hasClientCommand' | 'hasMoreThanRows'
>;

/** @returns what a statement says; it keeps none of its bytes */
export function readStatement(statement: Seen, session: DumpSession): StatementReading {
  const { text, rows } = statement;
  const code = codeOf(text);
  const rules = session.rulesFor(statement, code);
  const { tokens, fault, isCut } = readAsServer(code, rules);
  const { isOracle } = session.sqlMode;
  const { characterSet } = session;
  const decode = session.decoder();
  const judgement = judge(tokens, rows, { isOracle });
  const { kind, object, isStandIn = false } = about(statement, tokens, session);
  return {
    ...{ kind, object, isStandIn, tokens, rules, isOracle, characterSet, decode },
    database: session.header.database ?? undefined,
    beginning: beginningOf(tokens),
    databases: databasesIn(tokens, decode),
    occasion: judgement.isKnown ? judgement.occasion : undefined,
    doubt: doubtOf(statement, { isCut, fault, isKnown: judgement.isKnown }),
  };
}

function about(
  { head, rows }: Seen,
  tokens: readonly ServerToken[],
  session: DumpSession,
): { kind: StatementKind; object: DumpedObject | undefined; isStandIn?: boolean } {
  const start = session.decode(head.subarray(0, HEAD));
  const { kind, object } = kindOf(tokens, session.decoder());
  if (kind === 'create') return { kind, object: undefined, ...creationOf(start) };
  if (kind !== 'insert') return { kind, object };
  const table = tableFilledBy(start);
  return rows < 0 || table === undefined
    ? { kind: 'other', object: undefined }
    : { kind, object: { kind: 'tables', name: table } };
}

function doubtOf(
  { hasClientCommand, hasMoreThanRows, rows, isCut: isTooLong }: Seen,
  { isCut, fault, isKnown }: { isCut: boolean; fault: string | undefined; isKnown: boolean },
): string | undefined {
  if (hasClientCommand) return 'it has a backslash outside of strings, as a command of the mysql client';
  if (isTooLong || isCut) return 'it is longer than any definition';
  if (fault !== undefined) return `it has ${fault}`;
  if (!isKnown) return 'mysqldump writes no such statement';
  return hasMoreThanRows && rows >= 0 ? MORE_THAN_ROWS : undefined;
}

export const MORE_THAN_ROWS = 'it has more than values in its rows, or something behind them';
