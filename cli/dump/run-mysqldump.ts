import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { clientEnvironment } from '../client-programs/client-environment.ts';
import { locatedPlugins, locatePlugins, needsPlugin, openPluginFolder } from '../client-programs/client-plugins.ts';
import { endingWithParent, whyNotBecome } from '../client-programs/end-with-parent.ts';
import type { MysqldumpClient } from '../client-programs/mysqldump-client.ts';
import { openOptionFile } from '../client-programs/option-file.ts';
import { throwIfInterrupted } from '../client-programs/shared-signal.ts';
import { excerptOf, type Said } from '../client-programs/stderr-excerpt.ts';
import { openTlsRelay } from '../client-programs/tls-relay.ts';
import { type DatabaseSource, isVerified } from '../config/databases.ts';
import { codeOf, ExplainedError, messageOf } from '../errors.ts';
import { DiskFull } from '../files/disk-space.ts';
import { log } from '../log.ts';
import { adviceFor, hasNoRoom, withEncoding } from '../mysql/error-advice.ts';
import { addressOf, whyNotConnected } from '../mysql/explain-connecting.ts';
import { dumpArguments } from './dump-arguments.ts';

interface Running {
  /** Where its password may lie for a moment, in a file that has no name. */
  readonly folder: string;
  readonly client: MysqldumpClient;
  readonly signal: AbortSignal;
}

interface Addressed extends Running {
  /** Where the client connects to, if not to the source's server itself. */
  readonly address: { readonly host: string; readonly port: number } | undefined;
}

/**
 * Runs mysqldump as a child process until it has ended.
 * @param output the descriptor of the file that it writes to
 * @returns what it said on stderr, when it ended well
 * @throws {ExplainedError} saying what it said, with its password redacted; the signal's reason when aborted
 */
export async function runMysqldump(source: DatabaseSource, output: number, running: Running): Promise<Said> {
  await using relay = needsTlsRelay(source, running.client) ? await openTlsRelay(source) : undefined;
  const address = relay && { host: relay.host, port: relay.port };
  try {
    return await runWithPlugins(source, output, { ...running, address });
  } catch (error) {
    running.signal.throwIfAborted();
    // The client sees only that the line is gone.
    throw relay?.refusal ?? error;
  }
}

/** MySQL's client keeps to TLS by itself, and so do both where they verify. */
function needsTlsRelay({ ssl, socket }: DatabaseSource, { flavour }: MysqldumpClient): boolean {
  return ssl === 'require' && socket === undefined && flavour === 'mariadb';
}

/** Runs it with no plugins, and once more with those that it may have if it asks for one: before it is in it writes nothing. */
async function runWithPlugins(source: DatabaseSource, output: number, running: Addressed): Promise<Said> {
  const { folder, client, signal } = running;
  if (client.flavour === 'mysql' || isVerified(source)) return runOnce(source, output, running);
  const located = locatedPlugins(client);
  try {
    return await runWith(located);
  } catch (error) {
    if (located !== undefined || !needsPlugin(String(error))) throw error;
    signal.throwIfAborted();
    return runWith(await locatePlugins(client, signal));
  }

  async function runWith(from: string | undefined): Promise<Said> {
    await using plugins = await openPluginFolder(folder, from);
    return await runOnce(source, output, running, plugins.path);
  }
}

