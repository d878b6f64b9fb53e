import DataLoader from 'dataloader';
import { type BackupDetails, detailsById } from '../../backups/backup-details.ts';
import type { Place } from '../../backups/losses/loss.ts';
import { newestClean, unacceptedLosses } from '../../backups/losses/unaccepted-losses.ts';
import { backupsById, backupsByName, type ListedBackup, manifestsById } from '../../backups/queries/listed-backup.ts';
import type { BackupOrder, BackupPlace } from '../../backups/queries/search-backups.ts';
import { searchHistories } from '../../backups/queries/search-histories.ts';
import {
  databasesById,
  databasesByName,
  type FoundDatabase,
  type NamedDatabase,
  searchDatabases,
} from '../../databases/search-databases.ts';
import { drillsOfBackups, type LastDrills, lastDrills } from '../../drills/last-drills.ts';
import { reportsOfBackups, reportsOfDatabases, type WantedReports } from '../../drills/reports-of.ts';
import type { Pin } from '../../entities/pin.entity.ts';
import type { WatchedRow } from '../../freshness/read-facts.ts';
import { watchedByName } from '../../freshness/search-watched.ts';
import type { EntityManager } from '../../history/orm.ts';
import type { Reading } from '../../history/reading/in-scope.ts';
import { pinsOfBackups } from '../../pins/pins-of-backups.ts';
import { documentBytesById, documentsById } from '../../reports/report-details.ts';
import type { ListedReport } from '../../reports/search-reports.ts';
import { countsOfRuns, type ListedOutcome, lastAttempts, type StateCounts } from '../../runs/search-outcomes.ts';
import { type ListedRun, runsById } from '../../runs/search-runs.ts';
import { daysOfDatabases, type Kept, keptOfDatabases } from '../../statistics/database-statistics.ts';
import type { Day } from '../../statistics/statistics.ts';

/** A page of the history of each of some databases. */
export interface HistoriesPage {
  readonly order: BackupOrder;
  readonly after: BackupPlace | undefined;
  readonly limit: number;
}

/**
 * What one request looks up by id. All that is requested at the same time is looked up together, and nothing twice.
 */
export class Loaders {
  readonly #em: EntityManager;
  readonly backup: DataLoader<number, ListedBackup | null>;
  readonly details: DataLoader<number, BackupDetails>;
  /** By the name of the zip. */
  readonly named: DataLoader<string, ListedBackup | null>;
  readonly manifest: DataLoader<number, string | null>;
  /** Of a database: its newest complete backup without an unaccepted loss. */
  readonly clean: DataLoader<number, Place | undefined>;
  /** Of a database: the id of its newest complete backup, if that has an unaccepted loss. */
  readonly loss: DataLoader<number, number | null>;
  readonly database: DataLoader<number, NamedDatabase>;
  /** With its latest backups. */
  readonly found: DataLoader<number, FoundDatabase>;
  readonly kept: DataLoader<number, Kept>;
  /** All that a backup ever had. */
  readonly pins: DataLoader<number, Pin[]>;
  /** The newest drills of a database, by its name. */
  readonly drills: DataLoader<string, LastDrills | null>;
  readonly drillsOfBackup: DataLoader<number, LastDrills | null>;
  /** What the client sent, by the id of the report. */
  readonly reportDocument: DataLoader<number, string | null>;
  readonly reportBytes: DataLoader<number, number>;
  /** The newest attempt to back up a database, by its name. */
  readonly attempt: DataLoader<string, ListedOutcome | null>;
  readonly run: DataLoader<number, ListedRun | null>;
  readonly runCounts: DataLoader<ListedRun, StateCounts>;
  /** Whether a database keeps its contract, by its name. */
  readonly watched: DataLoader<string, WatchedRow | null>;
  readonly databaseNamed: DataLoader<string, NamedDatabase | null>;
  readonly #days = new Map<number, DataLoader<number, Day[]>>();
  readonly #histories = new Map<string, DataLoader<number, ListedBackup[]>>();
  readonly #ofBackups = new Map<string, DataLoader<number, ListedReport[]>>();
  readonly #ofDatabases = new Map<string, DataLoader<string, ListedReport[]>>();

