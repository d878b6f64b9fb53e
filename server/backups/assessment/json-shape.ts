import { nextTurn } from '../../process/turns.ts';

/** A manifest has 5 levels, and some dozen keys in an object; 8 MiB hold 200,000 tables at most. */
const [MAX_DEPTH, MAX_KEYS, MAX_CONTAINERS] = [32, 1000, 200_000];

/** So many characters take a millisecond. */
const SLICE = 256 * 1024;

const [QUOTE, BACKSLASH, COLON, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = Buffer.from('"\\:[]{}');

/**
 * Tells, without parsing it, whether JSON of some megabytes is of a shape that is parsed quickly. Deep, wide or many-membered
 * documents of 8 MiB hold the event loop up for two thirds of a second, and become 200 MiB of objects. What is no JSON at all
 * may pass.
 * @returns what is wrong with it
 */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one pass over megabytes, in which each character counts
export async function shapeProblem(json: string): Promise<string | undefined> {
  const keys = new Uint32Array(MAX_DEPTH + 1);
  let [depth, containers, isInString] = [0, 0, false];
  for (let at = 0; at < json.length; at++) {
    if (at % SLICE === 0 && at > 0) await nextTurn();
    const character = json.charCodeAt(at);
    if (isInString) {
      if (character === BACKSLASH) at += 1;
      else if (character === QUOTE) isInString = false;
    } else if (character === QUOTE) isInString = true;
    else if (character === COLON) {
      if (++keys[depth]! > MAX_KEYS) return `has an object with more than ${MAX_KEYS} keys`;
    } else if (character === OPEN_OBJECT || character === OPEN_LIST) {
      if (++depth > MAX_DEPTH) return `is nested more than ${MAX_DEPTH} levels deep`;
      if (++containers > MAX_CONTAINERS) return `holds more than ${MAX_CONTAINERS} lists and objects`;
      keys[depth] = 0;
    } else if (character === CLOSE_OBJECT || character === CLOSE_LIST) depth = Math.max(0, depth - 1);
  }
  return undefined;
}
