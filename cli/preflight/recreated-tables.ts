import type { DatabaseSource } from '../config/databases.ts';
import { connect } from '../mysql/connect.ts';
import { askTableFingerprint, type TableFingerprint } from './source/source-objects.ts';

/**
 * Tells which tables have become others under the same name since it was last asked: by RENAME TABLE (gh-ost,
 * pt-online-schema-change), or DROP and CREATE. InnoDB shows a dump such a table as of the beginning of its transaction,
 * perhaps half filled, and ends it with no error when the table itself is old enough.
 */
export type FindRecreatedTables = (options: { readonly signal: AbortSignal }) => Promise<readonly string[]>;

/** @param marks what those tables that matter were when the source was looked at */
export function watchTables(
  source: DatabaseSource,
  ignoresCase: boolean,
  marks: TableFingerprint,
): FindRecreatedTables {
  let before = marks;
  return async ({ signal }) => {
    using session = await connect(source, { signal });
    const now = await askTableFingerprint(session, { database: source.database, ignoresCase });
    const changed = [...now].filter(([table, mark]) => before.has(table) && before.get(table) !== mark);
    before = new Map([...now].filter(([table]) => marks.has(table)));
    return changed.map(([table]) => table);
  };
}
