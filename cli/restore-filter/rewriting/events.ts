import type { ServerToken } from '../../dump-parser/server-reading/server-reading.ts';
import type { Edit } from './edits.ts';
import type { TargetReading } from './target-reading.ts';

/** @returns how an event that is enabled is created disabled; undefined when it is disabled already */
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

function isWord(token: ServerToken | undefined, word: string): boolean {
  return token?.kind === 'word' && token.depth === 0 && token.text.toUpperCase() === word;
}
