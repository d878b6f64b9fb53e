import type { DumpStatement } from '../dump-statements/dump-statement.ts';
import type { FilterChange, FilterOptions } from './filter-options.ts';

/** Decides for each statement of a dump, in their order, what the server gets. */
export interface StatementFilter {
  /** Session settings for each connection that loads, in front of the dump's own. */
  readonly settings: readonly string[];
  /** @returns what is sent instead; the bytes are valid as long as those of the statement @throws {RefusedStatement} */
  apply(statement: DumpStatement): readonly DumpStatement[];
  /** The dump has ended. @returns what is sent at the very end, in this order */
  end(): readonly DumpStatement[];
  /** What was done so far. */
  readonly changes: readonly FilterChange[];
}

export type MakeFilter = (options: FilterOptions) => StatementFilter;
