import type { ConnectOptions, Session } from '../mysql/connect.ts';
import type { FilterChange } from '../restore-filter/filter-options.ts';
import type { StatementFilter } from '../restore-filter/restore-filter.ts';

/** What a load needs. */
export interface LoadOptions {
  /** The plain dump from its beginning, in chunks; called once. */
  readonly dump: () => AsyncIterable<Uint8Array>;
  /** Opens a connection that uses the database to be filled. Each has a signal of its own, which this loader gives. */
  readonly open: (options: ConnectOptions) => Promise<Session>;
  /** Decides what the server gets; used for this load only. */
  readonly filter: StatementFilter;
  /** How many connections load rows and make keys; 1: one statement after another, in the order of the dump. */
  readonly jobs: number;
  readonly signal: AbortSignal;
  /** Bytes of the plain dump, where they are known: for the time that is left, and for the choice of the way. */
  readonly dumpBytes?: number | undefined;
  /** Holds rows that wait for a connection, as plain SQL; undefined: the load keeps to one connection. */
  readonly workFolder?: string | undefined;
  /** For tests and measurements. */
  readonly limits?: Partial<LoadLimits>;
  /** Is called often: at each statement that has been loaded. The object is a new one each time. */
  readonly onProgress?: (progress: LoadProgress) => void;
}

/** Sizes that decide how a dump is loaded side by side, in bytes. */
export interface LoadLimits {
  /** A dump below that is loaded in order. */
  readonly smallDump: number;
  /** A table with fewer rows gets its keys at once. Its rows wait in memory; those of others in files. */
  readonly smallTable: number;
  /** Rows that may wait in memory, of all tables together. */
  readonly memory: number;
  /** Rows of one table that go over one connection in one go: neighbours in its tree, few of which meet those of another piece. */
  readonly piece: number;
  /** Rows that may wait; with more than that the dump is read no faster. */
  readonly waiting: number;
  /** With less room for rows that wait, a dump is loaded in order. */
  readonly leastWaiting: number;
}

export const LIMITS: LoadLimits = {
  smallDump: 16 << 20,
  smallTable: 2 << 20,
  memory: 24 << 20,
  piece: 48 << 20,
  waiting: 1 << 30,
  leastWaiting: 256 << 20,
};

/** What has been loaded so far. */
export interface LoadedSoFar {
  /** Of the dump's statements, in bytes. */
  readonly bytes: number;
  /** That the server has carried out. */
  readonly statements: number;
  readonly rows: number;
}

/** How far a load is. */
export interface LoadProgress extends LoadedSoFar {
  /** `dumpBytes`. */
  readonly totalBytes: number | undefined;
  /** What was loaded last, or is being made, such as `table t` or `the keys of table t`. */
  readonly what: string;
  /** Estimate; undefined as long as it is not known. */
  readonly secondsLeft: number | undefined;
}

/** Side by side: over several connections, with keys made after the rows; or in the order of the dump. */
export type LoadWay = 'side by side' | 'in order';

/** A load that has come to its end. */
export interface LoadResult extends LoadedSoFar {
  readonly seconds: number;
  /** Of them: while at least one connection made keys of large tables; undefined where keys came with their tables. */
  readonly keysSeconds: number | undefined;
  readonly way: LoadWay;
  /** Why it was not loaded side by side; undefined where it was. */
  readonly whyInOrder: string | undefined;
  /** What the filter did. */
  readonly changes: readonly FilterChange[];
  /** Whether anything that was created names its owner. */
  readonly hasDefiners: boolean;
  /** Accounts that own what was created and do not exist on the server, as statements name them. */
  readonly missingDefiners: readonly string[];
}
