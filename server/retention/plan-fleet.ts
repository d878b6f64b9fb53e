import type { Logger } from 'pino';
import type { Scope } from '../auth/scope.ts';
import { isOneOf } from '../history/conditions.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope } from '../history/reading/in-scope.ts';
import { expressions, query } from '../history/tables.ts';
import { type Storage, StorageAway } from '../storage/storage.ts';
import { planWithFiles } from './check-files.ts';
import { type DatabaseRow, MOST_BACKUPS, readRetained } from './read-retained.ts';
import type { Brake } from './rules/brakes.ts';
import type { DatabasePlan } from './rules/plan-retention.ts';
import { type RetentionConfiguration, type Terms, termsOf } from './terms-of.ts';

/** What plans are made with. */
export interface Retaining {
  readonly em: EntityManager;
  readonly storage: Pick<Storage, 'open' | 'checkUsable'>;
  readonly configuration: RetentionConfiguration;
  readonly now: Date;
  readonly log: Pick<Logger, 'error'>;
}

/** Which databases. */
export interface Chosen {
  readonly scope: Scope;
  /** The whole names; all when left out. At most some hundreds. */
  readonly names?: readonly string[];
}

/** So many databases are looked up together; their backups are read one database after the other. */
const PAGE = 200;

/**
 * Makes the plan of each database, by their names.
 * @throws StorageAway, and what the history throws; what goes wrong with one database alone holds that one, and is logged
 */
export async function* planFleet(
  parts: Retaining,
  { scope, names }: Chosen,
  signal?: AbortSignal,
): AsyncGenerator<DatabasePlan> {
  for (let after = ''; ; ) {
    const chosen = databases
      .where(eb.and([...isInScope(eb.ref('d.name'), scope), ...(names ? [isOneOf(eb.ref('d.name'), names)] : [])]))
      .where('d.name', '>', after);
    const page = await readRows(parts.em, chosen);
    const terms = await termsOf(
      parts,
      page.map(({ name }) => name),
    );
    for (const database of page) {
      signal?.throwIfAborted();
      yield await planDatabase(parts, database, terms(database.name));
    }
    if (page.length < PAGE) return;
    after = page.at(-1)!.name;
  }
}

const eb = expressions<never>();

const databases = query.selectFrom('databases as d').select(['d.id', 'd.name']).orderBy('d.name').limit(PAGE);

/** @throws StorageAway, and what the history throws */
async function planDatabase(parts: Retaining, database: DatabaseRow, terms: Terms): Promise<DatabasePlan> {
  const { policy, isPolicyNew } = terms;
  const nothing = (hold: Brake): DatabasePlan => ({
    ...{
      database: database.name,
      policy,
      isPolicyNew,
      decisions: [],
      goes: [],
      usual: 0,
      stayAgain: [],
      holds: [hold],
      waits: [],
    },
  });
  const backups = await readRetained(parts, database);
  if (!backups) {
    const words = `it has more than ${MOST_BACKUPS.toLocaleString('en')} backups, too many for a plan`;
    return nothing({ kind: 'too_many_backups', words });
  }
  try {
    return await planWithFiles(parts.storage, { database: database.name, backups, now: parts.now, ...terms });
  } catch (err) {
    if (err instanceof StorageAway) throw err;
    parts.log.error({ err, database: database.name }, `The retention plan of ${database.name} could not be made`);
    return nothing({ kind: 'failed', words: 'its plan could not be made: the log of the service shows why' });
  }
}
