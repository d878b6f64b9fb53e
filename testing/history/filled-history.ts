import { Backup } from '../../server/entities/backup.entity.ts';
import { Database } from '../../server/entities/database.entity.ts';
import type { Orm } from '../../server/history/orm.ts';
import { analyze } from './plans.ts';

/** When the first of the backups that `fillHistory` makes was taken; each day there is one more. */
export const FIRST_TAKEN = Date.UTC(2023, 10, 14);
const DAY_MS = 86_400_000;

/** Fills databases `filled_0`, `filled_1`, … with histories of one backup a day, without files. Of ten, one is incomplete, and one has lost something. */
export async function fillHistory(history: Orm, databases: number, backups: number): Promise<void> {
  const em = history.em.fork();
  await em.begin();
  for (let i = 0; i < databases; i++) {
    const { id: database } = await em.upsert(Database, { name: `filled_${i}` });
    const rows = Array.from({ length: backups }, (_, j) => ({
      database,
      fileName: `filled-${i}-${j}`,
      takenAt: new Date(FIRST_TAKEN + j * DAY_MS),
      sortedAt: new Date(FIRST_TAKEN + j * DAY_MS),
      receivedAt: new Date(),
      size: 1 + ((i * 31 + j * 17) % 1000),
      sha256: '0'.repeat(64),
      state: j % 10 === 3 ? ('incomplete' as const) : ('complete' as const),
      shrunkFrom: j % 10 === 9 ? `filled-${i}-${j - 1}` : null,
    }));
    await em.insertMany(Backup, rows);
  }
  await em.commit();
  await analyze(history);
}
