import type { DatabaseSource } from '../../config/databases.ts';
import type { WatchLimits } from '../../throwaway-server/server-watch.ts';

/** A database that a drill has made, and that it drops. Disposing it never throws. */
export interface DrillDatabase extends AsyncDisposable {
  /** How to load into it. */
  readonly loader: DatabaseSource;
  /** Makes an account that owns something in it, where that is possible, such as `app@%`. */
  allowDefiner(definer: string): Promise<void>;
  /** How to read and dump it. */
  reader(): Promise<DatabaseSource>;
}

export interface NewDatabase {
  /** Its name on its source. */
  readonly original: string;
  readonly characterSet: string | undefined;
  readonly collation: string | undefined;
}

export type ServerLimits = Pick<WatchLimits, 'memoryBytes' | 'diskBytes'>;

/** A server while a drill goes on; disposing ends the watch. */
export interface WatchedServer extends AsyncDisposable {
  /** Aborted when the server was ended, with the reason. */
  readonly signal: AbortSignal;
}

/** A server into which drills restore. */
export interface DrillServer {
  readonly kind: 'throwaway' | 'given';
  /** Of a given one: host and port, or the socket. */
  readonly host: string | null;
  readonly flavour: 'mysql' | 'mariadb';
  readonly version: string;
  readonly maxPacketBytes: number;
  readonly ignoresCase: boolean;
  /** Ends a server of ours that takes more than it may, and one that goes on when the signal is aborted. */
  watch(limits: ServerLimits, signal: AbortSignal): WatchedServer;
  /** @throws {ExplainedError} when it can't be made: nothing is left then */
  createDatabase(wanted: NewDatabase, signal: AbortSignal): Promise<DrillDatabase>;
}

/** The server of which a backup was dumped. */
export interface SourceServer {
  readonly flavour: 'mysql' | 'mariadb';
  readonly version: string;
  /** 0 when left out: that was not known, or not noted. */
  readonly lowerCaseTableNames?: number | null;
}

/** Which servers a run can use. */
export interface DrillServers extends AsyncDisposable {
  /**
   * @param source the server of which the backup was dumped
   * @throws {ExplainedError} why no server fits, or it can't be started
   */
  serverFor(source: SourceServer, signal: AbortSignal): Promise<DrillServer>;

  /** Those whose passwords no report may hold: a throwaway server has none that anyone could use. */
  readonly named: readonly DatabaseSource[];

  /** The server may be what failed: the next backup gets a new one, where it is one of ours. */
  renew(): Promise<void>;
}
