import { loadDump } from '../../load/load-dump.ts';
import type { LoadProgress, LoadResult } from '../../load/load-options.ts';
import { connect } from '../../mysql/connect.ts';
import type { FilterOptions } from '../../restore-filter/filter-options.ts';
import { RestoreFilter } from '../../restore-filter/restore-filter.ts';
import type { ZippedDump } from '../../unzip/zipped-dump.ts';
import type { PreparedRestore } from '../plan/prepare.ts';

export interface LoadingOptions {
  readonly prepared: PreparedRestore;
  readonly zip: ZippedDump;
  /** The database that is filled; it is there. */
  readonly into: string;
  readonly jobs: number;
  /** For rows that wait. */
  readonly workFolder: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: LoadProgress) => void;
  /** Leaves events disabled, also where they are wanted: what is swapped in later enables them itself. */
  readonly areEventsDisabled?: boolean;
}

/** Loads the dump of a zip. @throws {LoadError} {ExplainedError} as `loadDump`; the signal's reason when aborted */
export function loadBackup(options: LoadingOptions): Promise<LoadResult> {
  const { prepared, zip, into, jobs, workFolder, signal, onProgress } = options;
  const server = { ...prepared.target.server, database: into };
  return loadDump({
    dump: () => zip.read(),
    open: options => connect(server, options),
    filter: new RestoreFilter(filterOptions(prepared, into, options.areEventsDisabled ?? false)),
    ...{ jobs, signal, workFolder, onProgress, dumpBytes: zip.dumpBytes },
  });
}

/** @returns what the filter does to the statements, for a database on the target */
export function filterOptions(
  {
    backup,
    wish,
    preflight: { facts },
  }: Pick<PreparedRestore, 'backup' | 'wish'> & {
    preflight: { facts: FilterOptions['target'] };
  },
  into: string,
  areEventsDisabled: boolean,
): FilterOptions {
  const { flavour, version, maxPacketBytes } = facts;
  return {
    target: { flavour, version, maxPacketBytes },
    sourceDatabase: backup.manifest?.source.database,
    targetDatabase: into,
    definer: wish.definer,
    collations: wish.collations,
    events: areEventsDisabled || wish.isWithoutEvents ? 'disabled' : 'at the end',
    tables: wish.tables && new Set(wish.tables),
    parts: wish.parts,
    isEncryptionKept: !wish.isWithoutEncryption,
    acrossFlavours: wish.isAcrossFlavours,
  };
}
