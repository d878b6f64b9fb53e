import { Backup } from '../../server/entities/backup.entity.ts';
import { Database } from '../../server/entities/database.entity.ts';
import { insertRows } from '../../server/history/insert-rows.ts';
import type { Orm } from '../../server/history/orm.ts';
import type { Tables } from '../../server/history/tables.ts';

interface Wish extends Partial<Omit<Backup, 'database'>> {
  readonly database: string;
  readonly receivedAt: Date;
}

let count = 0;

/** Adds a backup without a file: complete, and received when it was taken, as wished otherwise. */
export async function addBackup(history: Orm, { database: name, receivedAt, ...wish }: Wish): Promise<number> {
  const em = history.em.fork();
  const { id: database } = await em.upsert(Database, { name });
  const takenAt = wish.takenAt ?? receivedAt;
  return em.insert(Backup, {
    ...{ database, fileName: `watched-${count++}`, takenAt, sortedAt: takenAt, receivedAt },
    ...{ size: 1, sha256: '0'.repeat(64), state: 'complete' },
    ...wish,
  });
}

type Entry = Tables['roster_entries'];

/** Puts databases on the roster of a source, as a report of a run does it. */
export async function addToRoster(
  history: Orm,
  names: readonly string[],
  given: { readonly at: Date } & Partial<Pick<Entry, 'source' | 'every' | 'grace' | 'group_name' | 'gone_at'>>,
): Promise<void> {
  const { at, ...entry } = given;
  const rows = names.map(database_name => ({
    ...{ source: 'db7', shard: '', list: 'x', part: 'x', every: null, grace: null, group_name: null, gone_at: null },
    ...{ database_name, first_seen_at: at, last_seen_at: at },
    ...entry,
  }));
  await insertRows(history.em.fork(), 'roster_entries', rows as never);
}
