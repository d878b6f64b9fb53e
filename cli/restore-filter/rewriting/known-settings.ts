import type { DumpStatement } from '../../dump-statements/dump-statement.ts';
import { RefusedStatement } from './refused-statement.ts';
import type { TargetReading } from './target-reading.ts';

/**
 * Makes sure of a SET statement that the server understands it as this program did: the SQL mode and the character set decide where
 * strings end.
 * @param saved which variable of the server each variable of the dump holds; is kept up to date
 * @throws {RefusedStatement} when it may not
 */
export function checkSettings({ statement, code, tokens }: TargetReading, saved: Map<string, string>): void {
  const [, version] = SETTINGS.exec(code) ?? [];
  if (version === undefined) throw new RefusedStatement(statement, 'it sets something in an unusual way');
  if (tokens.length > 0) checkSaved(statement, code, saved);
  if (!OF_READING.test(code)) return;
  if (Number(version) > LATEST || /sql_mode\s*=\s*[^'@\s]|\bdefault\b/i.test(code))
    throw new RefusedStatement(statement, 'it sets the SQL mode or the character set in an unusual way');
}

/** What one variable held must not come back as another one, such as a number of bytes as the SQL mode. */
function checkSaved(statement: DumpStatement, code: string, saved: Map<string, string>): void {
  for (const [, to, from, variable, name] of code.matchAll(MOVES)) {
    if (to !== undefined) saved.set(to.toLowerCase(), from!.toLowerCase());
    else if (saved.get(name!.toLowerCase()) !== variable!.toLowerCase())
      throw new RefusedStatement(
        statement,
        `it sets ${variable} to something else than the value that was saved of it`,
      );
  }
}

/** `@saved = @@variable`, and `variable = @saved`. */
const MOVES = /@(\w+)\s*:?=\s*@@(?:session\.)?(\w+)|(\w+)\s*=\s*@(\w+)/gi;
const SAVED = String.raw`@\w+\s*:?=\s*@@(?:session\.)?\w+`;
const SET = String.raw`(?:(?:session|local)\s+|@@(?:session\.)?)?\w+\s*=\s*(?:'[\w ,:+\-/.]*'|\w+|@\w+)`;
const SETTINGS = new RegExp(
  String.raw`^(?:/\*M?!(?=\d{5,6}\s))?(\d*)\s*set\s+(?:names\s+(?:'\w+'|\w+)|(?:${SAVED}|${SET})(?:\s*,\s*(?:${SAVED}|${SET}))*)\s*(?:\*/)?\s*$`,
  'i',
);
const OF_READING = /sql_mode|character_set_client|\bnames\b/i;
/** Servers that are older than that, and so skip such a comment, are not loaded any more. */
const LATEST = 50_699;
