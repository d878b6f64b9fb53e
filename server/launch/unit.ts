import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { codeOf, messageOf } from '../errors/error-code.ts';
import { parseEnvironmentFile, parseEnvironmentProperty } from './environment-text.ts';

/** The unit that docs/install.md sets up. */
const UNIT = 'lumbung.service';
const PROPERTIES = ['LoadState', 'User', 'DynamicUser', 'UMask', 'WorkingDirectory', 'Environment', 'EnvironmentFiles'];
const WITHIN_MS = 10_000;
/** Exists where systemd runs, as sd_booted() has it. */
const BOOTED = '/run/systemd/system';

/** What the unit of the service sets. */
export interface Unit {
  /** Empty: root. */
  readonly user: string;
  readonly folder: string;
  /** In octal, such as `0077`; empty: that of the caller. */
  readonly umask: string;
  /** Those of `Environment=`, and over them those of its `EnvironmentFile=`. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * @returns the unit of the service; undefined where this machine has none, or does not run systemd
 * @throws Error of one line when systemd does not answer or can't use the unit, or a file of variables can't be read
 */
export async function readUnit(): Promise<Unit | undefined> {
  const properties = await ask();
  const one = (name: string) => properties?.get(name)?.[0] ?? '';
  if (!properties || ['', 'not-found'].includes(one('LoadState'))) return undefined;
  refuseUnusable(one('LoadState'), one('User') === '' && one('DynamicUser') === 'yes');
  let env = parseEnvironmentProperty(one('Environment'));
  for (const file of properties.get('EnvironmentFiles') ?? []) env = { ...env, ...(await readVariables(file)) };
  // systemd marks with `!` a folder that may be missing.
  return { user: one('User'), folder: one('WorkingDirectory').replace(/^!/, ''), umask: one('UMask'), env };
}

/** A command would go on with a history that is not the one of the service, or as root. */
function refuseUnusable(loadState: string, hasUnnamedUser: boolean): void {
  if (loadState !== 'loaded')
    throw new Error(
      `systemd can't use ${UNIT} (${loadState}), so it is not known where the service has its data: systemctl status ${UNIT} says why`,
    );
  if (hasUnnamedUser)
    throw new Error(`${UNIT} has DynamicUser=yes without a name of the user: set User= there, such as User=lumbung`);
}

async function ask(): Promise<Map<string, string[]> | undefined> {
  const args = ['show', `--property=${PROPERTIES.join(',')}`, UNIT];
  const { stdout } = await promisify(execFile)('systemctl', args, { timeout: WITHIN_MS }).catch(error => {
    if (codeOf(error) === 'ENOENT' || !existsSync(BOOTED)) return { stdout: '' };
    // With the variables of another service a command would make a new, empty history.
    throw new Error(`systemctl does not show how ${UNIT} runs: ${messageOf(error).trim().split('\n').at(-1)}`);
  });
  const lines = stdout.split('\n').map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  const found = new Map<string, string[]>();
  for (const [name, value] of lines as Array<[string, string]>)
    if (value !== '') found.set(name, [...(found.get(name) ?? []), value]);
  return found;
}

/** @param shown such as `/etc/lumbung.env (ignore_errors=no)` */
async function readVariables(shown: string): Promise<Record<string, string>> {
  const [, path = shown, ignores] = /^(.*) \(ignore_errors=(yes|no)\)$/.exec(shown) ?? [];
  try {
    let variables = {};
    for (const file of await filesOf(path))
      variables = { ...variables, ...parseEnvironmentFile(await readFile(file, 'utf8')) };
    return variables;
  } catch (error) {
    if (ignores === 'yes' && codeOf(error) === 'ENOENT') return {};
    if (codeOf(error) === 'EACCES')
      throw new Error(
        `${path} has variables of the service, and only root can read it. Run the command again with sudo in front: sudo lumbung`,
      );
    throw new Error(`${path}, which ${UNIT} names, can't be read: ${messageOf(error)}`);
  }
}

/** systemd takes a pattern for several files, and shows it as it is. */
async function filesOf(path: string): Promise<string[]> {
  const found: string[] = [];
  if (/[*?[]/.test(path)) for await (const file of glob(path)) found.push(file);
  return found.length > 0 ? found.sort() : [path];
}