  constructor({ em, scope }: Reading) {
    this.#em = em;
    this.backup = new DataLoader(ids => backupsById({ em, scope }, ids));
    this.details = new DataLoader(async ids => inOrder(ids, await detailsById({ em }, ids), ({ id }) => id));
    this.named = new DataLoader(names => backupsByName({ em, scope }, names));
    this.clean = new DataLoader(ids => newestClean({ em }, ids));
    this.loss = new DataLoader(async ids => {
      const losses = new Map(
        (await unacceptedLosses({ em, scope }, { ids })).map(({ databaseId, id }) => [databaseId, id]),
      );
      return ids.map(id => losses.get(id) ?? null);
    });
    this.manifest = new DataLoader(ids => manifestsById({ em }, ids));
    this.database = new DataLoader(async ids => inOrder(ids, await databasesById({ em }, ids), ({ id }) => id));
    this.found = new DataLoader(async ids =>
      inOrder(ids, await searchDatabases({ em, scope }, { ids }), ({ id }) => id),
    );
    this.kept = new DataLoader(ids => keptOfDatabases({ em }, ids));
    this.pins = new DataLoader(ids => pinsOfBackups({ em }, ids));
    this.drills = new DataLoader(async names => {
      const found = await lastDrills({ em, scope }, names);
      return names.map(name => found.get(name) ?? null);
    });
    this.drillsOfBackup = new DataLoader(async ids => {
      const found = await drillsOfBackups({ em }, ids);
      return ids.map(id => found.get(id) ?? null);
    });
    this.reportDocument = new DataLoader(ids => documentsById({ em }, ids));
    this.reportBytes = new DataLoader(ids => documentBytesById({ em }, ids));
    this.attempt = new DataLoader(names => lastAttempts({ em }, names));
    this.run = new DataLoader(async ids => {
      const found = await runsById({ em, scope }, ids);
      return ids.map(id => found.get(id) ?? null);
    });
    this.runCounts = new DataLoader(runs => countsOfRuns({ em, scope }, runs));
    this.watched = new DataLoader(names => watchedByName(em, names));
    this.databaseNamed = new DataLoader(names => databasesByName({ em, scope }, names));
  }

  /** The last days of a database. */
  days(last: number): DataLoader<number, Day[]> {
    return entryOf(this.#days, last, () => new DataLoader(ids => daysOfDatabases({ em: this.#em }, ids, last)));
  }

  /** A page of the history of a database. */
  histories(page: HistoriesPage): DataLoader<number, ListedBackup[]> {
    const key = JSON.stringify(page);
    return entryOf(this.#histories, key, () => new DataLoader(ids => searchHistories({ em: this.#em }, ids, page)));
  }

  /** Some reports of a backup, newest first. */
  reportsOfBackup(wanted: WantedReports): DataLoader<number, ListedReport[]> {
    const load = (ids: readonly number[]) => reportsOfBackups({ em: this.#em }, ids, wanted);
    return entryOf(this.#ofBackups, JSON.stringify(wanted), () => new DataLoader(load));
  }

  /** The same of a database, by its name. */
  reportsOfDatabase(wanted: WantedReports): DataLoader<string, ListedReport[]> {
    const load = (names: readonly string[]) => reportsOfDatabases({ em: this.#em }, names, wanted);
    return entryOf(this.#ofDatabases, JSON.stringify(wanted), () => new DataLoader(load));
  }

  /** Forgets what has been looked up: it may have changed since. */
  clear(): void {
    this.#em.clear();
    const { backup, named, details, manifest, database, found, kept, clean, loss } = this;
    for (const loader of [backup, named, details, manifest, database, found, kept, clean, loss]) loader.clearAll();
    for (const loader of [this.pins, this.drills, this.drillsOfBackup, this.reportDocument, this.reportBytes])
      loader.clearAll();
    for (const loader of [this.attempt, this.run, this.runCounts]) loader.clearAll();
    for (const loader of [this.watched, this.databaseNamed]) loader.clearAll();
    for (const lists of [this.#days, this.#histories, this.#ofBackups, this.#ofDatabases]) lists.clear();
  }
}

function inOrder<T>(ids: readonly number[], found: readonly T[], idOf: (item: T) => number): Array<T | Error> {
  const byId = new Map(found.map(item => [idOf(item), item]));
  return ids.map(id => byId.get(id) ?? new Error(`the row ${id} is missing in the history`));
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
