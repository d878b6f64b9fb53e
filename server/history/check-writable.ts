import { IsolationLevel } from '@mikro-orm/core';
import { answersInTime } from './check-reachable.ts';
import { isSqlite } from './dialect.ts';
import type { EntityManager } from './orm.ts';

/** By connection: those who ask at the same time share one attempt, which takes the turn of an upload. */
const attempts = new WeakMap<object, Promise<void>>();

/** @throws AppError 503 when a backup could not be recorded now, within `silentMs` milliseconds; 507 when the disk is full */
export async function checkWritable(em: EntityManager, silentMs?: number): Promise<void> {
  const connection = em.getConnection();
  const attempt =
    attempts.get(connection) ??
    (isSqlite(em) ? writeHeader(em) : insertNothing(em)).finally(() => attempts.delete(connection));
  attempts.set(connection, attempt);
  await answersInTime(attempt, silentMs);
}

/** Commits a write of the file's first page: only that shows that the file and its disk take one. Nothing reads the number. */
async function writeHeader(em: EntityManager): Promise<void> {
  await em.transactional(em => em.execute('pragma user_version = 1'));
}

/** A server refuses an INSERT before it looks for rows: because of rights, `read_only`, a lock, a state of the cluster. */
async function insertNothing(em: EntityManager): Promise<void> {
  const sql = 'insert into `databases` (name) select name from `databases` where id = 0';
  await em.transactional(em => em.execute(sql), { isolationLevel: IsolationLevel.READ_COMMITTED });
}
