import { type Finding, finding } from '../../protocol/finding.ts';
import { firstNames } from '../../protocol/first-names.ts';
import type { DumpClients } from '../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { type PartialOption, whatIsLeftOut } from '../config/partial-dumps.ts';
import { ExplainedError } from '../errors.ts';
import { ServerAway } from '../mysql/explain-connecting.ts';
import { clientFindings } from '../preflight/client-findings.ts';
import { type Preflight, rightsUnknown } from '../preflight/preflight.ts';
import type { SourceReport } from '../preflight/source-report.ts';
import type { DumpOrder } from './dump.ts';
import { planHistory } from './history-plan.ts';

/** How a source is to be dumped, and what is known of it before. */
export interface DumpPlan extends DumpOrder {
  /** What the server showed; undefined when it could not be asked. */
  readonly report: SourceReport | undefined;
  /** What the dump may roughly take, in bytes; 0 when that is not known. */
  readonly expectedBytes: number;
  /** Of the preflight, the client and the options: they matter all the more when the dump fails. */
  readonly findings: readonly Finding[];
  /** Why the server could not be asked: only worth a finding when the dump works anyway. */
  readonly rightsUnknown: Finding | undefined;
}

export interface PlanDumpOptions {
  readonly clients: DumpClients;
  readonly preflight: Preflight;
  readonly signal: AbortSignal;
}

/**
 * Looks at a source, and chooses the program and the options that fit its server.
 * @throws {ExplainedError} when the server is away; the signal's reason when aborted
 */
export async function planDump(source: DatabaseSource, options: PlanDumpOptions): Promise<DumpPlan> {
  const { clients } = options;
  const { report, unknown } = await tryPreflight(source, options);
  const client = report ? clients.for(report.server.flavour) : clients.for(clients.all[0]!.flavour);
  const history = report && planHistory(source, client, report);
  const names = report ? [...report.objects.tables, ...report.objects.sequences, ...report.objects.views] : [];
  return {
    source,
    client,
    report,
    fallbackOptions: [...(report?.fallbackOptions ?? []), ...(history?.options ?? [])],
    tablesSeen: report?.tablesSeen,
    expectedBytes: report?.estimatedBytes ?? 0,
    findings: [
      ...(report ? [...report.findings, ...clientFindings(client, report.server)] : []),
      ...(history?.findings ?? []),
      ...whatIsLeftOut(source.dumpOptions, source.database, names).map(leavesOut),
    ],
    rightsUnknown: unknown,
  };
}

/** What it can't find out does not keep the dump from being tried: mysqldump knows best why it can't get in. */
async function tryPreflight(
  source: DatabaseSource,
  { preflight, signal }: PlanDumpOptions,
): Promise<{ report?: SourceReport; unknown?: Finding }> {
  try {
    return { report: await preflight(source, { signal }) };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ExplainedError) || error instanceof ServerAway) throw error;
    return { unknown: rightsUnknown(error) };
  }
}

/** The sentence must not depend on the tables: the service compares two backups only where it is the same. */
function leavesOut({ option, tables }: PartialOption): Finding {
  const advice = tables.length > 0 ? `It leaves out ${firstNames(tables)}.` : undefined;
  return finding('PARTIAL_BY_CONFIG', `partial, as dump_options wants it: ${option}`, advice);
}
