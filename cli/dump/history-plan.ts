import { type Finding, finding } from '../../protocol/finding.ts';
import { firstNames } from '../../protocol/first-names.ts';
import type { MysqldumpClient } from '../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { leftOut } from '../config/partial-dumps.ts';
import { isAtLeast } from '../mysql/server-facts.ts';
import type { VersionedTable } from '../preflight/source/source-tables.ts';
import type { SourceReport } from '../preflight/source-report.ts';

/** How the history of tables gets into the dump, or that it does not. */
export interface HistoryPlan {
  /** More options for mysqldump. */
  readonly options: readonly string[];
  readonly findings: readonly Finding[];
}

/**
 * Without a special option mysqldump dumps only the current rows. Its dump lets the history in again by
 * system_versioning_insert_history, which both sides know from MariaDB 10.11 on.
 * @param report of the preflight
 */
export function planHistory(source: DatabaseSource, client: MysqldumpClient, report: SourceReport): HistoryPlan {
  const { database, dumpOptions } = source;
  const excused = leftOut([...dumpOptions, ...report.fallbackOptions], database);
  const tables = (report.versionedTables ?? []).filter(({ table }) => !excused.leavesOut(table));
  if (tables.length === 0 || excused.history) return { options: [], findings: [] };
  const reason = whyNot(tables, client, report);
  if (reason === undefined) return { options: ['--dump-history'], findings: [] };
  const names = firstNames(tables.map(({ table }) => table));
  const message = `the dump has only the current rows of these system-versioned tables, not their history: ${names}`;
  return { options: [], findings: [finding('HISTORY_NOT_DUMPED', message, reason)] };
}

function whyNot(
  tables: readonly VersionedTable[],
  client: MysqldumpClient,
  { server }: SourceReport,
): string | undefined {
  if (!client.knows('dump-history'))
    return "Install MariaDB's own client, 10.11 or newer, and name it with --mariadb-dump.";
  if (!isAtLeast(server.version, 10, 11))
    return "A server before MariaDB 10.11 can't load a history from a dump. Upgrade it, or also back it up with mariadb-backup.";
  const byTransaction = tables.filter(({ isByTransaction }) => isByTransaction).map(({ table }) => table);
  if (byTransaction.length === 0) return undefined;
  return `mysqldump can't dump a history that is kept by transactions, as in ${firstNames(byTransaction)}: give these tables row start and end columns of the type TIMESTAMP(6), or leave them out with --ignore-table, or also back the server up with mariadb-backup.`;
}
