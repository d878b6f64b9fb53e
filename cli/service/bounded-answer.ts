import { ExplainedError } from '../errors.ts';
import { formatBytes, formatCount } from '../terminal/format.ts';

/** The largest answer that the service gives is the report of a backup: its manifest of at most 8 MiB, and the findings again. */
const ANSWER_LIMIT_BYTES = 16 << 20;

/** A list of so many backups would be one of 270 years; to look at each element of a longer one takes minutes. */
const LONGEST_LIST = 200_000;

/** The service's own go a dozen deep. */
const DEEPEST = 64;

/**
 * Reads the body of an answer, and no more of it than an answer of the service can have: of one that is compressed, what it
 * unpacks to counts.
 * @param where the service's origin, for the message
 * @throws {ExplainedError} when it is longer; the stream's error when it breaks off
 */
export async function readBounded(
  body: AsyncIterable<Uint8Array> | null,
  where: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop ends the stream, and with it the connection.
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > ANSWER_LIMIT_BYTES) throw tooLarge(where);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * @param longest elements that a list may have
 * @returns why JSON of such a shape is no answer of the service; undefined when it may be one
 */
export function oddShapeOf(value: unknown, longest = LONGEST_LIST): string | undefined {
  let level = [value];
  let depth = 0;
  while (level.length > 0) {
    if (++depth > DEEPEST) return `it is nested more than ${DEEPEST} levels deep`;
    const lists = level.filter(Array.isArray);
    if (lists.some(({ length }) => length > longest)) return `it has a list of more than ${formatCount(longest)}`;
    level = level.flatMap(part => (typeof part === 'object' && part !== null ? Object.values(part) : []));
  }
  return undefined;
}

function tooLarge(where: string): ExplainedError {
  return new ExplainedError(
    `the service at ${where} answers with more than ${formatBytes(ANSWER_LIMIT_BYTES)}, which is not an answer of Lumbung`,
    { advice: 'Check --server: something else seems to answer there.' },
  );
}
