import { openAccess, type ServiceAccess } from '../access/service-access.ts';
import { inOrder } from '../channel/in-order.ts';
import type { DumpClients } from '../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { chooseSources } from '../config/select-sources.ts';
import { ConfigurationError, ExplainedError } from '../errors.ts';
import { hideInLog } from '../log.ts';
import type { BackupSettings } from '../options/settings.ts';
import type { Preflight } from '../preflight/preflight.ts';
import type { SourceReport } from '../preflight/source-report.ts';
import { type LastRun, readLastRun } from '../report/last-run.ts';
import { knownSecrets } from '../secrets/known-secrets.ts';
import { redactor } from '../secrets/redactor.ts';
import { sourceRedactor } from '../secrets/source-redactor.ts';
import { type Check, type Checked, checkReporter, guarded } from './checks/check.ts';
import { checkClients } from './checks/client-check.ts';
import { checkConfiguration } from './checks/configuration-check.ts';
import { checkDatabase, type DatabaseCheck, type DumpPlan } from './checks/database-check.ts';
import type { Sizes } from './checks/estimate.ts';
import { checkLastRun, unreadableLastRun } from './checks/last-run-check.ts';
import { checkRehearsals } from './checks/rehearsal-check.ts';
import { type AskCutOff, checkReplaces } from './checks/replace-check.ts';
import { checkService, checkServiceRoom, type ServiceCheck, type ServiceCheckOptions } from './checks/service-check.ts';
import { checkStored, type StoredCheckOptions } from './checks/stored-check.ts';
import { checkTokens, type TokenCheckOptions } from './checks/token-check.ts';
import { type AskVisible, checkUncovered } from './checks/uncovered-check.ts';
import { checkWorkFolder, checkWorkFolderRoom } from './checks/work-folder-check.ts';
import { Found, redacted } from './found.ts';
import { checkSource, type SourceCheckOptions } from './source-check.ts';

export interface ExamineOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** This program's own version. */
  readonly version: string;
  readonly preflight: Preflight;
  readonly askWhoami: TokenCheckOptions['ask'];
  readonly askService: (access: ServiceAccess) => ReturnType<ServiceCheckOptions['ask']>;
  /** Left out for a dry run: then only what a run would use is checked, and nothing in the work folder is touched. */
  readonly beyondRun?: BeyondRun;
  /** Is told how far the databases are, whenever that changes. */
  readonly progress?: (progress: Progress) => void;
  /** Is told what was found, as it comes. */
  readonly tell: (checks: readonly Check[]) => void;
}

/** What is asked beside what a run needs. */
interface BeyondRun {
  readonly askStored: (access: ServiceAccess) => ReturnType<StoredCheckOptions['ask']>;
  readonly askReport: (access: ServiceAccess, id: string) => ReturnType<StoredCheckOptions['askReport']>;
  readonly askRoster: SourceCheckOptions['ask'];
  readonly askVisible: AskVisible;
  readonly askCutOff: AskCutOff;
}

/** How far the look at the databases is. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** When each of those began that are looked at just now, by label, in milliseconds since 1970. */
  readonly waiting: ReadonlyMap<string, number>;
}

/** All that was found out. What could not be is missing. */
export interface Examination {
  readonly checks: readonly Check[];
  readonly sources: readonly DatabaseSource[];
  readonly clients: DumpClients | undefined;
  /** What the preflight found, by label. */
  readonly reports: ReadonlyMap<string, SourceReport>;
  /** How each database would be dumped, by label. */
  readonly plans: ReadonlyMap<string, DumpPlan>;
  readonly service: ServiceCheck['status'] | undefined;
  readonly lastRun: LastRun | undefined;
}

/**
 * Makes all checks. What is quick comes first, and the databases, whose servers may keep it waiting, come as they are done.
 * @returns what was found, by area and in the order of the list, whichever was done first
 * @throws {ConfigurationError} when --only names what is not listed; the signal's reason when aborted
 */
