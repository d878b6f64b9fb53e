import * as is from '../../dump-parser/lexer/bytes.ts';
import { closingQuote } from '../../dump-parser/lexer/quote.ts';
import type { DumpStatement } from '../../dump-statements/dump-statement.ts';
import { behindFirstParenthesis } from './target-reading.ts';

/** Some rows of an INSERT that follow each other, without the comma in front and behind. */
export interface RowPart {
  readonly at: number;
  readonly end: number;
  readonly rows: number;
}

/**
 * Cuts the rows of an INSERT into parts, between rows only.
 * @param maxBytes of the rows of a part; a part of one row may have more
 */
export function rowParts(statement: DumpStatement, maxBytes: number): RowPart[] {
  const parts: RowPart[] = [];
  let part: RowPart | undefined;
  for (const { at, end } of rowsOf(statement)) {
    if (part !== undefined && end - part.at <= maxBytes) part = { at: part.at, end, rows: part.rows + 1 };
    else {
      if (part !== undefined) parts.push(part);
      part = { at, end, rows: 1 };
    }
  }
  return part === undefined ? parts : [...parts, part];
}

/** Each from its parenthesis to its parenthesis. */
function* rowsOf(statement: DumpStatement): Generator<{ at: number; end: number }> {
  const { bytes } = statement;
  let at = behindFirstParenthesis(statement) - 1;
  while (at !== -1) {
    const end = endOfRow(statement, at + 1);
    yield { at, end };
    at = bytes.indexOf(is.OPEN, end);
  }
}

/** @returns the places of one value of each row of an INSERT @param column counted from 0 */
export function* valuesIn(statement: DumpStatement, column: number): Generator<{ at: number; end: number }> {
  for (const row of rowsOf(statement)) {
    let at = row.at + 1;
    for (let passed = 0; passed < column; passed++) at = endOf(statement, at, is.COMMA) + 1;
    yield { at, end: endOf(statement, at, is.COMMA) };
  }
}

function endOfRow(statement: DumpStatement, from: number): number {
  return endOf(statement, from, is.CLOSE) + 1;
}

/** @returns where a value ends, or the last value of its row */
function endOf({ bytes, reading }: DumpStatement, from: number, sign: number): number {
  const { escapes, ansiQuotes } = reading.rules;
  let i = from;
  while (i < bytes.length && bytes[i] !== sign && bytes[i] !== is.CLOSE) {
    const byte = bytes[i]!;
    if (byte !== is.SINGLE_QUOTE && byte !== is.DOUBLE_QUOTE && byte !== is.BACKTICK) i++;
    else {
      const isEscaping = escapes && (byte === is.SINGLE_QUOTE || (byte === is.DOUBLE_QUOTE && !ansiQuotes));
      const close = closingQuote(bytes, i + 1, byte, isEscaping);
      i = close < 0 ? bytes.length : close + 1;
    }
  }
  return i;
}
