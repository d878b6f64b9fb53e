import type { TableSearch } from '../../../protocol/reports/report-answers.ts';
import { ConfigurationError, ExplainedError } from '../../errors.ts';
import type { WantedBackup } from '../../options/wanted-backup.ts';
import type { Service } from '../../service/service.ts';

export interface TableQuestion {
  readonly label: string;
  readonly table: string | undefined;
  readonly at: WantedBackup;
  /** The most backups to list. */
  readonly limit: number;
}

/** The backups of a database that hold a table, newest first. */
export interface FoundBackups {
  readonly table: string;
  readonly backups: TableSearch['data']['backups'];
  /** How many backups were looked at. */
  readonly looked_at: number;
  /** Of how many it is not known whether they hold it. */
  readonly unknown: number;
  /** Whether older backups were not looked at, since the list is long enough. */
  readonly has_more: boolean;
}

const PAGE = 100;

/** @throws {ConfigurationError} when no table or a single backup was named; {ExplainedError} of the service */
export async function findTable(service: Service, question: TableQuestion): Promise<FoundBackups> {
  const { label, table, at, limit } = question;
  if (table === undefined) throw new ConfigurationError(['--table must name a table, such as --table faktur']);
  if (at.kind === 'id')
    throw new ConfigurationError([`--at must be a time here; sade show ${at.id} shows the tables of one backup`]);
  const until = at.kind === 'moment' ? { until: at.until.toISOString() } : {};
  const backups: TableSearch['data']['backups'] = [];
  let [lookedAt, unknown] = [0, 0];
  for (let before: number | undefined; ; ) {
    const page = await service
      .findTable({ database: label, table, ...until, limit: PAGE, ...(before !== undefined && { before }) })
      .catch(error => unknownName(error, label));
    backups.push(...page.backups);
    lookedAt += page.looked_at;
    unknown += page.unknown;
    const isFull = backups.length > limit;
    if (page.next === null || isFull)
      return {
        table,
        backups: backups.slice(0, limit),
        looked_at: lookedAt,
        unknown,
        has_more: isFull || page.next !== null,
      };
    before = page.next;
  }
}

function unknownName(error: unknown, label: string): never {
  if (!(error instanceof ExplainedError) || !/\bDATABASE_NOT_FOUND\b/.test(error.message)) throw error;
  throw new ConfigurationError([`the service has no backup of a database ${label}`], {
    cause: error,
    advice: 'sade list shows all databases.',
  });
}
