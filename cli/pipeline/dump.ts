import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Finding, finding } from '../../protocol/finding.ts';
import { firstNames } from '../../protocol/first-names.ts';
import type { DatabaseSource } from '../config.ts';
import type { TablesMadeAnew } from '../preflight/tables-made-anew.ts';
import { codeOf, ExplainedError, messageOf } from '../problems.ts';
import { clientEnvironment } from './client-environment.ts';
import { dumpArguments } from './dump-arguments.ts';
import { findingsIn } from './dump-findings.ts';
import { endsWithMarker } from './end-marker.ts';
import { adviceFor } from './explain-dump-error.ts';
import type { MysqldumpClient } from './mysqldump-client.ts';
import { openOptionFile } from './option-file.ts';
import { requireTls } from './require-tls.ts';
import { excerptOf, type Said } from './stderr-excerpt.ts';

export interface Dump {
  /** Bytes of the plain dump. */
  readonly size: number;
  /** What mysqldump said although it succeeded, and what it was told to leave out. */
  readonly findings: readonly Finding[];
  /** Whether the file was emptied and written once more. */
  readonly isRepeated: boolean;
}

export interface DumpOptions {
  readonly client: MysqldumpClient;
  readonly signal: AbortSignal;
  /** Options that let mysqldump get through where a right is missing or a view is broken. */
  readonly concessions?: readonly string[];
  /** Whether another connection has shown that the server offers TLS. */
  readonly offersTls?: boolean;
  /** Tells, after a dump, which tables have become others while it was made. */
  readonly tablesMadeAnew?: TablesMadeAnew | undefined;
  /** Told as soon as there is a file that mysqldump is about to write to. */
  readonly onBegun?: () => void;
}

/** How long mysqldump may take to end after SIGTERM before it is killed. */
const GRACE_MS = 5000;

/** A table was changed while it was dumped (ER_TABLE_DEF_CHANGED): nothing is wrong that would be so again. */
const CHANGED_MEANWHILE = /\b1412\b/;

/**
 * Dumps one database into a file by running mysqldump. The file is there afterwards only if the dump is whole: exit code
 * 0, no signal, and the marker on its last line. A dump that a change of a table has ended is made once more.
 * @param path of the file; it must not exist
 * @throws {ExplainedError} saying what mysqldump said, with its password blotted out; the signal's reason when aborted
 */
export async function dump(
  source: DatabaseSource,
  path: string,
  { client, signal, concessions = [], offersTls = false, tablesMadeAnew, onBegun = () => {} }: DumpOptions,
): Promise<Dump> {
  signal.throwIfAborted();
  if (source.ssl === 'require' && client.flavour === 'mariadb' && !offersTls) await requireTls(source, { signal });
  const asked = { ...source, dumpOptions: [...source.dumpOptions, ...concessions] };
  // What is appended to a file that was emptied begins at its beginning again.
  await using file = await open(path, 'ax', 0o600);
  onBegun();
  try {
    return await dumpAgainIfChanged(asked, { path, file, client, signal, tablesMadeAnew });
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

interface Once {
  readonly path: string;
  readonly file: FileHandle;
  readonly client: MysqldumpClient;
  readonly signal: AbortSignal;
  readonly tablesMadeAnew: TablesMadeAnew | undefined;
}

async function dumpAgainIfChanged(source: DatabaseSource, once: Once): Promise<Dump> {
  const first = await dumpOnce(source, once).catch(unlessChanged);
  // Asked for in any case: what has changed by now is nothing against the second dump.
  const meanwhile = await changedMeanwhile(once);
  const changed = 'changed' in first ? first.changed : meanwhile;
  if (!('changed' in first) && changed === undefined) return { ...first, isRepeated: false };
  await once.file.truncate();
  const { size, findings } = await dumpOnce(source, once);
  const still = await changedMeanwhile(once);
  const again = finding('DUMP_REPEATED', `dumped again, since the first time: ${changed}`);
  const doubt =
    still === undefined ? [] : [finding('TABLES_SWAPPED', `${still}, the second time, too`, AT_ANOTHER_TIME)];
  return { size, isRepeated: true, findings: [...findings, again, ...doubt] };
}

function unlessChanged(error: unknown): { changed: string } {
  if (error instanceof ExplainedError && CHANGED_MEANWHILE.test(error.message)) return { changed: error.message };
  throw error;
}

/** @returns what has become of the tables while they were dumped; undefined when nothing has */
async function changedMeanwhile({ tablesMadeAnew, signal }: Once): Promise<string | undefined> {
  try {
    const tables = (await tablesMadeAnew?.({ signal })) ?? [];
    return tables.length === 0
      ? undefined
      : `tables were made anew or renamed while they were dumped: ${firstNames(tables)}`;
  } catch (error) {
    signal.throwIfAborted();
    return `nobody could see whether tables were made anew or renamed while they were dumped: ${messageOf(error)}`;
  }
}

const AT_ANOTHER_TIME =
  'Rows of them may be of another moment, or missing. Back up at a time when no such change (gh-ost, pt-online-schema-change, a nightly reload) is under way.';

async function dumpOnce(
  source: DatabaseSource,
  { path, file, client, signal }: Once,
): Promise<Omit<Dump, 'isRepeated'>> {
  // Straight into a file descriptor: half the CPU of a pipe through this process, and nothing here can hold it up.
  const said = await runMysqldump(source, file.fd, { folder: dirname(path), client, signal });
  if (!(await endsWithMarker(path))) throw cutOff(said.text());
  return { size: (await file.stat()).size, findings: findingsIn(said) };
}

type Running = Pick<Once, 'client' | 'signal'> & { readonly folder: string };

/** @returns what it said on stderr, when it ended well */
async function runMysqldump(
  source: DatabaseSource,
  output: number,
  { folder, client, signal }: Running,
): Promise<Said> {
  await using options = await openOptionFile(folder, source.password);
  const child = spawn(client.path, dumpArguments(source, client), {
    stdio: ['ignore', output, 'pipe', options.fd],
    env: clientEnvironment(),
  });
  const ending = ended(child, signal);
  // A child that could not be started, for want of descriptors, has no stderr.
  const said = excerptOf(child.stderr ?? undefined, source.password);
  const { code, killedBy } = await ending;
  signal.throwIfAborted();
  if (code === 0) return said;
  const what = killedBy ? `mysqldump was ended by ${killedBy}` : `mysqldump failed with exit code ${code}`;
  throw new ExplainedError(withStderr(what, said.text()), { advice: adviceFor(said.text()) ?? RUN_BY_HAND });
}

/** Waits until it has ended and said all; once aborted only until it has ended, since a child of its own may live on. */
async function ended(
  child: ChildProcess,
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
    advice: adviceFor(stderr) ?? RUN_BY_HAND,
  });
}

const RUN_BY_HAND =
  'Run the backup again. If it stays so, run mysqldump by hand and look at what it says and at the end of its output.';

function withStderr(what: string, stderr: string): string {
  return stderr === '' ? what : `${what}: ${stderr}`;
}
