import type { Inventory } from '../../protocol/manifest.ts';
import { EVERYTHING } from '../auth/scope.ts';
import { inventoryOf } from '../backups/losses/inventory.ts';
import { manifestsById } from '../backups/queries/listed-backup.ts';
import { searchSummaries } from '../backups/queries/search-backups.ts';
import type { SummarizedBackup } from '../backups/queries/summarized-backup.ts';
import { findCursor, findDatabase } from '../databases/database-history.ts';
import type { Reading } from '../history/reading/in-scope.ts';

export interface TableQuery {
  readonly database: string;
  readonly table: string;
  /** No dump that began later is looked at. */
  readonly until?: Date | undefined;
  /** The id of a backup of this database: what is older than it. */
  readonly before?: number | undefined;
  /** How many at most. */
  readonly limit: number;
}

export interface FoundTables {
  readonly backups: ReadonlyArray<{ readonly backup: SummarizedBackup; readonly table: InventoryTable }>;
  readonly lookedAt: number;
  /** Those of which it is not known. */
  readonly unknown: number;
  /** The last one that was looked at, if there are more. */
  readonly next: number | null;
}

type InventoryTable = Inventory['tables'][number];

/** So many manifests, or so many characters of them, are read for one answer: more takes seconds. */
const [MAX_LOOKED_AT, MAX_CHARACTERS] = [500, 32 * 1024 * 1024];

/** So many are listed at a time. */
const WINDOW = 100;

/**
 * Finds the backups of a database that hold a table and can still be restored, newest first, by their manifests. These are read one at a time, and others
 * have their turn in between. An answer looks at a bounded number of them: `next` tells where to go on.
 * @throws AppError 404 when there is no such database, 422 when `before` is no backup of it
 */
export async function findTable({ em, scope }: Reading, query: TableQuery): Promise<FoundTables> {
  const backups: Array<{ backup: SummarizedBackup; table: InventoryTable }> = [];
  let [lookedAt, unknown, characters] = [0, 0, 0];
  let last: number | null = null;
  for await (const backup of backupsOf({ em, scope }, query)) {
    const isFull = backups.length === query.limit || lookedAt === MAX_LOOKED_AT || characters > MAX_CHARACTERS;
    if (isFull) return { backups, lookedAt, unknown, next: last };
    const [manifest = null] = await manifestsById({ em }, [backup.id]);
    const inventory = await inventoryOf(manifest);
    const table = inventory && tableIn(inventory, query.table);
    if (table) backups.push({ backup, table });
    if (!inventory) unknown += 1;
    lookedAt += 1;
    characters += manifest?.length ?? 0;
    last = backup.id;
  }
  return { backups, lookedAt, unknown, next: null };
}

/** Newest first. */
async function* backupsOf(
  { em, scope }: Reading,
  { database: name, until, before }: TableQuery,
): AsyncGenerator<SummarizedBackup> {
  const database = await findDatabase({ em, scope }, name);
  const search = { database: database.id, takenBefore: until && new Date(until.getTime() + 1), isPresent: true };
  let after = before === undefined ? undefined : await findCursor(em, database, before);
  for (;;) {
    const window = await searchSummaries({ em, scope: EVERYTHING }, search, { after, limit: WINDOW });
    yield* window;
    if (window.length < WINDOW) return;
    after = window.at(-1);
  }
}

/** @returns the table of exactly that name, or else one whose name differs in upper and lower case only */
function tableIn({ tables }: Inventory, name: string): InventoryTable | undefined {
  const folded = name.toLowerCase();
  return tables.find(table => table.name === name) ?? tables.find(table => table.name.toLowerCase() === folded);
}
