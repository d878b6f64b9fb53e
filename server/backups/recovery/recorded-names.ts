import { isText } from '../../history/conditions.ts';
import type { EntityManager } from '../../history/orm.ts';
import { countRows, readRows } from '../../history/read-rows.ts';
import { allBackups, expressions } from '../../history/tables.ts';

/** The names of the zips of a database. */
export interface RecordedNames {
  /** That the history knows. */
  readonly all: Set<string>;
  /** Those of them that were not removed. */
  readonly present: Set<string>;
}

/** @returns the names of all zips of a database that the history knows */
export async function recordedNames(em: EntityManager, database: string): Promise<RecordedNames> {
  const backups = await readRows(
    em,
    ofDatabase(database).select(['b.file_name as fileName', 'b.removed_at as removedAt']),
  );
  const names = (some: typeof backups) => new Set(some.map(({ fileName }) => fileName));
  return { all: names(backups), present: names(backups.filter(({ removedAt }) => removedAt === null)) };
}

/** @returns how many zips of a database were not removed, and the name of one of them; null without */
export async function presentNames(
  em: EntityManager,
  database: string,
): Promise<{ readonly count: number; readonly newest: string | null }> {
  const present = ofDatabase(database).where('b.removed_at', 'is', null);
  const [newest] = await readRows(
    em,
    present.select('b.file_name as fileName').orderBy('b.sorted_at', 'desc').limit(1),
  );
  return { count: await countRows(em, present), newest: newest?.fileName ?? null };
}

function ofDatabase(name: string) {
  return allBackups.innerJoin('databases as d', 'd.id', 'b.database_id').where(isText(eb.ref('d.name'), name));
}

const eb = expressions<'b'>();
