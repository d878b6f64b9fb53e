import type { DatabaseSource } from '../../config/databases.ts';

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

/** A server into which drills restore. */
export interface DrillServer {
  readonly kind: 'throwaway' | 'given';
  /** Of a given one: host and port, or the socket. */
  readonly host: string | null;
  readonly flavour: 'mysql' | 'mariadb';
  readonly version: string;
  readonly maxPacketBytes: number;
  readonly ignoresCase: boolean;
  /** @throws {ExplainedError} when it can't be made: nothing is left then */
  createDatabase(wanted: NewDatabase, signal: AbortSignal): Promise<DrillDatabase>;
}

/** Which servers a run can use. */
export interface DrillServers extends AsyncDisposable {
  /**
   * @param source the server of which the backup was dumped
   * @throws {ExplainedError} why no server fits, or it can't be started
   */
  serverFor(source: { flavour: 'mysql' | 'mariadb'; version: string }, signal: AbortSignal): Promise<DrillServer>;

  /** Those whose passwords no report may hold: a throwaway server has none that anyone could use. */
  readonly named: readonly DatabaseSource[];

  /** The server may be what failed: the next backup gets a new one, where it is one of ours. */
  renew(): Promise<void>;
}
