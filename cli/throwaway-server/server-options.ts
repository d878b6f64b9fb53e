import { nameOfUser } from '../../protocol/access/system-user.ts';
import type { PrivateFolder } from './private-folder.ts';
import type { ServerProgram } from './server-programs.ts';

/** What the one who starts a throwaway server may choose. */
export interface ServerSettings {
  /** As the source has it, such as `STRICT_TRANS_TABLES`; the server's default when left out. */
  readonly sqlMode?: string | undefined;
  /** 0 or 1; 0 when left out. */
  readonly lowerCaseTableNames?: 0 | 1 | undefined;
  /** Memory for pages of InnoDB, in MiB; 16 when left out. The server takes about 100 MiB more. */
  readonly bufferPoolMiB?: number | undefined;
  /** The longest statement that it takes, in bytes; 1 GiB, the most there is, when left out. */
  readonly maxPacketBytes?: number | undefined;
  /**
   * Whether new tables share one file, which takes half of the time of making and dropping them. It never shrinks: for tables without
   * rows. Some tables need a file of their own: `giveTablesOwnFiles` of the server.
   */
  readonly tablesShareFile?: boolean | undefined;
}

const LONGEST_PACKET = 1 << 30;

/** Bounds for what one connection may set for itself. */
const SESSION_BOUNDS = ['sort-buffer-size', 'join-buffer-size', 'tmp-table-size', 'max-heap-table-size'].map(
  name => `--maximum-${name}=64M`,
);

/**
 * The options of a server that no other machine and no other user reaches, that runs nothing by itself, reads and writes no
 * file outside its folder, and flushes nothing, since all of it is deleted in the end.
 * https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html,
 * https://mariadb.com/kb/en/server-system-variables/
 */
export function serverOptions(program: ServerProgram, folder: PrivateFolder, settings: ServerSettings): string[] {
  const { sqlMode, maxPacketBytes = LONGEST_PACKET } = settings;
  return [
    ...fileOptions(program, folder, settings),
    `--socket=${folder.socket}`,
    `--pid-file=${folder.path}/pid`,
    '--skip-networking',
    '--skip-name-resolve',
    '--local-infile=0',
    '--skip-symbolic-links',
    '--event-scheduler=OFF',
    '--max-connections=40',
    `--max-allowed-packet=${maxPacketBytes}`,
    ...(sqlMode === undefined ? [] : [`--sql-mode=${sqlMode}`]),
    ...SESSION_BOUNDS,
    ...(program.flavour === 'mysql' ? ['--secure-file-priv=NULL', '--mysqlx=OFF', '--general-log=OFF'] : []),
    // MariaDB has no NULL here. Its empty folder holds nothing, and no account has the right to read or write files.
    ...(program.flavour === 'mariadb' ? [`--secure-file-priv=${folder.empty}`, '--loose-feedback=OFF'] : []),
  ];
}

/** The options by which the data folder is made, too. `--no-defaults` has to be the first. */
export function fileOptions(
  { flavour, options }: ServerProgram,
  { data, temporary, empty }: PrivateFolder,
  { bufferPoolMiB = 16, lowerCaseTableNames = 0, tablesShareFile = false }: ServerSettings,
): string[] {
  const user = nameOfUser();
  return [
    '--no-defaults',
    ...options,
    // Only root needs it, and root has a name.
    ...(user === undefined ? [] : [`--user=${user}`]),
    `--datadir=${data}`,
    `--tmpdir=${temporary}`,
    `--plugin-dir=${empty}`,
    `--lower-case-table-names=${lowerCaseTableNames}`,
    '--skip-log-bin',
    '--performance-schema=OFF',
    `--innodb-buffer-pool-size=${bufferPoolMiB}M`,
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-doublewrite=0',
    '--innodb-flush-method=nosync',
    '--innodb-stats-persistent=OFF',
    `--innodb-file-per-table=${tablesShareFile ? 'OFF' : 'ON'}`,
    '--innodb-data-file-path=ibdata1:10M:autoextend',
    '--innodb-temp-data-file-path=ibtmp1:12M:autoextend',
    ...(flavour === 'mysql' ? ['--innodb-redo-log-capacity=32M'] : ['--innodb-log-file-size=32M']),
    ...(flavour === 'mariadb' ? MARIADB_ONLY : []),
  ];
}

/** MariaDB flushes its log of CREATE and DROP three times for each table, and the tables of its accounts, unless all flushing is off. */
const MARIADB_ONLY = [
  '--loose-debug-no-sync',
  '--sync-frm=0',
  '--key-buffer-size=1M',
  '--loose-aria-pagecache-buffer-size=8M',
];
