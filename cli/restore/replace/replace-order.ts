import type { DumpStatement } from '../../dump-statements/dump-statement.ts';
import type { Session } from '../../mysql/connect.ts';
import type { ServerFacts } from '../../mysql/server-facts.ts';
import type { RestoreCall } from '../by-hand/restore-call.ts';
import type { Expectation } from '../verify/expectation.ts';
import type { Verification } from '../verify/verify-loaded.ts';

/** What a replace gets from the command. */
export interface ReplaceOrder {
  /** The database that is replaced. */
  readonly database: string;
  readonly server: Pick<ServerFacts, 'flavour' | 'version' | 'ignoresCase' | 'maxPacketBytes'>;
  /** Opens a connection to the target as the user that restores; without a limit of time for an answer. */
  readonly open: (signal: AbortSignal) => Promise<Session>;
  /** Tells the backup from others: a rerun finishes only what it has begun. */
  readonly backup: BackupIdentity;
  /** Writes the command with which it is begun again, with what has to be different, for a person who finds it cut off. */
  readonly again: RestoreCall['again'];
  /** What has to be in the database afterwards. */
  readonly expected: Expectation;
  /** Only these tables are replaced, with their triggers; undefined: all of the database. */
  readonly tables?: ReadonlySet<string> | undefined;
  /** Of the backup's manifest; undefined where they are not known: then those of the present database. */
  readonly defaults?: { readonly characterSet: string; readonly collation: string } | undefined;
  /** Makes a backup of the present database. @throws {ExplainedError} when it is not good enough: then nothing is replaced */
  readonly safetyBackup: () => Promise<SafetyBackup>;
  /** Loads the dump into a database that is there and empty; events are made disabled there. @throws to end the replace */
  readonly load: (into: string) => Promise<void>;
  /** The dump once more, filtered for the database that is replaced. */
  readonly filtered: {
    /** Settings for the connection, in front of all statements. */
    readonly settings: readonly string[];
    /** What is sent, with what the filter sends at the very end. */
    statements(): AsyncIterable<DumpStatement>;
  };
  /** How many tables are verified side by side. */
  readonly jobs: number;
  /** How long a statement of the swap waits for a table that someone else uses; 30 seconds when left out. */
  readonly lockWaitSeconds?: number | undefined;
  readonly signal: AbortSignal;
  readonly onStep?: ((step: ReplaceStep) => void) | undefined;
  /** Of the verification: how many of how many tables have been read. */
  readonly onVerified?: ((done: number, total: number) => void) | undefined;
}

export interface BackupIdentity {
  /** Undefined for a file that the service does not know. */
  readonly id?: number | undefined;
  readonly fileName: string;
}

export interface SafetyBackup {
  /** For a person: `backup 71`, or `the zip /var/…, which waits for the next run`. */
  readonly where: string;
}

export type ReplaceStep = 'safety backup' | 'load' | 'verify' | 'swap' | 'finish an earlier swap';

/** How a replace ended. It throws where it failed; then the old data is where it was, or the message says where. */
export interface ReplaceResult {
  /**
   * `replaced`: everything agrees, and the new data is in place. `differs`: what was loaded is not what the backup says, and
   * nothing was replaced. `finished`: an earlier swap of the same backup, which was cut off, has been finished.
   */
  readonly end: 'replaced' | 'differs' | 'finished';
  readonly verification: Verification;
  readonly safetyBackup: SafetyBackup | undefined;
  /** Where the old tables are now; undefined when nothing was replaced. */
  readonly oldDatabase: string | undefined;
  /** The database with what was loaded, where it is still there. */
  readonly stagingDatabase: string | undefined;
  /** What a person should know or do, in sentences. */
  readonly notes: readonly string[];
}
