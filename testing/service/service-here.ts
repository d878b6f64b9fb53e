import { loadConfig } from '../../server/config.ts';
import { logTo } from '../../server/log.ts';
import { runService } from '../../server/service.ts';

/** The real service in this process. */
export interface ServiceHere extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** What it has logged so far, a JSON object a line. */
  output(): string;
  /** Stops it as SIGTERM would; requests that are running may take two seconds. */
  stop(): Promise<void>;
}

/**
 * Starts in this process what `node server/main.ts` starts, on a free port: from the configuration to the requests all is the same,
 * and it takes a tenth of the CPU time. For tests that need a service. Those of its process (signals, a crash, memory, what it
 * prints) take `startService`.
 * @param env DATABASE_URL and STORAGE_DIR, mostly
 * @throws Error when it does not start
 */
export async function startServiceHere(env: Record<string, string>): Promise<ServiceHere> {
  const config = loadConfig({ PORT: '0', ...env });
  const output: string[] = [];
  const log = logTo({ write: line => void output.push(line) });
  log.level = config.logLevel;
  const service = await runService(config, log);
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= service.orphansReported.then(() => service.stop(2_000));
    return stopped;
  };
  return { url: service.url, output: () => output.join(''), stop, [Symbol.asyncDispose]: stop };
}
