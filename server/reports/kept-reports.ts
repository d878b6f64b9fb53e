import { drillReport } from '../../protocol/reports/drill-report.ts';
import { restoreReport } from '../../protocol/reports/restore-report.ts';
import type { Report } from '../entities/report.entity.ts';
import { validationError } from '../errors/errors.ts';
import type { DatabaseText, Storage } from '../storage/storage.ts';
import { parseReport } from './parse-report.ts';
import type { SentReport } from './receive-report.ts';

/** A report as it is kept beside the backups, and when it was stored. */
export interface KeptReport {
  readonly sent: SentReport;
  readonly storedAt: Date;
}

/** Of each database the newest of each kind: more than a year of nightly drills. */
const MOST_REPORTS = 400;
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * Keeps a report beside the backups of its database (docs/reference/formats.md, "The reports"), so that a rebuild brings it back.
 * Once this returns, neither a crash nor a power cut loses it. The oldest go where there are too many.
 */
export async function keepReport(
  storage: Storage,
  { sent, storedAt }: KeptReport & { sent: Pick<SentReport, 'kind' | 'report' | 'json'> },
): Promise<void> {
  const { report, json } = sent;
  const begin = `{"record_version":1,"report_id":${JSON.stringify(report.report_id)},`;
  const line = `${begin}"stored_at":${JSON.stringify(storedAt.toISOString())},"report":${json}}`;
  await storage.changeText(addressOf(sent.kind, report.database), present => {
    // The one that a crash kept without its row.
    const others = linesOf(present ?? '').filter(other => !other.startsWith(begin));
    return `[\n${newest([...others, line]).join(',\n')}\n]\n`;
  });
}

/** @returns the kept reports of a database, oldest first; an Error for each that can't be read */
export async function* keptReports(
  storage: Storage,
  database: string,
  kind: Report['kind'],
): AsyncGenerator<KeptReport | Error> {
  const text = await storage.getText(addressOf(kind, database));
  for (const line of linesOf(text ?? ''))
    yield await read(line, kind, database).catch(error => (error instanceof Error ? error : new Error(`${error}`)));
}

async function read(line: string, kind: Report['kind'], database: string): Promise<KeptReport> {
  const record = JSON.parse(line) as { record_version?: unknown; stored_at?: unknown; report?: unknown };
  const storedAt = new Date(String(record.stored_at));
  if (record.record_version !== 1) throw new Error(`it has the record_version ${record.record_version}, not 1`);
  if (Number.isNaN(storedAt.getTime())) throw new Error('its stored_at is not a time');
  const body = JSON.stringify(record.report ?? null);
  const sent =
    kind === 'drill'
      ? ({ kind, ...(await parseReport(drillReport, body)) } as const)
      : ({ kind, ...(await parseReport(restoreReport, body)) } as const);
  if (sent.report.database === database) return { sent, storedAt };
  throw validationError([{ field: 'database', message: `is ${sent.report.database}, not ${database}` }]);
}

function addressOf(kind: Report['kind'], database: string): DatabaseText {
  return { database, name: kind === 'drill' ? 'drills' : 'restores' };
}

/** One line each, so that one that is broken costs no other. */
function linesOf(text: string): string[] {
  return text
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => line.replace(/,$/, ''));
}

/** The last is always among them. */
function newest(lines: readonly string[]): readonly string[] {
  let bytes = 0;
  const tooMuch = lines.findLastIndex((line, i) => {
    bytes += Buffer.byteLength(line) + 2;
    return i < lines.length - 1 && (bytes > MOST_BYTES || lines.length - i > MOST_REPORTS);
  });
  return lines.slice(tooMuch + 1);
}