export async function examine(settings: BackupSettings, options: ExamineOptions): Promise<Examination> {
  const { config } = settings;
  const { env, signal } = options;
  const found = new Found(options.tell);
  const listed = await guarded(checkReporter('configuration', config), signal, () => checkConfiguration(config, env));
  hideInLog((listed.sources ?? []).map(({ password }) => password));
  const sources = chooseSources(listed.sources ?? [], listed.sources ? settings : { ...settings, only: undefined });
  found.add(listed);
  const { clients } = found.add(
    await guarded(checkReporter('dump program', 'both'), signal, () => checkClients(settings, { signal })),
  );
  const last = await guarded(checkReporter('last run', settings.workDir), signal, () => checkLastRunOf(settings, env));
  const lastRun = last.lastRun === 'unreadable' ? undefined : last.lastRun;
  const context = { settings, options, sources, listed: listed.sources, clients, lastRun, found };
  const [databases, places] = await Promise.all([examineDatabases(context), examinePlaces(context, last)]);
  const { reports, plans } = databases;
  found.add(
    await guarded(checkReporter('rehearsal', 'server programs'), signal, () =>
      checkRehearsals(settings, [...reports.values()], signal),
    ),
  );
  await examineRoom(context, places, sizesOf(sources, reports));
  return { checks: found.inOrder(sources), sources, clients, reports, plans, service: places.service, lastRun };
}

interface Context {
  readonly settings: BackupSettings;
  readonly options: ExamineOptions;
  /** Those that are looked at; `listed`: all of the list, undefined when it can't be used. */
  readonly sources: readonly DatabaseSource[];
  readonly listed: readonly DatabaseSource[] | undefined;
  readonly clients: DumpClients | undefined;
  readonly lastRun: LastRun | undefined;
  readonly found: Found;
}

async function examineDatabases(context: Context): Promise<Pick<Examination, 'reports' | 'plans'>> {
  const { settings, options, sources, listed, clients, lastRun, found } = context;
  const { signal, preflight, beyondRun, progress } = options;
  const workers = settings.dumpWorkers;
  if (!listed) found.add({ checks: [NO_LIST] });
  const waiting = new Map<string, number>();
  let done = 0;
  const databases = await inOrder(sources, { workers, signal }, async source => {
    waiting.set(source.label, Date.now());
    progress?.({ done, total: sources.length, waiting });
    const checked = await checkDatabase(source, { preflight, clients, lastRun, signal });
    const redact = sourceRedactor(source);
    const plan = checked.plan && { ...checked.plan, findings: checked.plan.findings.map(redact.finding) };
    const result = found.add({ ...checked, ...(plan && { plan }), checks: redacted(checked.checks, redact) });
    waiting.delete(source.label);
    progress?.({ done: ++done, total: sources.length, waiting });
    return result;
  });
  const reports = byLabel(sources, databases, ({ report }) => report);
  const plans = byLabel(sources, databases, ({ plan }) => plan);
  if (!beyondRun) return { reports, plans };
  const reached = sources.filter(({ label }) => reports.has(label));
  const asked = { listed: listed ?? [], reached, ask: beyondRun.askVisible, config: settings.config, workers, signal };
  found.add(await guarded(checkReporter('database server', 'all'), signal, () => checkUncovered(asked)));
  const ask = beyondRun.askCutOff;
  found.add({ checks: await checkReplaces({ reached, ask, workers, signal }) });
  return { reports, plans };
}

interface Places {
  /** Undefined when no run could use the work folder. */
  readonly folder: string | undefined;
  readonly service: ServiceCheck['status'] | undefined;
}

/** Looks at where backups go through, and where they are. */
async function examinePlaces(context: Context, last: LastRunCheck): Promise<Places> {
  const { settings, options, sources, found } = context;
  const { workDir, server } = settings;
  const { signal, beyondRun } = options;
  const { existing } = found.add(
    await guarded(checkReporter('work folder', workDir), signal, () =>
      checkWorkFolder(settings, { isUntouched: !beyondRun }),
    ),
  );
  if (beyondRun) found.add(last);
  const report = checkReporter('service', server.href);
  const { access } = found.add(await guarded(report, signal, () => checkAccess(settings, sources)));
  const service = access && (await examineService(context, access, last));
  return { folder: existing, service };
}

