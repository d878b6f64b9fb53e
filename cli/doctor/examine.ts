import { chooseSources } from '../choose-sources.ts';
import type { DatabaseSource } from '../config.ts';
import type { DumpClients } from '../pipeline/mysqldump-client.ts';
import type { SourceReport } from '../preflight/preflight.ts';
import { ExplainedError } from '../problems.ts';
import { type LastRun, readLastRun } from '../report/last-run.ts';
import type { BackupSettings } from '../settings.ts';
import { type Blotter, blotter } from './blot.ts';
import { type Check, type Checked, guarded, marker } from './check.ts';
import { checkClients } from './client-check.ts';
import { checkConfiguration } from './configuration-check.ts';
import { checkDatabase, type DatabaseCheck, type Preflight } from './database-check.ts';
import type { Sizes } from './estimate.ts';
import { inOrder } from './in-order.ts';
import { knownSecrets } from './known-secrets.ts';
import { checkLastRun, unreadableLastRun } from './last-run-check.ts';
import { checkService, type ServiceCheck, type ServiceCheckOptions } from './service-check.ts';
import { checkStored, type StoredCheckOptions } from './stored-check.ts';
import { checkWorkFolder } from './work-folder-check.ts';

export interface ExamineOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** This program's own version. */
  readonly version: string;
  readonly preflight: Preflight;
  readonly askService: ServiceCheckOptions['ask'];
  readonly askStored: StoredCheckOptions['ask'];
  readonly askReport: StoredCheckOptions['askReport'];
  /** Is told what was found, as it comes. */
  readonly tell: (checks: readonly Check[]) => void;
}

/** All that was found out. What could not be is missing. */
export interface Examination {
  readonly checks: readonly Check[];
  readonly sources: readonly DatabaseSource[];
  readonly clients: DumpClients | undefined;
  /** What the preflight found, by label. */
  readonly reports: ReadonlyMap<string, SourceReport>;
  readonly service: ServiceCheck['status'] | undefined;
  readonly lastRun: LastRun | undefined;
}

/**
 * Makes all checks, in the order in which a backup would meet what they look at.
 * @throws {ConfigurationError} when --only names what is not listed; the signal's reason when aborted
 */
export async function examine(settings: BackupSettings, options: ExamineOptions): Promise<Examination> {
  const { config, workDir, server } = settings;
  const { env, signal, version, preflight, askService, askStored, askReport } = options;
  const found = new Found(options.tell);
  const listed = await guarded(marker('configuration', config), signal, () => checkConfiguration(config, env));
  const sources = chooseSources(listed.sources ?? [], listed.sources ? settings : { ...settings, only: undefined });
  found.add(listed);
  const { clients } = found.add(
    await guarded(marker('dump program', 'both'), signal, () => checkClients(settings, { signal })),
  );
  // Told at the end, and known here already: it tells how long things take.
  const last = await guarded(marker('last run', workDir), signal, () => checkLastRunOf(settings, env));
  const lastRun = last.lastRun === 'unreadable' ? undefined : last.lastRun;

  const databases = await inOrder(sources, { workers: settings.dumpWorkers, signal }, source =>
    checkDatabase(source, { preflight, clients, lastRun, signal }),
  );
  found.add({ checks: listed.sources ? databases.flatMap(({ checks }) => checks) : [NO_LIST] });
  const reports = reportsOf(sources, databases);
  const sizes = sizesOf(sources, reports);

  found.add(await guarded(marker('work folder', workDir), signal, () => checkWorkFolder(settings, sizes)));
  const { status: service } = found.add(
    await guarded(marker('service', server.href), signal, () =>
      checkService({ server, version, sizes, ask: askService }),
    ),
  );
  if (service)
    found.add(
      await guarded(marker('newest backup', 'all'), signal, () =>
        checkStored({ sources, ask: askStored, askReport, lastRun: last.lastRun }),
      ),
    );
  found.add(last);
  return { checks: found.checks, sources, clients, reports, service, lastRun };
}

const NO_LIST = marker('database', 'all').warn('not checked, since the list of databases can not be used');

/** What was found so far. Each thing is told at once. */
class Found {
  readonly checks: Check[] = [];
  readonly #tell: (checks: readonly Check[]) => void;

  constructor(tell: (checks: readonly Check[]) => void) {
    this.#tell = tell;
  }

  add<T extends Checked>(result: T): T {
    const checks = blotted(result.checks, blotter([]));
    this.checks.push(...checks);
    this.#tell(checks);
    return result;
  }
}

/** What failed was written down by other programs, and long ago: nothing here vouches for their discretion. */
async function checkLastRunOf(
  { workDir, config }: BackupSettings,
  env: ExamineOptions['env'],
): Promise<Checked & { readonly lastRun: LastRun | 'unreadable' | undefined }> {
  const { lastRun, checks } = await lookAtLastRun(workDir);
  return { lastRun, checks: blotted(checks, blotter(await knownSecrets(config, env))) };
}

async function lookAtLastRun(
  workDir: string,
): Promise<Checked & { readonly lastRun: LastRun | 'unreadable' | undefined }> {
  try {
    const lastRun = await readLastRun(workDir);
    return { lastRun, checks: checkLastRun(lastRun) };
  } catch (error) {
    if (!(error instanceof ExplainedError)) throw error;
    return { lastRun: 'unreadable', checks: [unreadableLastRun(error)] };
  }
}

function reportsOf(
  sources: readonly DatabaseSource[],
  databases: readonly DatabaseCheck[],
): ReadonlyMap<string, SourceReport> {
  return new Map(databases.flatMap(({ report }, index) => (report ? [[sources[index]!.label, report] as const] : [])));
}

function sizesOf(sources: readonly DatabaseSource[], reports: ReadonlyMap<string, SourceReport>): Sizes {
  return {
    dumpBytes: [...reports.values()].map(({ estimatedBytes }) => estimatedBytes),
    unknown: sources.map(({ label }) => label).filter(label => !reports.has(label)),
  };
}

function blotted(checks: readonly Check[], { text }: Blotter): Check[] {
  return checks.map(({ message, advice, ...rest }) => ({
    ...rest,
    message: text(message),
    ...(advice !== undefined && { advice: text(advice) }),
  }));
}
