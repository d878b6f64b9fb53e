import { databaseNameProblem } from '../../../../protocol/database-name.ts';
import { type ListedAlarm, searchAlarms } from '../../../alarms/search-alarms.ts';
import { noSuchDatabase } from '../../../auth/policy.ts';
import { covers } from '../../../auth/scope.ts';
import { type BackupDetails, detailsById } from '../../../backups/backup-details.ts';
import { type Comparison, compareContents } from '../../../backups/contents/compare-contents.ts';
import { lastCompleteBefore } from '../../../backups/contents/neighbours.ts';
import type { ListedBackup } from '../../../backups/queries/listed-backup.ts';
import { searchSummaries } from '../../../backups/queries/search-backups.ts';
import type { SummarizedBackup } from '../../../backups/queries/summarized-backup.ts';
import { databaseHistory, type HistoryOfDatabase } from '../../../databases/database-history.ts';
import { type FoundDatabase, searchDatabases } from '../../../databases/search-databases.ts';
import type { Pin } from '../../../entities/pin.entity.ts';
import type { WatchedRow } from '../../../freshness/read-facts.ts';
import { watchedByName } from '../../../freshness/search-watched.ts';
import type { Reading } from '../../../history/reading/in-scope.ts';
import { pinsOfBackups } from '../../../pins/pins-of-backups.ts';
import type { Retention } from '../../../retention/retention.ts';
import type { Decision } from '../../../retention/rules/decide.ts';
import type { DatabasePlan } from '../../../retention/rules/plan-retention.ts';
import { type ListedOutcome, outcomesOfDatabase } from '../../../runs/search-outcomes.ts';
import { type ListedEntry, searchRosters } from '../../../runs/search-rosters.ts';
import { type Kept, keptOfDatabases } from '../../../statistics/database-statistics.ts';
import { type MeasuredBackup, secondsByBackup } from './measured-backups.ts';

/** So many backups are on a page of the list, and in the series. */
const PAGE = 30;
const SERIES = 60;

/** So many attempts, alarms and sources are shown; and so many outcomes are read for the durations of the series. */
const [ATTEMPTS, ALARMS, SOURCES, OUTCOMES] = [8, 10, 10, 90];

/** Manifests that are larger together are compared on a page of their own. */
const MOST_COMPARED = 2 * 1024 * 1024;

/** So many names are shown of what was lost or gained. */
const SHOWN_NAMES = 10;

/** All that the page of a database shows. */
export interface DatabaseFacts {
  readonly name: string;
  /** Null in the first minute, before the service has looked at it. */
  readonly watched: WatchedRow | null;
  readonly sources: readonly ListedEntry[];
  /** Newest first. */
  readonly attempts: readonly ListedOutcome[];
  /** Those that are open. */
  readonly alarms: readonly ListedAlarm[];
  /** Undefined for a database that was never backed up. */
  readonly stored: StoredFacts | undefined;
}

/** What is known of a database that has backups. */
export interface StoredFacts {
  readonly history: HistoryOfDatabase;
  readonly latest: ListedBackup;
  readonly latestComplete: ListedBackup | null;
  readonly kept: Kept;
  /** The page of the list. */
  readonly backups: readonly BackupRow[];
  /** The id of the last backup of the page, if there are older ones. */
  readonly next: number | undefined;
  /** Oldest first. */
  readonly series: readonly MeasuredBackup[];
  readonly isRetentionOn: boolean;
  readonly plan: DatabasePlan | undefined;
  /** The newest backup beside the last complete one before it. */
  readonly change: Change | undefined;
}

/** A backup in the list. */
export interface BackupRow {
  readonly backup: SummarizedBackup;
  readonly details: BackupDetails | undefined;
  readonly pins: readonly Pin[];
  readonly decision: Decision | undefined;
}

export interface Change {
  readonly before: ListedBackup;
  readonly after: ListedBackup;
  /** Undefined where the manifests are so large that only the page of the comparison shows it. */
  readonly comparison: Comparison | { readonly unknown: 'before' | 'after' } | undefined;
}

