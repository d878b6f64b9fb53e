import type { Flavour } from '../dump-parser/lexer/delimiter.ts';

/** What is done to the statements of a dump on their way to a server. */
export interface FilterOptions {
  /** The server that loads the dump. */
  readonly target: {
    readonly flavour: Flavour;
    readonly version: string;
    /** Its max_allowed_packet, in bytes. */
    readonly maxPacketBytes: number;
  };
  /** The database that was dumped; undefined: as the dump's header tells. */
  readonly sourceDatabase?: string | undefined;
  /** The database that is filled. */
  readonly targetDatabase: string;
  /** How accounts that own views, triggers, routines and events are written: as they are, not at all, or as one other. */
  readonly definer: 'keep' | 'drop' | Account;
  /** Names of collations to others. A name that ends with `*` stands for all that begin so. */
  readonly collations: ReadonlyMap<string, string>;
  /** Created disabled, and enabled at the very end or never. */
  readonly events: 'at the end' | 'disabled';
  /** Only these tables, with their rows and triggers; undefined: everything. */
  readonly tables?: ReadonlySet<string> | undefined;
  readonly parts: 'all' | 'schema' | 'data';
  /** Whether `ALTER TABLE … DISABLE KEYS` and `ENABLE KEYS` are left out: for a loader that makes the keys itself. */
  readonly withoutKeys?: boolean | undefined;
  /** Whether a dump of the other flavour is accepted, and what can't be taken over is left out and listed. */
  readonly acrossFlavours?: boolean | undefined;
}

export interface Account {
  readonly user: string;
  readonly host: string;
}

/** Something that the filter did, for the report. */
export interface FilterChange {
  /** What was done: 'dropped' is not sent, 'changed' is sent otherwise, 'reported' is sent as it is and may not be right. */
  readonly action: 'dropped' | 'changed' | 'reported';
  /** In words, such as `DEFINER root@localhost left out`. */
  readonly what: string;
  /** Of what, such as `view v`; undefined for what belongs to no object. */
  readonly object: string | undefined;
  /** How often. */
  readonly count: number;
}
