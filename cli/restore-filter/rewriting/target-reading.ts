import { codeOf } from '../../dump-parser/dump-session.ts';
import { judge } from '../../dump-parser/known-statements.ts';
import { encodeAs } from '../../dump-parser/lexer/client-character-set.ts';
import type { Flavour } from '../../dump-parser/lexer/delimiter.ts';
import { type ReadingRules, readAsServer, type ServerToken } from '../../dump-parser/server-reading/server-reading.ts';
import type { DumpStatement } from '../../dump-statements/dump-statement.ts';
import { RefusedStatement } from './refused-statement.ts';

/** The server that loads the dump. */
export interface TargetServer {
  readonly flavour: Flavour;
  readonly version: string;
  /** Its max_allowed_packet, in bytes. */
  readonly maxPacketBytes: number;
}

/** A statement as the server will read it that loads it: the dump's own header is not believed. */
export interface TargetReading {
  readonly statement: DumpStatement;
  /** One character for each byte. Of an INSERT only what stands in front of its rows. */
  readonly code: string;
  readonly tokens: readonly ServerToken[];
  readonly decode: (text: string) => string;
  /** Whether it has code in comments that the dumped server reads and the target does not. */
  readonly hasSkippedCode: boolean;
  /** @throws {RefusedStatement} when the statement's character set lacks a letter of it */
  readonly encode: (text: string) => Uint8Array;
}

/**
 * @returns a statement as the target reads it
 * @throws {RefusedStatement} when that is not what mysqldump writes, or can't be known
 */
export function readAsTarget(statement: DumpStatement, target: TargetServer): TargetReading {
  const { reading, bytes, kind, rows } = statement;
  const { rules, decode, characterSet, isOracle } = reading;
  const code = codeOf(kind === 'insert' ? bytes.subarray(0, behindFirstParenthesis(statement)) : bytes);
  checkCharacters(statement);
  const sourceRules = { ...rules, delimiter: NONE, isShallow: false };
  const { tokens, fault, isCut } = readAsServer(code, targetRules(sourceRules, target));
  if (fault !== undefined || isCut)
    throw new RefusedStatement(statement, `it has ${fault ?? 'more words than any definition'}`);
  const encode = (text: string) => {
    const encoded = encodeAs(characterSet, text);
    if (decode(codeOf(encoded)) === text) return encoded;
    throw new RefusedStatement(statement, `it is in the character set ${characterSet}, which can't write ${text}`);
  };
  if (tokens.length > 0 && !judge(tokens, kind === 'insert' ? Math.max(rows, 1) : -1, { isOracle }).isKnown)
    throw new RefusedStatement(statement, 'mysqldump writes no such statement for that server');
  const hasSkippedCode = code.includes('/*') && readAsServer(code, sourceRules).tokens.length > tokens.length;
  return { statement, code, tokens, hasSkippedCode, decode, encode };
}

/** @returns by which rules the target reads a statement of which the dumped server's rules are known */
export function targetRules(
  source: ReadingRules,
  { flavour, version }: Pick<TargetServer, 'flavour' | 'version'>,
): ReadingRules {
  const quotesInDollars = flavour === 'mysql' && Number.parseInt(version, 10) >= 9;
  return { ...source, delimiter: NONE, flavour, version: versionNumber(version), quotesInDollars };
}

/** @returns 101114 for 10.11.14-MariaDB, as in the comments that are code */
export function versionNumber(version: string): number {
  const [, major, minor, patch] = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  return Number(major ?? 99) * 10_000 + Number(minor ?? 0) * 100 + Number(patch ?? 0);
}

/** Where the rows of an INSERT begin, and one byte more. */
export function behindFirstParenthesis({ reading }: DumpStatement): number {
  return reading.tokens.at(-1)!.end;
}

/** The server never sees a delimiter. */
const NONE = '\u0100';

/** In which a letter may end with the byte of a backslash or a backtick. */
const WITH_ODD_LETTERS = new Set(['sjis', 'cp932', 'big5', 'gbk', 'gb18030']);

/**
 * What is a string to the server there is not to us.
 * @throws {RefusedStatement} when that may be so
 */
export function checkCharacters(statement: DumpStatement): void {
  const { bytes, reading } = statement;
  if (!WITH_ODD_LETTERS.has(reading.characterSet)) return;
  const isDoubtful = bytes.some((byte, i) => (byte === 0x5c || byte === 0x60) && bytes[i - 1]! >= 0x80);
  if (isDoubtful)
    throw new RefusedStatement(
      statement,
      `it is in the character set ${reading.characterSet} and has letters that end like a backslash, which mysql clients misread, too`,
    );
}
