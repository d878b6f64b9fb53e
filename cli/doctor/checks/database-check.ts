import { type Finding, stateOf } from '../../../protocol/finding.ts';
import { KIND_NAMES, OBJECT_KINDS, type ObjectKind } from '../../../protocol/manifest.ts';
import type { DumpClients, MysqldumpClient } from '../../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../../config/databases.ts';
import { planHistory } from '../../dump/history-plan.ts';
import { ExplainedError } from '../../errors.ts';
import { isLoopback } from '../../mysql/same-machine.ts';
import { clientFindings } from '../../preflight/client-findings.ts';
import type { Preflight } from '../../preflight/preflight.ts';
import type { SourceReport } from '../../preflight/source-report.ts';
import type { LastRun } from '../../report/last-run.ts';
import { formatBytes } from '../../terminal/format.ts';
import { type Check, type Checked, type CheckReporter, checkReporter, guarded } from './check.ts';
import { FLAVOURS } from './client-check.ts';
import { type ChosenOption, chooseDumpOptions, withReason } from './dump-plan.ts';
import { estimateTime, formatEstimate, type TimeEstimate } from './estimate.ts';

export interface DatabaseCheckOptions {
  readonly preflight: Preflight;
  /** Undefined when no dump program can be used. */
  readonly clients: DumpClients | undefined;
  readonly lastRun: LastRun | undefined;
  readonly signal: AbortSignal;
  /** How long the server may take for all its answers, in milliseconds; two minutes when left out. */
  readonly withinMs?: number;
}

const WITHIN_MS = 120_000;

export interface DatabaseCheck extends Checked {
  /** Undefined when the database could not be looked at. */
  readonly report?: SourceReport;
  /** Undefined when no run could dump it. */
  readonly plan?: DumpPlan;
}

/** How a run would dump a database. */
export interface DumpPlan {
  readonly client: MysqldumpClient;
  /** Beside those of every dump. */
  readonly options: readonly ChosenOption[];
  /** What a backup would report before the dump. */
  readonly findings: readonly Finding[];
  /** Of the plain dump, roughly. */
  readonly bytes: number;
  readonly time: TimeEstimate;
}

/**
 * Looks at one database as a backup would before its dump: whether it can be reached, by which way, what may not be seen,
 * and how it would be dumped.
 * @throws the signal's reason when aborted
 */
export function checkDatabase(
  source: DatabaseSource,
  { preflight, clients, lastRun, signal, withinMs = WITHIN_MS }: DatabaseCheckOptions,
): Promise<DatabaseCheck> {
  const mark = checkReporter('database', source.label);
  return guarded(mark, signal, async () => {
    const report = await within(withinMs, signal, signal => preflight(source, { signal }));
    const client = clients?.for(report.server.flavour);
    const history = client && planHistory(source, client, report);
    const ofClient = client ? clientFindings(client, report.server) : [];
    const findings = [...report.findings, ...ofClient, ...(history?.findings ?? [])];
    const { fallbackOptions, estimatedBytes: bytes } = report;
    const time = estimateTime(source.label, bytes, lastRun);
    const options = client && chooseDumpOptions(source, client, { fallbackOptions, ofHistory: history?.options });
    const checks = [
      mark.ok(describeAccess(source, report)),
      ...clearText(source, report, mark),
      ...findings.map(finding => asCheck(finding, mark)),
      client && options ? mark.ok(describeDump(client, options)) : mark.warn(NO_CLIENT),
      mark.ok(describeSize(bytes, time)),
    ];
    return { checks, report, ...(client && options && { plan: { client, options, findings, bytes, time } }) };
  });
}

/** Nothing else limits the time: a server that hangs would hold up all later checks. */
async function within<T>(ms: number, outer: AbortSignal, look: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(tooSlow(ms)), ms);
  try {
    return await look(AbortSignal.any([outer, over.signal]));
  } finally {
    clearTimeout(timer);
  }
}

function tooSlow(ms: number): ExplainedError {
  return new ExplainedError(`the server did not answer all questions within ${ms / 1000} s`, {
    advice: 'Check what the server does (SHOW PROCESSLIST), and whether it hangs.',
  });
}

const NO_CLIENT = 'not checked how it would be dumped, since no dump program is installed';

function describeAccess(source: DatabaseSource, report: SourceReport): string {
  const { server, objects, findings, isEncrypted } = report;
  const holds = OBJECT_KINDS.filter(kind => objects[kind].length > 0).map(kind => countOf(kind, objects[kind].length));
  const rights = stateOf(findings) === 'complete' ? ', and the user may dump all of it' : '';
  const way = isEncrypted ? 'encrypted' : isLocal(source) ? 'within this machine' : 'in clear text';
  return (
    `is reached at ${placeOf(source)} as ${source.user}, ${way}: ${FLAVOURS[server.flavour]} ${server.version}; ` +
    `it shows ${holds.join(', ') || 'nothing in it'}${rights}`
  );
}

function countOf(kind: ObjectKind, number: number): string {
  return number === 1 ? `1 ${KIND_NAMES[kind]}` : `${number} ${kind.replace('_', ' ')}`;
}

function placeOf({ host, port, socket }: Pick<DatabaseSource, 'host' | 'port' | 'socket'>): string {
  return socket ?? `${host?.includes(':') ? `[${host}]` : host}:${port}`;
}

function clearText(source: DatabaseSource, { isEncrypted }: SourceReport, { warn }: CheckReporter): Check[] {
  if (isEncrypted || isLocal(source)) return [];
  return [
    warn(
      `the password and all data are sent over the network to ${source.host} in clear text`,
      'Turn on TLS on the server, and set "ssl": "require" (or "verify", with its CA in ssl_ca) for this database.',
    ),
  ];
}

function isLocal({ host, socket }: DatabaseSource): boolean {
  return socket !== undefined || isLoopback(host!);
}

function asCheck({ severity, code, message, advice }: Finding, { warn, fail }: CheckReporter): Check {
  return (severity === 'incomplete' ? fail : warn)(`${message} (${code})`, advice);
}

function describeDump(client: MysqldumpClient, chosen: readonly ChosenOption[]): string {
  const options = chosen.map(withReason);
  const how = `would be dumped by ${client.path} (${FLAVOURS[client.flavour]} ${client.version})`;
  return options.length === 0 ? how : `${how} with ${options.join(', ')}`;
}

function describeSize(bytes: number, time: TimeEstimate): string {
  return `has about ${formatBytes(bytes)} to dump; that takes ${formatEstimate(time)} (${time.basis})`;
}
