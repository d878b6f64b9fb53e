/** What may stand in `dump_options`, by its name as the programs' `--help` has it. */
export interface DumpOption {
  /** Whose program knows it; both when left out. */
  readonly only?: 'mysql' | 'mariadb';
  /** What stands behind a `=`; nothing may when left out. */
  readonly value?: 'needed' | 'possible';
  /** Whether it leaves something out of the dump: allowed, and said in each run. */
  readonly isPartial?: true;
}

const PLAIN: DumpOption = {};
const PARTIAL: DumpOption = { isPartial: true };
const MARIADB: DumpOption = { only: 'mariadb' };
const MYSQL: DumpOption = { only: 'mysql' };
const NEEDED: DumpOption = { value: 'needed' };
const POSSIBLE: DumpOption = { value: 'possible' };

/**
 * The only options that are taken, each spelled exactly so. docs/reference/configuration.md lists them with what they do. An option gets
 * here when it neither hides that something is missing, nor writes what sade can't read, nor sends the dump, the password or a
 * file elsewhere, nor loads code.
 */
export const DUMP_OPTIONS: Readonly<Record<string, DumpOption>> = {
  // They leave something out.
  'ignore-table': { ...PARTIAL, ...NEEDED },
  'ignore-table-data': { ...PARTIAL, ...NEEDED, ...MARIADB },
  'ignore-views': { ...PARTIAL, ...MYSQL },
  where: { ...PARTIAL, ...NEEDED },
  'no-data': PARTIAL,
  'no-create-info': PARTIAL,
  'as-of': { ...PARTIAL, ...NEEDED, ...MARIADB },
  'skip-triggers': PARTIAL,
  'skip-routines': PARTIAL,
  'skip-events': PARTIAL,
  'skip-create-options': PARTIAL,
  'skip-generated-invisible-primary-key': { ...PARTIAL, ...MYSQL },
  'show-create-table-skip-secondary-engine': { ...PARTIAL, ...MYSQL },
  // The form of the statements.
  'complete-insert': PLAIN,
  'extended-insert': PLAIN,
  'skip-extended-insert': PLAIN,
  'insert-ignore': PLAIN,
  replace: PLAIN,
  'add-drop-table': PLAIN,
  'skip-add-drop-table': PLAIN,
  'add-drop-trigger': PLAIN,
  'add-locks': PLAIN,
  'skip-add-locks': PLAIN,
  'disable-keys': PLAIN,
  'skip-disable-keys': PLAIN,
  'no-autocommit': PLAIN,
  'skip-no-autocommit': PLAIN,
  'order-by-primary': PLAIN,
  'order-by-size': MARIADB,
  'dump-date': PLAIN,
  'skip-dump-date': PLAIN,
  'dump-history': MARIADB,
  'column-statistics': { ...MYSQL, ...POSSIBLE },
  'skip-column-statistics': MYSQL,
  'flush-privileges': PLAIN,
  // Replication and recovery to a point in time.
  'master-data': POSSIBLE,
  'source-data': { ...MYSQL, ...POSSIBLE },
  gtid: MARIADB,
  'set-gtid-purged': { ...MYSQL, ...POSSIBLE },
  'flush-logs': PLAIN,
  // Locks, limits and the network.
  'lock-tables': PLAIN,
  'skip-lock-tables': PLAIN,
  'max-allowed-packet': NEEDED,
  'net-buffer-length': NEEDED,
  'max-statement-time': { ...MARIADB, ...NEEDED },
  'mysqld-long-query-time': { ...MYSQL, ...NEEDED },
  'network-timeout': MYSQL,
  'skip-network-timeout': MYSQL,
  compress: PLAIN,
  'compression-algorithms': { ...MYSQL, ...NEEDED },
  'zstd-compression-level': { ...MYSQL, ...NEEDED },
  'bind-address': { ...MYSQL, ...NEEDED },
  'ssl-cert': NEEDED,
  'ssl-key': NEEDED,
  'server-public-key-path': { ...MYSQL, ...NEEDED },
  // Every dump is made with these.
  'single-transaction': PLAIN,
  quick: PLAIN,
  routines: PLAIN,
  events: PLAIN,
  triggers: PLAIN,
  'create-options': PLAIN,
  'hex-blob': PLAIN,
  'no-tablespaces': PLAIN,
  'quote-names': PLAIN,
  'tz-utc': PLAIN,
  'no-data-med': MARIADB,
  opt: PLAIN,
};

/** @returns the name of an option, without its dashes, and what stands behind the first `=`, if there is one */
export function parseOption(option: string): { name: string; value: string | undefined } {
  const at = option.indexOf('=');
  const name = at === -1 ? option : option.slice(0, at);
  return { name: name.slice(2), value: at === -1 ? undefined : option.slice(at + 1) };
}