interface Parts extends Reading {
  readonly retention: Retention;
}

/**
 * Reads what the page of a database shows. One that is only on a list of a source, and was never backed up, has a page, too.
 * @param before the id of a backup: the list shows what is older
 * @throws AppError 404 for a database that no one knows, or that is out of scope; 422 when `before` is no backup of it
 */
export async function loadDatabase(
  { em, scope, retention }: Parts,
  name: string,
  before: number | undefined,
): Promise<DatabaseFacts> {
  // MySQL takes a name with a space behind it for the name itself.
  if (!covers(scope, name) || databaseNameProblem(name)) throw noSuchDatabase(name);
  const [found] = await searchDatabases({ em, scope }, { name });
  const [watched = null] = await watchedByName(em, [name]);
  const sources = await searchRosters({ em, scope }, { database: name }, { limit: SOURCES });
  const outcomes = await outcomesOfDatabase({ em, scope }, name, OUTCOMES);
  if (!found && !watched && sources.length === 0 && outcomes.length === 0) throw noSuchDatabase(name);
  const alarms = await searchAlarms({ em, scope }, { isOpen: true, database: name }, { limit: ALARMS });
  const stored = found && (await readStored({ em, scope, retention }, found, { before, outcomes }));
  return { name, watched, sources, attempts: outcomes.slice(0, ATTEMPTS), alarms, stored };
}

interface Asked {
  readonly before: number | undefined;
  readonly outcomes: readonly ListedOutcome[];
}

async function readStored(
  { em, scope, retention }: Parts,
  { id, name, ...found }: FoundDatabase,
  { before, outcomes }: Asked,
): Promise<StoredFacts> {
  const history = await databaseHistory({ em, scope }, name, { limit: PAGE, before });
  const newest = await searchSummaries({ em, scope }, { database: id }, { limit: SERIES });
  const seconds = secondsByBackup(outcomes);
  const [kept] = await keptOfDatabases({ em }, [id]);
  const plan = await retention.planOf(name);
  const last = history.backups.at(-1);
  return {
    history,
    latest: found.latest(),
    latestComplete: found.latestComplete(),
    kept: kept!,
    backups: await rowsOf({ em }, history.backups, plan),
    next: last && (await isMore({ em, scope }, id, last)) ? last.id : undefined,
    series: newest.toReversed().map(backup => ({ backup, seconds: seconds.get(backup.id) })),
    isRetentionOn: retention.isOn,
    plan,
    change: await changeIn({ em }, found.latest()),
  };
}

async function rowsOf(
  { em }: Pick<Reading, 'em'>,
  backups: readonly SummarizedBackup[],
  plan: DatabasePlan | undefined,
): Promise<BackupRow[]> {
  const ids = backups.map(({ id }) => id);
  const details = new Map((await detailsById({ em }, ids)).map(row => [row.id, row]));
  const pins = await pinsOfBackups({ em }, ids);
  const decisions = new Map(plan?.decisions.map(decision => [decision.backup.id, decision]));
  return backups.map((backup, at) => ({
    ...{ backup, details: details.get(backup.id), pins: pins[at]!, decision: decisions.get(backup.id) },
  }));
}

async function isMore({ em, scope }: Reading, database: number, after: SummarizedBackup): Promise<boolean> {
  return (await searchSummaries({ em, scope }, { database }, { after, limit: 1 })).length > 0;
}

async function changeIn({ em }: Pick<Reading, 'em'>, after: ListedBackup): Promise<Change | undefined> {
  const before = await lastCompleteBefore({ em }, after);
  if (!before) return undefined;
  const details = new Map((await detailsById({ em }, [before.id, after.id])).map(row => [row.id, row]));
  const of = (id: number) => ({ id, manifestBytes: details.get(id)?.manifestBytes ?? 0 });
  const compared = { before: of(before.id), after: of(after.id), search: '', limit: SHOWN_NAMES };
  const isLarge = compared.before.manifestBytes + compared.after.manifestBytes > MOST_COMPARED;
  return { before, after, comparison: isLarge ? undefined : await compareContents({ em }, compared) };
}
