import { createHash } from 'node:crypto';
import { ExplainedError } from '../../errors.ts';
import type { Session } from '../../mysql/connect.ts';
import type { ReplaceOrder } from './replace-order.ts';

type Lockable = Pick<ReplaceOrder, 'database' | 'again'>;

/** The longest that a server takes, in seconds: loading may take a day, in which this connection says nothing. */
const IDLE_SECONDS = 2_000_000;

/** A server needs a moment to see that the connection of the last restore was closed. */
const WAIT_SECONDS = 1;

/**
 * Takes the server's lock on the replacing of a database, as long as the session lives.
 * @throws {ExplainedError} where another restore has it
 */
export async function takeReplaceLock(session: Session, { database, again }: Lockable): Promise<void> {
  await session.ask(`set session wait_timeout = ${IDLE_SECONDS}`);
  const [row] = await session.ask(
    `select get_lock('${lockName(database)}', ${WAIT_SECONDS}), is_used_lock('${lockName(database)}')`,
  );
  if (Number(row?.[0]) === 1) return;
  throw new ExplainedError(
    `another restore is replacing the database ${database} (connection ${row?.[1]} of its server)`,
    {
      advice: `Wait until it has ended. If it was killed, the server ends its connection soon. Then: ${again()}`,
    },
  );
}

/** @throws {ExplainedError} where the lock was lost, since the connection that had it was closed */
export async function checkReplaceLock(session: Session, { database, again }: Lockable): Promise<void> {
  const [row] = await session.ask(`select is_used_lock('${lockName(database)}') = connection_id()`);
  if (Number(row?.[0]) === 1) return;
  throw new ExplainedError(`the lock on the replacing of ${database} was lost, and nothing was replaced`, {
    advice: `Begin again: ${again()}`,
  });
}

/** A lock's name has 64 characters at most. */
function lockName(database: string): string {
  return `lumbung ${createHash('sha256').update(database).digest('hex').slice(0, 40)}`;
}
