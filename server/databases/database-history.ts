import type { FindingList } from '../../protocol/finding.ts';
import { noSuchDatabase } from '../auth/policy.ts';
import { covers, EVERYTHING, type Scope } from '../auth/scope.ts';
import { incompleteLosses } from '../backups/losses/incomplete-losses.ts';
import type { Place } from '../backups/losses/loss.ts';
import {
  hasUnacceptedLoss,
  type LocatedLoss,
  locatedLosses,
  newestClean,
} from '../backups/losses/unaccepted-losses.ts';
import { type BackupPlace, searchSummaries } from '../backups/queries/search-backups.ts';
import type { SummarizedBackup } from '../backups/queries/summarized-backup.ts';
import { drillIds, drillsOfBackups, type LastDrills, lastDrills } from '../drills/last-drills.ts';
import { validationError } from '../errors/errors.ts';
import { columns } from '../history/columns.ts';
import { type Condition, isText } from '../history/conditions.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { allBackups, expressions, query } from '../history/tables.ts';
import type { NamedDatabase } from './search-databases.ts';

export interface HistoryPage {
  /** How many at most; undefined means all. */
  readonly limit?: number | undefined;
  /** The id of a backup of this database: what is older than it. */
  readonly before?: number | undefined;
}

/** A page of the history of one database, and what it has lost. */
export interface HistoryOfDatabase {
  readonly backups: readonly SummarizedBackup[];
  /** Of all pages. */
  readonly backupCount: number;
  /** The newest complete backup without an unaccepted loss: looked up only where the page shows one with a loss. */
  readonly clean: Place | undefined;
  readonly unacceptedLoss: LocatedLoss | undefined;
  /** What the latest backup lacks, if it is incomplete, an older one has it, and the page begins with it. */
  readonly lossFindings: FindingList;
  /** Undefined when none of its backups had a drill. */
  readonly drills: LastDrills | undefined;
  /** The same of each backup of the page that had one. */
  readonly drillsOf: ReadonlyMap<number, LastDrills>;
}

/**
 * Lists the backups of a database, newest first.
 * @throws AppError 404 when there is no such database, 422 when `before` is no backup of it
 */
export async function databaseHistory(
  { em, scope }: Reading,
  name: string,
  { limit, before }: HistoryPage = {},
): Promise<HistoryOfDatabase> {
  if (!covers(scope, name)) throw noSuchDatabase(name);
  const after =
    before === undefined ? undefined : await findCursor(em, await findDatabase({ em, scope }, name), before);
  const backups = await searchSummaries({ em, scope: EVERYTHING }, { databaseName: name }, { after, limit });
  const { id, count, hasLoss, lastDrillId } = await factsOf(em, name);
  const [unacceptedLoss] = hasLoss ? await locatedLosses({ em, scope }, { database: name }) : [];
  const showsLoss = backups.some(({ shrunkFrom, acceptedAt }) => shrunkFrom && !acceptedAt);
  const [clean] = showsLoss ? await newestClean({ em }, [id]) : [];
  const latest = before === undefined ? backups.slice(0, 1) : [];
  const lossFindings = (await incompleteLosses({ em }, latest)).get(latest[0]?.id ?? 0);
  const isAll = before === undefined && (limit === undefined || backups.length < limit);
  const backupCount = isAll ? backups.length : count;
  const drills = lastDrillId === null ? undefined : (await lastDrills({ em, scope }, [name])).get(name);
  const drillsOf = drills
    ? await drillsOfBackups(
        { em },
        backups.map(({ id }) => id),
      )
    : new Map<number, LastDrills>();
  return { backups, backupCount, clean, unacceptedLoss, lossFindings, drills, drillsOf };
}

/**
 * In one statement, since most databases have no loss and no drill: what there is, is looked up then.
 * @param name that is in scope
 * @throws AppError 404
 */
async function factsOf(em: EntityManager, name: string) {
  const [found] = await readRows(em, facts.where(isNamed(name, EVERYTHING)));
  if (!found) throw noSuchDatabase(name);
  return found;
}

/** @throws AppError 404 */
export async function findDatabase({ em, scope }: Reading, name: string): Promise<NamedDatabase> {
  const [database] = await readRows(em, databases.where(isNamed(name, scope)));
  if (!database) throw noSuchDatabase(name);
  return database;
}

function isNamed(name: string, scope: Scope): Condition {
  return eb.and([isText(eb.ref('d.name'), name), ...isInScope(eb.ref('d.name'), scope)]);
}

const eb = expressions();
const databases = query.selectFrom('databases as d').select(['d.id', 'd.name']);
const counted = expressions<'counted'>();
const countOfBackups = query
  .selectFrom('backups as counted')
  .select(counted.fn.countAll<number>().as('backups'))
  .where(counted('counted.database_id', '=', counted.ref('d.id')));
const facts = query
  .selectFrom('databases as d')
  .select([
    'd.id',
    countOfBackups.$asScalar().$notNull().as('count'),
    hasUnacceptedLoss.as('hasLoss'),
    drillIds.as('lastDrillId'),
  ]);

/** @returns the place of a backup in the history of its database @throws AppError 422 when it is no backup of that */
export async function findCursor(em: EntityManager, database: NamedDatabase, id: number): Promise<BackupPlace> {
  const [place] = await readRows(
    em,
    allBackups
      .select(columns('b', ['id', 'sorted_at', 'size']))
      .where('b.id', '=', id)
      .where('b.database_id', '=', database.id),
  );
  if (!place)
    throw validationError([
      { field: 'before', message: `must be the id of a backup of ${database.name}, and ${id} is not` },
    ]);
  return place;
}
