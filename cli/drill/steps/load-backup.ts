import { availableParallelism } from 'node:os';
import { ExplainedError } from '../../errors.ts';
import { loadDump } from '../../load/load-dump.ts';
import { LoadError } from '../../load/load-error.ts';
import type { LoadResult } from '../../load/load-options.ts';
import { connect } from '../../mysql/connect.ts';
import { RestoreFilter } from '../../restore-filter/restore-filter.ts';
import { isSameSeries } from '../../throwaway-server/server-programs.ts';
import type { ZippedDump } from '../../unzip/zipped-dump.ts';
import type { DrillDatabase, DrillServer } from '../server/drill-server.ts';
import { withDefiners } from './definers.ts';
import { CouldNotTest, NotRestorable } from './outcome-errors.ts';

export interface Loading {
  readonly zip: ZippedDump;
  /** The name of the database on its source, and the version of its server. */
  readonly original: string;
  readonly sourceVersion: string;
  readonly server: DrillServer;
  readonly database: DrillDatabase;
  /** Holds rows that wait. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/**
 * Loads the dump of a zip into the database of a drill, as `sade restore` does.
 * @throws {NotRestorable} when the zip or the dump is the reason that it does not load; {CouldNotTest} when something else is
 */
export async function loadBackup(loading: Loading): Promise<LoadResult> {
  const { zip, original, server, database, folder, signal } = loading;
  const { flavour, version, maxPacketBytes, kind } = server;
  const filter = new RestoreFilter({
    target: { flavour, version, maxPacketBytes },
    ...{ sourceDatabase: original, targetDatabase: database.loader.database },
    ...{ definer: 'keep', collations: new Map(), parts: 'all' },
    // It has no keyring. On a server of others that is for its administrator to see.
    isEncryptionKept: kind !== 'throwaway',
    // On a throwaway server no event runs; on another one they must not.
    events: kind === 'throwaway' ? 'at the end' : 'disabled',
  });
  let isConnecting = false;
  try {
    return await loadDump({
      ...{
        dump: () => withDefiners(zip.read(), definer => database.allowDefiner(definer)),
        filter,
        jobs: availableParallelism(),
        signal,
        workFolder: folder,
      },
      dumpBytes: zip.dumpBytes,
      open: async options => {
        isConnecting = true;
        const session = await connect(database.loader, options);
        isConnecting = false;
        return session;
      },
    });
  } catch (error) {
    signal.throwIfAborted();
    throw explained(error, { ...loading, isConnecting });
  }
}

function explained(error: unknown, { isConnecting, server, sourceVersion, zip }: Loading & { isConnecting: boolean }) {
  if (!(error instanceof ExplainedError) || isConnecting) return error;
  const about = { cause: error, advice: error.advice };
  if (error instanceof LoadError && isFaultOfTarget(error, server)) return new CouldNotTest(error.message, about);
  if (error instanceof LoadError && !isSameSeries(server.version, sourceVersion))
    return new CouldNotTest(
      `it does not load into ${server.version}, and its source has ${sourceVersion}: ${error.message}`,
      about,
    );
  if (error instanceof LoadError) return new NotRestorable(error.message, about);
  return new NotRestorable(error.message.replaceAll(zip.path, 'the zip'), about);
}

/** A server without room, and one where the user may not do all that a dump needs. */
const NO_ROOM = new Set([3, 28, 1021, 1026, 1030, 1114]);
const SAYS_NO_ROOM = /\berrno: (?:28|122)\b|No space left on device|Disk quota exceeded/;
const NO_RIGHT = new Set([1044, 1045, 1142, 1143, 1227, 1370, 1419]);

/** On a server of others the definers may be missing. */
const NO_DEFINER = 1449;

function isFaultOfTarget({ isConnectionLost, errno, message }: LoadError, { kind }: DrillServer): boolean {
  if (errno === undefined || isConnectionLost) return isConnectionLost;
  return (
    NO_ROOM.has(errno) ||
    SAYS_NO_ROOM.test(message) ||
    NO_RIGHT.has(errno) ||
    (kind === 'given' && errno === NO_DEFINER)
  );
}
