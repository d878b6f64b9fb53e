import type { ReportedCheck } from '../../../protocol/reports/drill-report.ts';
import type { DatabaseSource } from '../../config/databases.ts';
import type { DrillCheck } from '../../config/drill-checks.ts';
import { messageOf } from '../../errors.ts';
import { connect, type Row, type Session } from '../../mysql/connect.ts';
import { driverErrorOf } from '../../mysql/servers-answer.ts';

export interface RunChecksOptions {
  /** Only a few of its rights are used: it reads. */
  readonly restored: DatabaseSource;
  readonly flavour: 'mysql' | 'mariadb';
  readonly checks: readonly DrillCheck[];
  readonly signal: AbortSignal;
  /** Time limit of each check, in milliseconds; 5 minutes when left out. */
  readonly withinMs?: number;
}

const CHECK_WITHIN_MS = 5 * 60_000;

/** How much longer than the server itself we wait for it to give up. */
const GRACE_MS = 10_000;

/**
 * Asks a restored database what its user wants to know of it. Each check has a connection of its own, and a transaction that can
 * write nothing.
 * @returns a result for each check, in their order; a check that the server refuses is one that does not agree, with the reason
 * @throws {ExplainedError} when the server can't be reached; the connection's error when it is lost: then nothing is known; the signal's
 *   reason when aborted
 */
export async function runChecks(options: RunChecksOptions): Promise<ReportedCheck[]> {
  const results: ReportedCheck[] = [];
  for (const check of options.checks) results.push(await runCheck(check, options));
  return results;
}

async function runCheck(
  { name, sql, expected }: DrillCheck,
  { restored, flavour, signal, withinMs = CHECK_WITHIN_MS }: RunChecksOptions,
): Promise<ReportedCheck> {
  const started = performance.now();
  const told = { name: name.replace(/\s+/g, ' '), sql: sql.trim(), expected: shown(expected) };
  const since = () => (performance.now() - started) / 1000;
  try {
    using session = await connect(restored, { signal, answerWithinMs: withinMs + GRACE_MS });
    const found = onlyValue(await askReadOnly(session, sql, { flavour, withinMs }));
    return { ...told, found: shown(found), error: null, agrees: isExpected(found, expected), seconds: since() };
  } catch (error) {
    signal.throwIfAborted();
    if (!isAnswer(error)) throw error;
    return { ...told, found: null, error: messageOf(error), agrees: false, seconds: since() };
  }
}

/** As a part of another query it can be nothing but a query: no statement that writes, and none that ends the transaction. */
async function askReadOnly(
  session: Session,
  sql: string,
  { flavour, withinMs }: { flavour: 'mysql' | 'mariadb'; withinMs: number },
): Promise<Row[]> {
  await session.ask(
    flavour === 'mariadb'
      ? `set session max_statement_time = ${withinMs / 1000}`
      : `set session max_execution_time = ${withinMs}`,
  );
  await session.ask('set session transaction read only');
  await session.ask('start transaction read only');
  const query = sql.trim().replace(/;$/, '');
  return await session.ask(`select * from (${query}\n) as the_check`);
}

/** The server has answered, and not with one value. */
class WrongAnswer extends Error {}

/** Of a server that ends, or that ends a connection: MariaDB's and MySQL's error references. */
const ENDINGS = new Set([1053, 1077, 1927, 2006, 2013, 4031]);

function isAnswer(error: unknown): boolean {
  if (error instanceof WrongAnswer) return true;
  const { errno, sqlState } = driverErrorOf(error);
  return sqlState !== undefined && !ENDINGS.has(errno ?? 0);
}

function onlyValue(rows: readonly Row[]): string | number | null {
  const [row, more] = rows;
  if (row === undefined) throw new WrongAnswer('it gave no row; it must give one row with one value');
  if (more !== undefined) throw new WrongAnswer(`it gave ${rows.length} rows; it must give one row with one value`);
  if (row.length !== 1) throw new WrongAnswer(`it gave ${row.length} values; it must give one row with one value`);
  return row[0]!;
}

function isExpected(found: string | number | null, expected: string | number | null): boolean {
  if (found === null || expected === null) return found === expected;
  return typeof expected === 'number' ? found !== '' && Number(found) === expected : String(found) === expected;
}

function shown(value: string | number | null): string {
  return value === null ? 'NULL' : String(value);
}
