import type { ServerToken } from '../../dump-parser/server-reading/server-reading.ts';
import type { DumpStatement } from '../../dump-statements/dump-statement.ts';
import { quoted } from './definers.ts';
import type { Edit } from './edits.ts';
import type { TargetReading } from './target-reading.ts';

/** @returns how an event is created disabled; undefined when it is disabled already */
export function disablingEdit({ tokens }: TargetReading): Edit | undefined {
  const event = tokens.findIndex(token => isWord(token, 'EVENT'));
  const body = tokens.findIndex((token, i) => i > event && isWord(token, 'DO'));
  if (event === -1 || body === -1) return undefined;
  const head = tokens.slice(event, body);
  // Behind it may stand ON SLAVE or ON REPLICA.
  if (head.some(token => isWord(token, 'DISABLE'))) return undefined;
  const enable = head.findLast(token => isWord(token, 'ENABLE'));
  if (enable !== undefined) return { at: enable.at, end: enable.end, bytes: Buffer.from('DISABLE') };
  const hasComment = isWord(tokens[body - 2], 'COMMENT') && tokens[body - 1]?.kind === 'string';
  const { at } = tokens[hasComment ? body - 2 : body]!;
  return { at, end: at, bytes: Buffer.from('DISABLE ') };
}

/**
 * @param account its owner as it is created; without one, ALTER EVENT would make the restoring user the owner of a kept one
 * @param session what was set when it was created
 * @returns the statements that enable it
 */
export function enablingStatements(
  { statement, encode }: TargetReading,
  account: string | undefined,
  session: string,
): DumpStatement[] {
  const definer = account === undefined ? '' : `DEFINER=${account} `;
  const text = `ALTER ${definer}EVENT ${quoted(statement.object!.name)} ENABLE`;
  const enable = { ...statement, kind: 'other', bytes: encode(text) } as const;
  return session === '' ? [enable] : [setting(statement, session), enable];
}

/** @returns a statement that belongs to no object */
export function setting(statement: DumpStatement, text: string): DumpStatement {
  return { ...statement, kind: 'set', object: undefined, bytes: Buffer.from(text) };
}

function isWord(token: ServerToken | undefined, word: string): boolean {
  return token?.kind === 'word' && token.depth === 0 && token.text.toUpperCase() === word;
}
