import { type Finding, finding } from '../../protocol/finding.ts';
import { firstNames } from '../../protocol/first-names.ts';
import type { DumpClients } from '../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { type PartialOption, whatIsLeftOut } from '../config/partial-dumps.ts';
import { ExplainedError } from '../errors.ts';
import type { DumpFacts } from '../manifest/manifest-builder.ts';
import { ServerAway } from '../mysql/explain-connecting.ts';
import { clientFindings } from '../preflight/client-findings.ts';
import { type Preflight, rightsUnknown, type SourceReport } from '../preflight/preflight.ts';
import { dump } from './dump.ts';
import { planHistory } from './history-plan.ts';

export interface DumpDatabaseOptions {
  readonly clients: DumpClients;
  readonly preflight: Preflight;
  readonly signal: AbortSignal;
  /** Learns what was found before the dump: it matters all the more when the dump fails. */
  readonly onFindings: (findings: readonly Finding[]) => void;
  /** Waits until the disk has room for a dump of so many bytes. @returns whether it had to wait */
  readonly waitForRoom?: ((expectedBytes: number) => Promise<boolean>) | undefined;
  /** Told as soon as there is a file that mysqldump is about to write to, and what it may roughly become, in bytes. */
  readonly onBegun?: ((expectedBytes: number) => void) | undefined;
}

export type TakenDump = Pick<DumpFacts, 'report' | 'client' | 'findings'> & {
  /** Bytes of the plain dump. */
  readonly size: number;
  /** Whether the file was emptied and written once more. */
  readonly isRepeated: boolean;
};

/**
 * Looks at a source, chooses the program that fits its server, and dumps it into a file.
 * @throws {ExplainedError} when there is no whole dump; the signal's reason when aborted
 */
export async function dumpDatabase(
  source: DatabaseSource,
  path: string,
  options: DumpDatabaseOptions,
): Promise<TakenDump> {
  const { clients, signal, onFindings, onBegun } = options;
  const seen = await preflightWithRoom(source, options);
  const { report } = seen;
  const client = report ? clients.for(report.server.flavour) : clients.for(clients.all[0]!.flavour);
  const history = report && planHistory(source, client, report);
  const names = report ? [...report.objects.tables, ...report.objects.sequences, ...report.objects.views] : [];
  const before = [
    ...(report ? [...report.findings, ...clientFindings(client, report.server)] : []),
    ...(history?.findings ?? []),
    ...whatIsLeftOut(source.dumpOptions, source.database, names).map(leavesOut),
  ];
  onFindings(before);
  const { size, findings, isRepeated } = await dump(source, path, {
    client,
    signal,
    fallbackOptions: [...(report?.fallbackOptions ?? []), ...(history?.options ?? [])],
    tablesSeen: report?.tablesSeen,
    onBegun: () => onBegun?.(report?.estimatedBytes ?? 0),
  });
  return {
    report,
    client,
    size,
    isRepeated,
    findings: [...(seen.unknown ? [seen.unknown] : []), ...before, ...findings],
  };
}

/** After a wait the source is looked at again: the tables may be others by then. */
async function preflightWithRoom(
  source: DatabaseSource,
  options: DumpDatabaseOptions,
): ReturnType<typeof tryPreflight> {
  const seen = await tryPreflight(source, options);
  const hasWaited = await options.waitForRoom?.(seen.report?.estimatedBytes ?? 0);
  return hasWaited ? await tryPreflight(source, options) : seen;
}

/** What it can't find out does not keep the dump from being tried: mysqldump knows best why it can't get in. */
async function tryPreflight(
  source: DatabaseSource,
  { preflight, signal }: DumpDatabaseOptions,
): Promise<{ report?: SourceReport; unknown?: Finding }> {
  try {
    return { report: await preflight(source, { signal }) };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ExplainedError) || error instanceof ServerAway) throw error;
    return { unknown: rightsUnknown(error) };
  }
}

/** The sentence stays the same night after night, whatever tables there are: by it the service knows what is comparable. */
function leavesOut({ option, tables }: PartialOption): Finding {
  const advice = tables.length > 0 ? `It leaves out ${firstNames(tables)}.` : undefined;
  return finding('PARTIAL_AS_WANTED', `partial, as dump_options wants it: ${option}`, advice);
}
