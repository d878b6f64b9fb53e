import type { DatabaseSource } from '../config/databases.ts';
import { connect } from '../mysql/connect.ts';
import { askTableFingerprint, type TableFingerprint } from './source/source-tables.ts';

/** The tables of a database at one moment, to be compared with a later one. */
export interface TablesSeen {
  readonly fingerprint: TableFingerprint;
  readonly ignoresCase: boolean;
}

export interface RecreatedTables {
  readonly names: readonly string[];
  /** The same tables as they are now. */
  readonly now: TablesSeen;
}

/**
 * Finds the tables that have become others under the same name: by RENAME TABLE (gh-ost, pt-online-schema-change), or DROP and
 * CREATE. InnoDB shows a dump such a table as of the beginning of its transaction, maybe half filled, and ends it with no
 * error when the table itself is old enough.
 * @throws {ExplainedError} when the server can't be reached; the server's error; the signal's reason when aborted
 */
export async function findRecreatedTables(
  source: DatabaseSource,
  { fingerprint: before, ignoresCase }: TablesSeen,
  { signal }: { readonly signal: AbortSignal },
): Promise<RecreatedTables> {
  using session = await connect(source, { signal });
  const now = await askTableFingerprint(session, { database: source.database, ignoresCase });
  const known = [...now].filter(([table]) => before.has(table));
  const names = known.filter(([table, print]) => before.get(table) !== print).map(([table]) => table);
  return { names, now: { fingerprint: new Map(known), ignoresCase } };
}
