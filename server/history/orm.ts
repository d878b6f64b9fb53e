import { readdir } from 'node:fs/promises';
import { MikroORM } from '@mikro-orm/core';
import type { AbstractSqlDriver, SqlEntityManager } from '@mikro-orm/sql';
import { createConfig } from '../../mikro-orm.config.ts';
import { explainOpening } from './explain-opening.ts';
import { tagFailures } from './tag-failures.ts';

/** The ORM over the history store; `em.fork()` it for each piece of work. */
export type Orm = MikroORM<AbstractSqlDriver, SqlEntityManager>;
export type EntityManager = SqlEntityManager;

/**
 * Opens the history store and brings its tables up to date.
 * @param url `sqlite:PATH` or `mysql://user:password@host:port/name`
 * @param isBeside whether a service may be running on it, perhaps one of an older version: then tables that are there are not changed
 * @throws Error of one line that says what to do, never with the password; also when a newer version has changed the tables, which
 *   are left as they are
 */
export async function openHistory(url: string, { isBeside = false } = {}): Promise<Orm> {
  let orm: Orm | undefined;
  try {
    orm = (await MikroORM.init(await createConfig(url))) as Orm;
    await orm.connect();
    if (!url.startsWith('sqlite:')) await refuseBareBackslashes(orm);
    await refuseNewer(orm);
    if (isBeside) await refuseOlder(orm);
    await orm.migrator.up();
    tagFailures(orm);
    return orm;
  } catch (error) {
    await orm?.close(true);
    throw explainOpening(url, error);
  }
}

/** The driver writes values into statements with backslashes before quotes. Where a backslash is an ordinary character, a value could become SQL. */
async function refuseBareBackslashes(orm: Orm): Promise<void> {
  const [row] = await orm.em.execute<Array<{ mode: string }>>('select @@session.sql_mode as mode');
  if (row!.mode.includes('NO_BACKSLASH_ESCAPES'))
    throw new Error(
      'its sql_mode has NO_BACKSLASH_ESCAPES, which makes values in statements unsafe: remove that mode from the configuration of the server',
    );
}

/** The migrator passes over what it does not know. But this version could write rows that the newer one misreads, or fail later. */
async function refuseNewer(orm: Orm): Promise<void> {
  const known = new Set((await readdir(orm.config.get('migrations').path!)).map(file => file.replace(/\.ts$/, '')));
  const unknown = (await orm.migrator.getExecuted()).map(({ name }) => name).filter(name => !known.has(name));
  if (unknown.length > 0)
    throw Object.assign(
      new Error(
        `a newer version of Lumbung has changed its tables (${unknown.join(', ')}), and this one does not know how to use them`,
      ),
      { code: 'NEWER_HISTORY' },
    );
}

/** The service that runs is perhaps of the older version: its tables would change under it. A history that has just been made is no older one. */
async function refuseOlder(orm: Orm): Promise<void> {
  const pending = await orm.migrator.getPending();
  if (pending.length > 0 && (await orm.migrator.getExecuted()).length > 0)
    throw Object.assign(
      new Error(
        `its tables are those of an older version, and the service of this version has not been started yet, which changes them (${pending.map(({ name }) => name).join(', ')})`,
      ),
      { code: 'OLDER_HISTORY' },
    );
}
