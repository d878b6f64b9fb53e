import { RefusedStatement } from './refused-statement.ts';
import type { TargetReading } from './target-reading.ts';

/**
 * Makes sure of a SET statement that the server understands it as this program did: the SQL mode and the character set decide where
 * strings end.
 * @throws {RefusedStatement} when it may not
 */
export function checkSettings({ statement, code }: TargetReading): void {
  const [, version] = SETTINGS.exec(code) ?? [];
  if (version === undefined) throw new RefusedStatement(statement, 'it sets something in an unusual way');
  if (!OF_READING.test(code)) return;
  if (Number(version) > LATEST || /sql_mode\s*=\s*[^'@\s]|\bdefault\b/i.test(code))
    throw new RefusedStatement(statement, 'it sets the SQL mode or the character set in an unusual way');
}

const SAVED = String.raw`@\w+\s*:?=\s*@@(?:session\.)?\w+`;
const SET = String.raw`(?:(?:session|local)\s+|@@(?:session\.)?)?\w+\s*=\s*(?:'[\w ,:+\-/.]*'|\w+|@\w+)`;
const SETTINGS = new RegExp(
  String.raw`^(?:/\*M?!(?=\d{5,6}\s))?(\d*)\s*set\s+(?:names\s+(?:'\w+'|\w+)|(?:${SAVED}|${SET})(?:\s*,\s*(?:${SAVED}|${SET}))*)\s*(?:\*/)?\s*$`,
  'i',
);
const OF_READING = /sql_mode|character_set_client|\bnames\b/i;
/** Servers that are older than that, and so skip such a comment, are not loaded any more. */
const LATEST = 50_699;
