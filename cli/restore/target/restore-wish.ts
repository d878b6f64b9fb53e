import type { Account } from '../../restore-filter/filter-options.ts';

/** What a person wants a restore to do, as the options say it. */
export interface RestoreWish {
  /** `empty`: the database must be absent or empty; `new`: the same of another name; `replace`: what is there goes. */
  readonly mode: 'empty' | 'new' | 'replace';
  /** Only these tables; undefined: everything. */
  readonly tables: readonly string[] | undefined;
  readonly parts: 'all' | 'schema' | 'data';
  readonly definer: 'keep' | 'drop' | Account;
  /** Names of collations to others. */
  readonly collations: ReadonlyMap<string, string>;
  /** Whether events are created disabled: as it was asked for, or in a copy. */
  readonly isWithoutEvents: boolean;
  /** Whether tables that were encrypted are made without encryption. */
  readonly isWithoutEncryption: boolean;
  /** Whether a backup of the other flavour is accepted. */
  readonly isAcrossFlavours: boolean;
  /** Whether doubts about the backup and about room are skipped. */
  readonly isForced: boolean;
}
