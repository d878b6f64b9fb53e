import type { DefinerChoice } from './rewriting/definers.ts';
import type { TargetServer } from './rewriting/target-reading.ts';

export type { FilterChange } from './rewriting/change-list.ts';
export type { Account } from './rewriting/definers.ts';

/** What is done to the statements of a dump on their way to a server. */
export interface FilterOptions {
  /** The server that loads the dump. */
  readonly target: TargetServer;
  /** The database that was dumped; undefined: as the dump's header tells. */
  readonly sourceDatabase?: string | undefined;
  /** The database that is filled. */
  readonly targetDatabase: string;
  readonly definer: DefinerChoice;
  /** Names of collations to others. `*` stands for any letters. */
  readonly collations: ReadonlyMap<string, string>;
  /** Events that are enabled are created at the very end, or disabled. */
  readonly events: 'at the end' | 'disabled';
  /** Only these tables, with their rows and triggers; undefined: everything. */
  readonly tables?: ReadonlySet<string> | undefined;
  readonly parts: 'all' | 'schema' | 'data';
  /** Whether `ALTER TABLE … DISABLE KEYS` and `ENABLE KEYS` are left out: for a loader that makes the keys itself. */
  readonly withoutKeys?: boolean | undefined;
  /** Whether tables that were encrypted are to be so again; true when left out. A server without a keyring can't make them. */
  readonly isEncryptionKept?: boolean | undefined;
  /** Whether a dump of the other flavour is accepted, and what can't be taken over is left out and listed. */
  readonly acrossFlavours?: boolean | undefined;
}
