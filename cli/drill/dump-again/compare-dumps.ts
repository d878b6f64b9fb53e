import { DumpCursor } from './dump-cursor.ts';
import { whereIs } from './whereabouts.ts';

/** Where two dumps part: what is compared ends there. */
export interface DumpDifference {
  /** Of the first dump, in bytes, where the line begins that differs, or the part of a long one. */
  readonly at: number;
  /** What stands there, such as `table faktur` or `routines`; undefined in a dump without comments. */
  readonly object: string | undefined;
  /** The line of each dump, shortened; undefined where it is one of rows, which are shown to no one, or the dump has ended. */
  readonly expected: string | undefined;
  readonly found: string | undefined;
}

export interface Comparing {
  /** @returns what a line says, without what may differ. It gets lines of up to 1 MiB, a character a byte, and their places */
  readonly meaning: (line: string, at: number) => string;
  readonly signal: AbortSignal;
}

/** A line that is longer is compared byte by byte. */
const LONGEST_LINE = 1 << 20;

const NEWLINE = 0x0a;

/**
 * Compares two dumps as bytes, and holds no more of them than a line. Lines that differ are compared once more by what they mean.
 * @returns where they part; undefined when they are the same
 * @throws what reading throws; the signal's reason when aborted
 */
export async function compareDumps(
  first: AsyncIterable<Uint8Array>,
  second: AsyncIterable<Uint8Array>,
  comparing: Comparing,
): Promise<DumpDifference | undefined> {
  await using expected = new DumpCursor(first);
  await using found = new DumpCursor(second);
  const two: Both = { expected, found, object: undefined, isInLongLine: false };
  for (;;) {
    comparing.signal.throwIfAborted();
    const rest = passSame(two);
    const [here, there] = [await beyond(expected, rest), await beyond(found, rest)];
    if (here === 'read' || there === 'read') continue;
    if (here === 'ended' && there === 'ended') return undefined;
    const difference = two.isInLongLine ? notShown(expected) : await compareLines(expected, found, comparing);
    if (difference) return { ...difference, object: two.object };
  }
}

interface Both {
  readonly expected: DumpCursor;
  readonly found: DumpCursor;
  /** What the last comment has named. */
  object: string | undefined;
  /** Whether the beginning of the line was passed, because it is long. */
  isInLongLine: boolean;
}

/** Passes what is the same. @returns how many bytes are the same of a line that is held, since it may be compared by its meaning */
function passSame(two: Both): number {
  const { expected, found } = two;
  const same = sameBytes(expected.held, found.held);
  const lines = same === 0 ? 0 : expected.held.lastIndexOf(NEWLINE, same - 1) + 1;
  if (lines > 0) {
    two.object = whereIs(expected.held.subarray(0, lines)) ?? two.object;
    two.isInLongLine = false;
  }
  const isLong = same - lines > LONGEST_LINE;
  two.isInLongLine ||= isLong;
  const passed = isLong ? same : lines;
  expected.pass(passed);
  found.pass(passed);
  return same - passed;
}

/** @returns whether a dump has more than those bytes, of which some were read just now, or ends there */
async function beyond(cursor: DumpCursor, bytes: number): Promise<'more' | 'read' | 'ended'> {
  if (cursor.held.length > bytes) return 'more';
  return (await cursor.more()) ? 'read' : 'ended';
}

type LineDifference = Omit<DumpDifference, 'object'>;

/** Passes a line of each where they mean the same. */
async function compareLines(
  expected: DumpCursor,
  found: DumpCursor,
  { meaning }: Comparing,
): Promise<LineDifference | undefined> {
  const [wanted, got] = [await expected.line(LONGEST_LINE), await found.line(LONGEST_LINE)];
  const { at } = expected;
  if (!wanted?.length || !got?.length) return { at, expected: shown(wanted), found: shown(got) };
  if (meaning(wanted.toString('latin1'), at) !== meaning(got.toString('latin1'), at))
    return { at, expected: shown(wanted), found: shown(got) };
  expected.pass(wanted.length);
  found.pass(got.length);
  return undefined;
}

function notShown({ at }: DumpCursor): LineDifference {
  return { at, expected: undefined, found: undefined };
}

/** @returns how many bytes are the same at the beginning */
function sameBytes(a: Buffer, b: Buffer): number {
  const length = Math.min(a.length, b.length);
  if (a.compare(b, 0, length, 0, length) === 0) return length;
  let [same, different] = [0, length];
  while (different - same > 1) {
    const middle = (same + different) >> 1;
    if (a.compare(b, same, middle, same, middle) === 0) same = middle;
    else different = middle;
  }
  return same;
}

/** Rows are what a client's customers have entered. */
const OF_ROWS = /^(?:INSERT|REPLACE|\()/;
const LONGEST_SHOWN = 200;

function shown(line: Buffer | undefined): string | undefined {
  if (line === undefined || line.length === 0) return undefined;
  const text = line.toString('utf8', 0, 4 * LONGEST_SHOWN).trimEnd();
  if (OF_ROWS.test(text)) return undefined;
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
