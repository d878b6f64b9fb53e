import type { ServerToken } from '../../dump-parser/server-reading/server-reading.ts';
import type { Edit } from './edits.ts';
import type { TargetReading } from './target-reading.ts';

/** @returns how an event that is enabled is created disabled; undefined when it is disabled already */
export function disablingEdit({ tokens }: TargetReading): Edit | undefined {
  const event = tokens.findIndex(token => isWord(token, 'EVENT'));
  const body = tokens.findIndex((token, i) => i > event && isWord(token, 'DO'));
  if (event === -1 || body === -1) return undefined;
  // In front of them anything may be called so, the event too.
  const hasComment = isWord(tokens[body - 2], 'COMMENT') && tokens[body - 1]?.kind === 'string';
  const end = hasComment ? body - 2 : body;
  const last = tokens[end - 1];
  const isOnReplica = /^(?:SLAVE|REPLICA)$/i.test(last?.text ?? '') && isWord(tokens[end - 2], 'ON');
  if (isWord(isOnReplica ? tokens[end - 3] : last, 'DISABLE') && end - event > 3) return undefined;
  if (last !== undefined && isWord(last, 'ENABLE') && end - event > 3)
    return { at: last.at, end: last.end, bytes: Buffer.from('DISABLE') };
  const { at } = tokens[end]!;
  return { at, end: at, bytes: Buffer.from('DISABLE ') };
}

function isWord(token: ServerToken | undefined, word: string): boolean {
  return token?.kind === 'word' && token.depth === 0 && token.text.toUpperCase() === word;
}
