import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ConfigurationError, codeOf, messageOf } from '../problems.ts';
import { clientEnvironment } from './client-environment.ts';

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
 * @throws {ConfigurationError} when it is not installed or does not answer as mysqldump does
 */
export async function findMysqldump(path: string): Promise<MysqldumpClient> {
  const [versionText, help] = await Promise.all([ask(path, '--version'), ask(path, '--help')]);
  const { flavour, version } = parseVersion(path, versionText);
  const options = new Set([...help.matchAll(/^\s+(?:-\w, )?--([a-z][\w-]*)/gm)].map(match => match[1]));
  return { path, flavour, version, knows: option => options.has(option) };
}

async function ask(path: string, option: string): Promise<string> {
  try {
    const { stdout } = await run(path, ['--no-defaults', option], {
      env: clientEnvironment(),
      timeout: 30_000,
      maxBuffer: 4 << 20,
    });
    return stdout;
  } catch (error) {
    const advice =
      codeOf(error) === 'ENOENT'
        ? 'it is not installed (Debian: apt-get install mariadb-client), or name it with --mysqldump'
        : messageOf(error);
    throw new ConfigurationError([`The dump program ${path} can't be run: ${advice}`], { cause: error });
  }
}

/**
 * `mysqldump  Ver 10.19 Distrib 10.11.19-MariaDB, …`, `mysqldump from 11.4.2-MariaDB, client 10.19 …`,
 * `mysqldump  Ver 10.13 Distrib 5.7.44, …`, `mysqldump  Ver 9.7.0 for Linux …`
 */
function parseVersion(path: string, text: string): Pick<MysqldumpClient, 'flavour' | 'version'> {
  const version = /(?:from|Distrib)\s+(\d+\.\d+\.\d+)/.exec(text)?.[1] ?? /Ver\s+(\d+\.\d+\.\d+)/.exec(text)?.[1];
  if (!version)
    throw new ConfigurationError([`${path} does not answer --version as mysqldump does: ${text.trim().slice(0, 200)}`]);
  return { flavour: /\d-MariaDB\b/i.test(text) ? 'mariadb' : 'mysql', version };
}
