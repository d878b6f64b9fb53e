import { styleText } from 'node:util';

/** How much a word worries: `bad` is red, `doubtful` yellow, `good` green. */
export type Worry = 'bad' | 'doubtful' | 'good';

/**
 * Colours a word that says how something is, such as `ok`, `INCOMPLETE` or `complete, SHRUNK`: by the worst word in it.
 * @param word cleaned by `printable` where a server has sent it: the colour comes last, so that no escape of others gets through;
 *   blanks around it stay
 * @param stream on which it will be written: no colour but on a terminal, none under `NO_COLOR` or `TERM=dumb`; `FORCE_COLOR` is heard
 * @returns the word, as it is when it has no colour
 */
export function paintState(word: string, stream: NodeJS.WritableStream): string {
  const worry = worryOf(word);
  return worry ? paint(word, worry, stream) : word;
}

/** Colours a text, with the same rules. */
export function paint(text: string, worry: Worry, stream: NodeJS.WritableStream): string {
  return styleText(COLOURS[worry], text, { stream });
}

const COLOURS = { bad: 'red', doubtful: 'yellow', good: 'green' } as const;

const WORDS: Readonly<Record<Worry, readonly string[]>> = {
  bad: ['FAILED', 'FAIL', 'NEVER', 'CRITICAL', 'DROPPED', 'DAMAGED', 'REMOVED', 'SHRUNK', 'LOSS'],
  doubtful: ['LATE', 'INCOMPLETE', 'UNVERIFIED', 'WAITS', 'stale', 'warn', 'warning'],
  good: ['ok', 'complete'],
};

function worryOf(text: string): Worry | undefined {
  const words = text.split(/[\s,:]+/);
  return (['bad', 'doubtful', 'good'] as const).find(worry => words.some(word => WORDS[worry].includes(word)));
}