/** A token or a certificate that can't be used is a mistake of the configuration, and the service is not asked without it. */
async function checkAccess(
  settings: BackupSettings,
  sources: readonly DatabaseSource[],
): Promise<Checked & { readonly access?: ServiceAccess }> {
  const { warn, fail } = checkReporter('service', settings.server.href);
  try {
    const { access, warnings } = await openAccess(settings, sources);
    return { access, checks: warnings.map(warning => warn(warning)) };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { checks: [fail(error.message, error.advice)] };
  }
}

async function examineService(context: Context, access: ServiceAccess, last: LastRunCheck): Promise<Places['service']> {
  const { options, sources, found } = context;
  const { signal, version, askWhoami, askService, beyondRun } = options;
  const { server } = access;
  const report = checkReporter('service', server.href);
  const { mayRead } = found.add(await guarded(report, signal, () => checkTokens({ access, sources, ask: askWhoami })));
  if (!mayRead) {
    await examineSource(context, access, last);
    return undefined;
  }
  const { status: service } = found.add(
    await guarded(report, signal, () => checkService({ server, version, ask: () => askService(access) })),
  );
  await examineSource(context, access, last);
  if (service && beyondRun) {
    const ask = { ask: () => beyondRun.askStored(access), askReport: (id: string) => beyondRun.askReport(access, id) };
    found.add(
      await guarded(checkReporter('newest backup', 'all'), signal, () =>
        checkStored({ sources, ...ask, lastRun: last.lastRun }),
      ),
    );
  }
  return service;
}

/** A token that may only upload may ask this, too. */
async function examineSource(context: Context, access: ServiceAccess, { lastRun }: LastRunCheck): Promise<void> {
  const { settings, options, listed, found } = context;
  const { beyondRun, signal } = options;
  if (!beyondRun || !listed) return;
  const { source, shard } = settings;
  const asked = { source, shard, access, listed, lastRun, ask: beyondRun.askRoster };
  found.add(await guarded(checkReporter('service', `source ${source}`), signal, () => checkSource(asked)));
}

/** Checks whether there is room, once it is known how large the databases are. */
async function examineRoom({ settings, options, found }: Context, places: Places, sizes: Sizes): Promise<void> {
  const { folder: existing, service } = places;
  const { workDir, server } = settings;
  if (existing !== undefined)
    found.add(
      await guarded(checkReporter('work folder', workDir), options.signal, () =>
        checkWorkFolderRoom(settings, { existing, sizes }),
      ),
    );
  if (service) found.add(checkServiceRoom(server, service, sizes));
}

const NO_LIST = checkReporter('database', 'all').warn("not checked, since the list of databases can't be used");

interface LastRunCheck extends Checked {
  readonly lastRun?: LastRun | 'unreadable' | undefined;
}

/** What failed was written down by other programs, and long ago: nothing here vouches for their discretion. */
async function checkLastRunOf({ workDir, config }: BackupSettings, env: ExamineOptions['env']): Promise<LastRunCheck> {
  const { lastRun, checks } = await lookAtLastRun(workDir);
  return { lastRun, checks: redacted(checks, redactor(await knownSecrets(config, env))) };
}

async function lookAtLastRun(workDir: string): Promise<LastRunCheck> {
  try {
    const lastRun = await readLastRun(workDir);
    return { lastRun, checks: checkLastRun(lastRun) };
  } catch (error) {
    if (!(error instanceof ExplainedError)) throw error;
    return { lastRun: 'unreadable', checks: [unreadableLastRun(error)] };
  }
}

function byLabel<T>(
  sources: readonly DatabaseSource[],
  databases: readonly DatabaseCheck[],
  pick: (database: DatabaseCheck) => T | undefined,
): ReadonlyMap<string, T> {
  const picked = databases.map((database, index) => [sources[index]!.label, pick(database)] as const);
  return new Map(picked.flatMap(([label, value]) => (value === undefined ? [] : [[label, value] as const])));
}

function sizesOf(sources: readonly DatabaseSource[], reports: ReadonlyMap<string, SourceReport>): Sizes {
  return {
    dumpBytes: [...reports.values()].map(({ estimatedBytes }) => estimatedBytes),
    unknown: sources.map(({ label }) => label).filter(label => !reports.has(label)),
  };
}
