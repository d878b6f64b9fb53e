import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ConfigurationError, codeOf, messageOf } from '../errors.ts';
import { log } from '../log.ts';
import type { ProgramSetting } from '../options/parsers.ts';
import { clientEnvironment } from './client-environment.ts';
import { throwIfInterrupted } from './shared-signal.ts';

const run = promisify(execFile);

/** The dump program at hand. MySQL's and MariaDB's are of one name and know different options. */
export interface MysqldumpClient {
  readonly path: string;
  readonly flavour: 'mysql' | 'mariadb';
  /** Such as `10.11.19` or `9.7.0`. */
  readonly version: string;
  /** Tells whether `--help` names the option. */
  knows(option: string): boolean;
}

/**
 * Asks the dump program, once a run, what it is.
 * @param path its path, or its name when it is on the PATH
 * @throws {ConfigurationError} when it is not installed or does not answer as mysqldump does; the signal's reason when aborted
 */
export async function findMysqldump(path: string, { signal }: Asking = {}): Promise<MysqldumpClient> {
  const help = await ask(path, '--help', signal);
  const { flavour, version } = versionIn(firstLine(help)) ?? versionOf(path, await ask(path, '--version', signal));
  log.debug('dump program', { path, flavour, version });
  const options = new Set([...help.matchAll(/^\s+(?:-\w, )?--([a-z][\w-]*)/gm)].map(match => match[1]));
  return { path, flavour, version, knows: option => options.has(option) };
}

export interface Asking {
  readonly signal?: AbortSignal;
}

/** The dump programs at hand. */
export interface DumpClients {
  /** @returns the one that fits a server: of its flavour, or else the only one there is */
  for(flavour: 'mysql' | 'mariadb'): MysqldumpClient;
  /** Each of them once. */
  readonly all: readonly MysqldumpClient[];
}

export interface FoundClients extends DumpClients {
  /** A sentence for each program that the user has named and that is missing. */
  readonly warnings: readonly string[];
}

/**
 * Asks both dump programs what they are. A client of the other flavour makes dumps that may not load again, so each
 * serves the servers of its own; where one is not installed, the other serves all. Of two of one flavour, the one that
 * somebody has named goes before the one that merely is there, and then the one that was named for such servers.
 * @param programs MariaDB too calls its own `mysqldump`, beside `mariadb-dump`
 * @throws {ConfigurationError} when neither is installed, or one does not answer as mysqldump does
 */
export async function findClients(programs: DumpPrograms, asking: Asking = {}): Promise<FoundClients> {
  return chooseClients(await askPrograms(programs, asking));
}

/** Both, as they were set. */
export interface DumpPrograms {
  readonly mysqldump: ProgramSetting;
  readonly mariadbDump: ProgramSetting;
}

/** What a program said of itself, or why it did not. */
export type AskedProgram = ProgramSetting &
  ({ readonly client: MysqldumpClient } | { readonly error: ConfigurationError });

/** Asks both dump programs what they are, and leaves it to the caller what follows. */
export function askPrograms({ mysqldump, mariadbDump }: DumpPrograms, asking: Asking = {}): Promise<AskedProgram[]> {
  return Promise.all(
    [mysqldump, mariadbDump].map(async program => {
      try {
        return { ...program, client: await findMysqldump(program.path, asking) };
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        return { ...program, error };
      }
    }),
  );
}

/** @throws {ConfigurationError} as `findClients` */
export function chooseClients(asked: readonly AskedProgram[]): FoundClients {
  const there = asked.filter(it => 'client' in it);
  const failed = asked.filter(it => 'error' in it);
  const broken = failed.find(({ error }) => codeOf(error.cause) !== 'ENOENT');
  if (broken) throw broken.error;
  if (there.length === 0) throw new ConfigurationError(failed.flatMap(({ error }) => error.mistakes));
  const order = { mysql: givenFirst(there), mariadb: givenFirst(there.toReversed()) };
  const [instead] = order.mysql;
  return {
    all: order.mysql.filter(client => client === order.mysql.find(other => isAlike(client, other))),
    for: flavour => order[flavour].find(client => client.flavour === flavour) ?? order[flavour][0]!,
    warnings: failed
      .filter(({ isGiven }) => isGiven)
      .map(({ error }) => `${error.message}. Without it, ${instead!.path} serves every server`),
  };
}

function givenFirst(asked: readonly { isGiven: boolean; client: MysqldumpClient }[]): MysqldumpClient[] {
  return [...asked.filter(({ isGiven }) => isGiven), ...asked.filter(({ isGiven }) => !isGiven)].map(it => it.client);
}

/** Debian's mysqldump is a link to mariadb-dump. */
function isAlike(a: MysqldumpClient, b: MysqldumpClient): boolean {
  return a.flavour === b.flavour && a.version === b.version;
}

async function ask(path: string, option: string, signal: AbortSignal | undefined): Promise<string> {
  signal?.throwIfAborted();
  const running = run(path, ['--no-defaults', option], {
    env: clientEnvironment(),
    timeout: 30_000,
    // A program that does not answer may ignore SIGTERM too, and would be waited for.
    killSignal: 'SIGKILL',
    maxBuffer: 4 << 20,
  });
  const stop = () => void running.child.kill('SIGKILL');
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return (await running).stdout;
  } catch (error) {
    await throwIfInterrupted(running.child.signalCode, signal);
    const why =
      codeOf(error) === 'ENOENT'
        ? 'it is not installed (Debian: apt-get install mariadb-client); install it, or name it with --mysqldump or --mariadb-dump'
        : messageOf(error);
    throw new ConfigurationError([`The dump program ${path} can't be run: ${why}`], {
      cause: error,
      ...(codeOf(error) !== 'ENOENT' && { advice: NAME_ANOTHER }),
    });
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** All of MySQL's and MariaDB's own begin their help with the line that `--version` prints. */
function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}

const NAME_ANOTHER =
  'Name mysqldump or mariadb-dump, with its path, by --mysqldump (SADE_MYSQLDUMP) or --mariadb-dump (SADE_MARIADB_DUMP).';

/** @throws {ConfigurationError} when it is not the answer of a dump program */
function versionOf(path: string, text: string): Pick<MysqldumpClient, 'flavour' | 'version'> {
  const found = versionIn(text);
  if (found) return found;
  const why = `${path} does not answer --version as mysqldump does: ${text.trim().slice(0, 200)}`;
  throw new ConfigurationError([why], { advice: NAME_ANOTHER });
}

/**
 * `mysqldump  Ver 10.19 Distrib 10.11.19-MariaDB, …`, `mysqldump from 11.4.2-MariaDB, client 10.19 …`,
 * `mysqldump  Ver 10.13 Distrib 5.7.44, …`, `mysqldump  Ver 9.7.0 for Linux …`
 */
function versionIn(text: string): Pick<MysqldumpClient, 'flavour' | 'version'> | undefined {
  const version = /(?:from|Distrib)\s+(\d+\.\d+\.\d+)/.exec(text)?.[1] ?? /Ver\s+(\d+\.\d+\.\d+)/.exec(text)?.[1];
  return version === undefined ? undefined : { flavour: /\d-MariaDB\b/i.test(text) ? 'mariadb' : 'mysql', version };
}
