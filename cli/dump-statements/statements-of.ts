import type { DumpStatement } from './dump-statement.ts';
import { type SplitOptions, StatementSplitter } from './statement-splitter.ts';

/**
 * Takes a dump apart into the statements that a server gets. It holds one statement at a time.
 * @param dump in chunks, cut anywhere
 * @throws {ExplainedError} behind the statements in front of it: when one is too long, when the dump ends in the middle of one, or
 * without its end marker
 */
export async function* statementsOf(
  dump: AsyncIterable<Uint8Array>,
  options: Partial<SplitOptions> = {},
): AsyncGenerator<DumpStatement, void> {
  for await (const batch of statementBatchesOf(dump, options)) for (const statement of batch) yield statement;
}

/**
 * Does the same with less waiting, for dumps with one INSERT a row.
 * @returns for each chunk the statements that end in it; each batch must be read to its end before the next one is asked for
 */
export async function* statementBatchesOf(
  dump: AsyncIterable<Uint8Array>,
  options: Partial<SplitOptions> = {},
): AsyncGenerator<Iterable<DumpStatement>, void> {
  const splitter = new StatementSplitter({ ...DEFAULTS, ...options });
  for await (const chunk of dump) yield splitter.take(chunk);
  yield splitter.end();
}

/** No server accepts a longer statement than the first; the second is what is held of an INSERT. */
const DEFAULTS: SplitOptions = { maxStatementBytes: 2 ** 30, partBytes: 32 * 1024 * 1024, programs: 'as the client' };
