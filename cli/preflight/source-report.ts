import type { Finding } from '../../protocol/finding.ts';
import type { ObjectKind } from '../../protocol/manifest.ts';
import type { TablesSeen } from './recreated-tables.ts';
import type { GarbledObject } from './source/garbled-names.ts';
import type { DatabaseDefaults } from './source/source-objects.ts';
import type { VersionedTable } from './source/source-tables.ts';

/** What the dump should contain, and what prevents a complete dump. */
export interface SourceReport {
  /** The version is without suffix, such as `10.11.19`. */
  readonly server: { readonly flavour: 'mysql' | 'mariadb'; readonly version: string };
  /** Of the database itself: no dump holds them. */
  readonly defaults?: DatabaseDefaults | undefined;
  /** The names of what the server shows to this user. Tables are base tables, system-versioned ones too, no sequences. */
  readonly objects: Readonly<Record<ObjectKind, readonly string[]>>;
  /** The table of each trigger, by the trigger's name: with a table that is left out go its triggers. */
  readonly triggerTables?: ReadonlyMap<string, string>;
  /** What a dump may roughly take. */
  readonly estimatedBytes: number;
  /** Whether this connection used TLS. */
  readonly isEncrypted: boolean;
  /** Missing rights, broken views, tables without transactions; the advice holds the statement that fixes it. */
  readonly findings: readonly Finding[];
  /** Tables that keep their former rows. The client program decides whether these are dumped. */
  readonly versionedTables?: readonly VersionedTable[];
  /** The dumped tables, to find out afterwards which ones were recreated meanwhile. */
  readonly tablesSeen?: TablesSeen;
  /** Whether the server ignores the case of database and table names. */
  readonly ignoresCase?: boolean;
  /** lower_case_table_names. */
  readonly lowerCaseTableNames?: number;
  /** Views that MariaDB writes with the name of their database, since their definers are gone. */
  readonly boundViews?: readonly string[];
  /** What comes back with another name, comment or definer, and is reported. */
  readonly garbled?: readonly GarbledObject[];
  /** The longest statement that the server takes, in bytes. */
  readonly maxPacketBytes?: number;
  /** Options that let mysqldump get through anyway; a finding says what each leaves out. */
  readonly fallbackOptions: readonly string[];
}
