import { messageOf } from './problems.ts';

/**
 * Finds where a text stops being JSON. The parser's own message would quote what stands there, maybe a password, and
 * mostly tells no position.
 * @param text that JSON.parse refuses
 * @returns line and column, from 1
 */
export function placeOfJsonMistake(text: string): { line: number; column: number } {
  const told = /at position (\d+)/.exec(complaintOf(text) ?? '')?.[1];
  const offset = told === undefined ? offsetOfBadToken(text) : Number(told);
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** The shortest beginning of the text that holds the bad token; every longer one does, so it can be searched for by halves. */
function offsetOfBadToken(text: string): number {
  let [fine, bad] = [0, text.length + 1];
  while (bad - fine > 1) {
    const middle = (fine + bad) >> 1;
    if (complaintOf(text.slice(0, middle))?.startsWith('Unexpected token')) bad = middle;
    else fine = middle;
  }
  return Math.min(fine, text.length);
}

function complaintOf(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
