import { execFile } from 'node:child_process';
import { access, constants, realpath } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { clientEnvironment } from '../client-programs/client-environment.ts';
import { ConfigurationError, codeOf, messageOf } from '../errors.ts';
import { log } from '../log.ts';

const run = promisify(execFile);

/** A server program on this machine. */
export interface ServerProgram {
  readonly path: string;
  readonly flavour: 'mysql' | 'mariadb';
  /** Such as `10.11.19` or `9.7.4`. */
  readonly version: string;
  /** What it needs before all other options, such as `--basedir=…` where it is not installed in its usual place. */
  readonly options: readonly string[];
}

/** Server programs that the user has named; each is looked for by its usual name otherwise. */
export interface NamedPrograms {
  readonly mariadbd?: string | undefined;
  readonly mysqld?: string | undefined;
}

/** Where distributions put server programs, which is often not on the PATH of a user or of cron. */
const SERVER_FOLDERS = ['/usr/sbin', '/usr/libexec', '/usr/local/sbin', '/usr/local/libexec', '/usr/local/mysql/bin'];

/**
 * Finds the database servers that are installed on this machine, and asks each for its version; starts none.
 * @param named paths, or names on the PATH
 * @returns each program once; none where no server is installed
 * @throws {ConfigurationError} when a named program is missing or does not answer `--version` as a server does
 */
export async function findServerPrograms(
  named: NamedPrograms = {},
  { signal, env = process.env }: { readonly signal?: AbortSignal; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<ServerProgram[]> {
  const found = new Map<string, ServerProgram>();
  for (const name of ['mariadbd', 'mysqld'] as const) {
    signal?.throwIfAborted();
    const given = named[name];
    const path = await locate(given ?? name, env);
    if (path === undefined) {
      if (given !== undefined) throw notUsable(name, given, 'it does not exist, or it cannot be executed');
      continue;
    }
    // Debian's mysqld may be a link to mariadbd.
    const real = await realpath(path);
    if (found.has(real)) continue;
    const program = await ask(path, signal).catch(error => {
      signal?.throwIfAborted();
      if (given !== undefined) throw notUsable(name, given, messageOf(error), error);
      log.debug('server program does not answer', { path, error });
      return undefined;
    });
    if (program) found.set(real, program);
  }
  const programs = [...found.values()];
  log.debug('server programs', { programs: programs.map(({ path, version }) => `${path} ${version}`) });
  return programs;
}

/**
 * @returns of the programs of that flavour and the same or a newer series the one whose series is nearest, or undefined. A series is
 * the first two numbers of a version, such as 10.11
 */
export function programFor(
  programs: readonly ServerProgram[],
  { flavour, version }: Pick<ServerProgram, 'flavour' | 'version'>,
): ServerProgram | undefined {
  return programs
    .filter(it => it.flavour === flavour && seriesOf(it.version) >= seriesOf(version))
    .sort((a, b) => seriesOf(a.version) - seriesOf(b.version))[0];
}

/** @returns whether two versions have the same first two numbers */
export function isSameSeries(a: string, b: string): boolean {
  return seriesOf(a) === seriesOf(b);
}

function seriesOf(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1000 + minor;
}

async function locate(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const folders = [...(env.PATH ?? '').split(delimiter), ...SERVER_FOLDERS].filter(folder => isAbsolute(folder));
  const paths = name.includes('/') ? [name] : folders.map(folder => join(folder, name));
  for (const path of paths) {
    const isProgram = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isProgram) return path;
  }
  return undefined;
}

/** `mariadbd  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu …`, `mysqld  Ver 9.7.4-2 for Linux on x86_64 …` */
async function ask(path: string, signal: AbortSignal | undefined): Promise<ServerProgram> {
  const { stdout } = await run(path, ['--no-defaults', '--version'], {
    env: clientEnvironment(),
    timeout: 30_000,
    killSignal: 'SIGKILL',
    maxBuffer: 1 << 20,
    ...(signal && { signal }),
  });
  const version = /\bVer\s+(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`it does not answer --version as a server does: ${stdout.slice(0, 200)}`);
  return { path, flavour: /\d-MariaDB\b/i.test(stdout) ? 'mariadb' : 'mysql', version, options: [] };
}

function notUsable(name: string, path: string, why: string, cause?: unknown): ConfigurationError {
  const said = codeOf(cause) === 'ENOENT' ? 'it does not exist' : why;
  return new ConfigurationError([`The server program ${path} can't be used: ${said}`], {
    cause,
    advice: `Name another with --${name}, or leave the option out.`,
  });
}
