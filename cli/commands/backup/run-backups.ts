import type { ServiceAccess } from '../../access/service-access.ts';
import { type DumpClients, findClients } from '../../client-programs/mysqldump-client.ts';
import type { DatabaseSource } from '../../config/databases.ts';
import type { ServiceToken } from '../../config/secret-file.ts';
import { CommandError, type InterruptingSignal } from '../../errors.ts';
import { hasLiveView, openLiveView } from '../../live-view/open-live-view.ts';
import type { BackupSettings } from '../../options/settings.ts';
import type { ProgressListener } from '../../pipeline/jobs.ts';
import { runPipeline } from '../../pipeline/pipeline.ts';
import { learningPreflight } from '../../preflight/hanging-servers.ts';
import { runPreflight } from '../../preflight/preflight.ts';
import type { Rehearsals } from '../../rehearsal/rehearsals.ts';
import type { Outcome } from '../../report/outcome.ts';
import { OutcomeLines } from '../../report/outcome-lines.ts';
import { RunLog } from '../../report/run-log.ts';
import { StageClock } from '../../run-reporting/stage-clock.ts';
import type { ToldEnd } from '../../run-reporting/tell-service.ts';
import { clearAfterKilledRun } from '../../spool/killed-run.ts';
import type { Spool } from '../../spool/spool.ts';
import { overEcho } from '../../terminal/over-echo.ts';
import { screenWidth } from '../../terminal/screen-width.ts';
import { wrapLines } from '../../terminal/wrap.ts';
import { findServerPrograms } from '../../throwaway-server/server-programs.ts';
import type { CommandContext } from '../command.ts';

/** What a run works with, beside its settings and its databases. */
export interface Run {
  readonly spool: Spool;
  readonly context: CommandContext;
  readonly access: ServiceAccess;
  /** The tokens that entries of the list have of their own, by label. */
  readonly tokens: ReadonlyMap<string, ServiceToken>;
  readonly startedAt: Date;
  /** How large the dump of each database may become, where that is known. */
  readonly expected: ReadonlyMap<string, number | undefined>;
}

/** How a run ended, and what is known of each database by then. */
export interface RunEnd extends ToldEnd {
  readonly outcomes: readonly Outcome[];
  /** What should be looked at, and is about no database alone. */
  readonly warnings: readonly string[];
  readonly interruptedBy?: InterruptingSignal;
}

/**
 * Takes the databases through dump, zip and upload, and shows meanwhile how that goes.
 * @returns what is known of each, however the run ended: a signal or a defect must not take the mail with it
 * @throws {CommandError} when nothing could be begun
 */
export async function runBackups(
  settings: BackupSettings,
  sources: readonly DatabaseSource[],
  run: Run,
): Promise<RunEnd> {
  const { spool, context, access, tokens, startedAt } = run;
  const { signal } = context;
  const outcomes: Outcome[] = [];
  const warnings: string[] = [];
  const clock = new StageClock();
  const log = new RunLog(spool.folder, startedAt);
  let clients: DumpClients | undefined;
  const end = () => ({ outcomes, warnings, clients, uploadSeconds: clock.uploadSeconds });
  try {
    const found = await findClients(settings, { signal });
    clients = found;
    warnings.push(...found.warnings, ...(await clearAfterKilledRun(spool)));
    using screen = await openScreen(settings, run, clock);
    const rehearsals = settings.rehearse === 'off' ? undefined : await rehearsalsOf(settings, spool, signal);
    const pendingUploads = await spool.pendingUploads();
    for await (const outcome of runPipeline({
      ...settings,
      access: settings.quiet ? access : { ...access, onPause: screen.say },
      ...{ tokens, sources, pendingUploads, rehearsals, spool, signal },
      workers: { dump: settings.dumpWorkers, zip: settings.zipWorkers, upload: settings.uploadWorkers },
      clients: found,
      preflight: learningPreflight(runPreflight),
      progress: screen.progress,
      warn: message => void warnings.push(message),
    })) {
      outcomes.push(outcome);
      clock.finish(outcome);
      log.add(outcome);
      screen.show(outcome);
    }
    return end();
  } catch (error) {
    if (error instanceof CommandError) throw error;
    if (!signal.aborted || error !== signal.reason) return { ...end(), error };
    return { ...end(), interruptedBy: signal.reason.signal };
  }
}

/** Where a person sees how the run goes: live on a terminal, else no more than what is said. */
interface RunScreen extends Disposable {
  /** Hears what the stages do, for the clock, too. */
  readonly progress: ProgressListener;
  say(why: string): void;
  show(outcome: Outcome): void;
}

async function openScreen(settings: BackupSettings, { context, expected }: Run, clock: StageClock): Promise<RunScreen> {
  const { signal, stderr } = context;
  const out = settings.json ? stderr : context.stdout;
  const lines = new OutcomeLines();
  const view = hasLiveView(out, settings) ? await openLiveView(out, { signal, expected }) : undefined;
  const onAbort = () => void stderr.write(`${overEcho(stderr)}${signal.reason.message}: ${STOPPING}\n`);
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    progress: view ? tellBoth(clock, view) : clock,
    say: why => (view ? view.note(`sade: ${why}`) : void stderr.write(`sade: ${why}\n`)),
    show: outcome => view?.finish(outcome, wrapLines(lines.describe(outcome), screenWidth(out), ' '.repeat(12))),
    [Symbol.dispose]: () => view?.[Symbol.dispose](),
  };
}

function tellBoth(first: ProgressListener, second: ProgressListener): ProgressListener {
  return {
    onStart(...told) {
      first.onStart(...told);
      second.onStart(...told);
    },
    onProgress(...told) {
      first.onProgress(...told);
      second.onProgress(...told);
    },
    onWait(...told) {
      first.onWait?.(...told);
      second.onWait?.(...told);
    },
  };
}

/** A server program that was named and is missing is a mistake; where no server is installed, nothing is rehearsed. */
async function rehearsalsOf(
  { rehearse, mariadbd, mysqld }: BackupSettings,
  { folder }: Spool,
  signal: AbortSignal,
): Promise<Rehearsals> {
  const programs = findServerPrograms({ mariadbd, mysqld }, { signal });
  if (mariadbd !== undefined || mysqld !== undefined) await programs;
  const { Rehearsals } = await import('../../rehearsal/rehearsals.ts');
  return new Rehearsals({ folder, programs, isRequired: rehearse === 'always', signal });
}

/** What a run does before it ends early: that may take some seconds. */
const STOPPING =
  'stopping; dumps and uploads are ended, unfinished files are removed, finished zips wait for the next run';
