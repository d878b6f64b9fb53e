import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseSource } from '../config.ts';
import { partialDumpOptions } from '../dump-options.ts';
import { codeOf, ExplainedError, messageOf } from '../problems.ts';
import { clientEnvironment } from './client-environment.ts';
import { dumpArguments } from './dump-arguments.ts';
import { endsWithMarker } from './end-marker.ts';
import { adviceFor } from './explain-dump-error.ts';
import { flavourMismatch } from './flavour-mismatch.ts';
import type { MysqldumpClient } from './mysqldump-client.ts';
import { openOptionFile } from './option-file.ts';
import { requireTls } from './require-tls.ts';
import { excerptOf } from './stderr-excerpt.ts';

export interface Dump {
  /** Bytes of the plain dump. */
  readonly size: number;
  /** What mysqldump said although it succeeded, and what else should be looked at. */
  readonly warnings: readonly string[];
}

/** How long mysqldump may take to end after SIGTERM before it is killed. */
const GRACE_MS = 5000;

/**
 * Dumps one database into a file by running mysqldump. The file is there afterwards only if the dump is whole: exit code
 * 0, no signal, and the marker on its last line.
 * @param path of the file; it must not exist
 * @throws {ExplainedError} saying what mysqldump said, with its password blotted out; the signal's reason when aborted
 */
export async function dump(
  source: DatabaseSource,
  path: string,
  { client, signal }: { client: MysqldumpClient; signal: AbortSignal },
): Promise<Dump> {
  signal.throwIfAborted();
  if (source.ssl === 'require' && client.flavour === 'mariadb') await requireTls(source, { signal });
  // Straight into a file descriptor: half the CPU of a pipe through this process, and nothing here can hold it up.
  await using file = await open(path, 'wx', 0o600);
  try {
    const stderr = await runMysqldump(source, file.fd, { folder: dirname(path), client, signal });
    if (!(await endsWithMarker(path))) throw cutOff(stderr);
    const mismatch = await flavourMismatch(path, client);
    const partial = partialDumpOptions(source.dumpOptions).map(name => `partial, as dump_options wants it: ${name}`);
    return { size: (await file.stat()).size, warnings: [...warningsIn(stderr), ...mismatch, ...partial] };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

type Running = { readonly folder: string; readonly client: MysqldumpClient; readonly signal: AbortSignal };

/** @returns what it said on stderr, when it ended well */
async function runMysqldump(
  source: DatabaseSource,
  output: number,
  { folder, client, signal }: Running,
): Promise<string> {
  await using options = await openOptionFile(folder, source.password);
  const child = spawn(client.path, dumpArguments(source, client), {
    stdio: ['ignore', output, 'pipe', options.fd],
    env: clientEnvironment(),
  });
  const ending = ended(child, signal);
  // A child that could not be started, for want of descriptors, has no stderr.
  const stderr = child.stderr ? excerptOf(child.stderr, source.password) : () => '';
  const { code, killedBy } = await ending;
  signal.throwIfAborted();
  if (code !== 0)
    throw new ExplainedError(
      withStderr(killedBy ? `mysqldump was ended by ${killedBy}` : `mysqldump failed with exit code ${code}`, stderr()),
      {
        advice: adviceFor(stderr()),
      },
    );
  return stderr();
}

/** Waits until it has ended and said all; once aborted only until it has ended, since a child of its own may live on. */
async function ended(
  child: ChildProcess,
  signal: AbortSignal,
): Promise<{ code: number | null; killedBy: NodeJS.Signals | null }> {
  let killing: NodeJS.Timeout | undefined;
  const stopped = Promise.withResolvers<[number | null, NodeJS.Signals | null]>();
  const stop = () => {
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
    throw new ExplainedError(`mysqldump could not be started: ${why}`, { cause: error });
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

function cutOff(stderr: string): ExplainedError {
  const what = 'mysqldump ended without an error, but the dump is cut off: its last line is no "-- Dump completed"';
  return new ExplainedError(withStderr(what, stderr), {
    advice:
      adviceFor(stderr) ??
      'Run the backup again. If it stays so, run mysqldump by hand and look at the end of its output.',
  });
}

function withStderr(what: string, stderr: string): string {
  return stderr === '' ? what : `${what}: ${stderr}`;
}

/** MariaDB's client complains about its own old name since 11; that is no news of the dump. */
function warningsIn(stderr: string): string[] {
  return stderr.split('\n').filter(line => line.trim() !== '' && !/Deprecated program name/.test(line));
}
