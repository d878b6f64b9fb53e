import { runRebuild } from '../../server/commands/rebuild.ts';
import { type Config, loadConfig } from '../../server/config.ts';
import { logTo } from '../../server/log.ts';
import { runService } from '../../server/start/service.ts';

/** The real service in this process. */
export interface ServiceHere extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** What it has logged so far, a JSON object a line. */
  output(): string;
  /** Fulfilled when the search for orphaned files is over. */
  readonly orphansReported: Promise<void>;
  /** Does what SIGHUP does, with TLS. */
  readonly reload?: (() => Promise<void>) | undefined;
  /** Stops it as SIGTERM would; requests that are running may take two seconds. */
  stop(): Promise<void>;
}

/**
 * Starts in this process what `node server/main.ts` starts, on a free port: from the configuration to the requests all is the same,
 * and it takes a tenth of the CPU time. For tests that need a service. Those of its process (signals, a crash, memory, what it
 * prints) take `startService`.
 * @param env DATABASE_URL and STORAGE_DIR, usually
 * @throws Error when it does not start
 */
export async function startServiceHere(env: Record<string, string>): Promise<ServiceHere> {
  const { config, log, output } = settings(env);
  const service = await runService(config, log);
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= service.orphansReported.then(() => service.stop(2_000));
    return stopped;
  };
  return { ...service, output, stop, [Symbol.asyncDispose]: stop };
}

/** Runs in this process what `lumbung rebuild` runs. @returns its exit code, and the lines of its log */
export async function rebuildHere(env: Record<string, string>): Promise<{ code: number; output: string }> {
  const { config, log, output } = settings(env);
  return { code: await runRebuild(config, log), output: output() };
}

/**
 * Starts in this process what does not start.
 * @param command what `node server/main.ts` does without an argument, or with `rebuild`
 * @returns what main writes behind "Lumbung cannot start. ", and the lines of the log before
 * @throws Error when it starts
 */
export async function refusedHere(
  env: Record<string, string>,
  command: 'start' | 'rebuild' = 'start',
): Promise<{ message: string; output: string }> {
  const { config, log, output } = settings(env);
  try {
    if (command === 'rebuild') await runRebuild(config, log);
    else await (await runService(config, log)).stop(0);
  } catch (error) {
    return { message: (error as Error).message, output: output() };
  }
  throw new Error(`the service was expected not to start, but did:\n${output()}`);
}

interface Settings {
  readonly config: Config;
  readonly log: ReturnType<typeof logTo>;
  readonly output: () => string;
}

function settings(env: Record<string, string>): Settings {
  const config = loadConfig({ PORT: '0', ...env });
  const output: string[] = [];
  const log = logTo({ write: line => void output.push(line) });
  log.level = config.logLevel;
  return { config, log, output: () => output.join('') };
}