async function runOnce(
  source: DatabaseSource,
  output: number,
  { folder, client, signal, address }: Addressed,
  pluginFolder?: string,
): Promise<Said> {
  await using options = await openOptionFile(folder, source.password);
  const asked = dumpArguments({ ...source, ...address }, client, { pluginFolder });
  const [command, args] = await endingWithParent(client.path, asked);
  const child = spawn(command, args, {
    stdio: ['ignore', output, 'pipe', options.fd],
    env: clientEnvironment(),
  });
  const program = basename(client.path);
  log.debug('mysqldump starts', {
    database: source.label,
    program: client.path,
    pid: child.pid,
    args: shownArguments(source, asked),
  });
  const ending = ended(child, program, signal);
  // A child that could not be started, because descriptors ran out, has no stderr.
  const said = excerptOf(child.stderr ?? undefined, source.password);
  const { code, killedBy } = await ending;
  log.debug('mysqldump ends', {
    database: source.label,
    code,
    ...(killedBy && { killedBy }),
    stderr: said.text() || undefined,
  });
  await throwIfInterrupted(killedBy, signal);
  if (code === 0) return said;
  const why = whyNotBecome(code, said.text());
  if (why !== undefined) throw new ExplainedError(`${program} could not be started: ${why}`);
  const what = killedBy ? `was ended by ${killedBy}` : `failed with exit code ${code}`;
  throw connectionFailure(program, said.text(), source) ?? dumpFailure(program, what, said.text());
}

/** Of the user's own options only the names: a value may be a secret. */
function shownArguments({ dumpOptions }: DatabaseSource, asked: readonly string[]): string[] {
  return asked.map(argument => (dumpOptions.includes(argument) ? argument.replace(/=.*/s, '=…') : argument));
}

/** Waits until it has ended and said all; once aborted only until it has ended, since a child of its own may live on. */
async function ended(
  child: ChildProcess,
  program: string,
  signal: AbortSignal,
): Promise<{ code: number | null; killedBy: NodeJS.Signals | null }> {
  let killing: NodeJS.Timeout | undefined;
  const stopped = Promise.withResolvers<[number | null, NodeJS.Signals | null]>();
  const stop = () => {
    // It may have ended before, and something that it left behind may hold its stderr.
    if (child.exitCode !== null || child.signalCode !== null) stopped.resolve([child.exitCode, child.signalCode]);
    child.once('exit', (...how) => stopped.resolve(how));
    child.kill('SIGTERM');
    killing = setTimeout(() => kill(child), GRACE_MS);
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    const [code, killedBy] = (await Promise.race([once(child, 'close'), stopped.promise])) as [
      number | null,
      NodeJS.Signals | null,
    ];
    return { code, killedBy };
  } catch (error) {
    const why = codeOf(error) === 'ENOENT' ? 'it is not installed any more' : messageOf(error);
    throw new ExplainedError(`${program} could not be started: ${why}`, { cause: error });
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(killing);
    child.stderr?.destroy();
  }
}

/** Deno's handle sends one signal and no more, so this one goes by the process id. */
function kill({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended in this very moment.
  }
}

/** How long mysqldump may take to end after SIGTERM before it is killed. */
const GRACE_MS = 5000;

/** @returns why the program did not get in, naming the server; undefined when it did */
function connectionFailure(program: string, stderr: string, source: DatabaseSource): ExplainedError | undefined {
  const [, said, number, selecting] = NOT_CONNECTED.exec(stderr) ?? [];
  if (said === undefined) return undefined;
  const where = addressOf(source);
  const what = selecting ? `can't use the database ${source.database} on ${where}` : `can't connect to ${where}`;
  const why = selecting ? undefined : whyNotConnected(Number(number));
  return new ExplainedError(`${program} ${what}: ${said}`, {
    advice: withEncoding(adviceFor(stderr), Number(number), source) ?? runByHand(program),
    ...(why !== undefined && { sharedCause: { where, why } }),
  });
}

/** `mysqldump: Got error: 2005: "Unknown server host 'x' (-2)" when trying to connect`, in the words of both clients */
const NOT_CONNECTED = /(Got error: (\d+):? .*? when (?:trying to connect|(selecting the database)))/s;

/** @returns why there is no dump, with what the program said of it and what to do */
export function dumpFailure(program: string, what: string, stderr: string): ExplainedError {
  const failed = `${program} ${what}`;
  const message = stderr === '' ? failed : `${failed}: ${stderr}`;
  if (hasNoRoom(stderr)) return new DiskFull(message);
  return new ExplainedError(message, { advice: adviceFor(stderr) ?? runByHand(program) });
}

function runByHand(program: string): string {
  return `Run the backup again. If it fails again, run ${program} by hand and check its messages and the end of its output.`;
}
