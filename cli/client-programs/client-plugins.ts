import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdir, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { clientEnvironment } from './client-environment.ts';
import type { MysqldumpClient } from './mysqldump-client.ts';
import { portOf } from './port-of.ts';

/**
 * The ways to log in, beside those built into MariaDB's client, that never write the password into the connection as it is.
 * (The two of MySQL do within TLS, and else encrypt it: no account of MySQL could log in without them.) Not among them:
 * mysql_clear_password and dialog, which is PAM's.
 */
const TAKEN = ['client_ed25519', 'parsec', 'auth_gssapi_client', 'caching_sha2_password', 'sha256_password'];

/** Nothing can be loaded from there. */
const NO_FOLDER = '/dev/null';

/** A folder for `--plugin-dir`: MariaDB's client finds the plugins there that are allowed, and no others. */
export interface PluginFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * @param folder a private one, in which it is made
 * @param from where the client's own plugins are; undefined: none of them is needed
 */
export async function openPluginFolder(folder: string, from: string | undefined): Promise<PluginFolder> {
  if (from === undefined) return { path: NO_FOLDER, [Symbol.asyncDispose]: async () => {} };
  const path = join(folder, `.plugins-${randomUUID()}`);
  await mkdir(path, { mode: 0o700 });
  for (const name of TAKEN.map(plugin => `${plugin}.so`)) {
    const target = join(from, name);
    if (await isThere(target)) await symlink(target, join(path, name));
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** @returns whether the client failed because it lacks a plugin that it may use */
export function needsPlugin(stderr: string): boolean {
  const plugin = /Plugin '?(\w+)'? could not be loaded/.exec(stderr)?.[1];
  return plugin !== undefined && TAKEN.includes(plugin);
}

const LOCATED = new WeakMap<MysqldumpClient, string>();

/** @returns what `locatePlugins` has found for this client, undefined before */
export function locatedPlugins(client: MysqldumpClient): string | undefined {
  return LOCATED.get(client);
}

/**
 * Finds the folder of a client's plugins, which is compiled into it or into its library: it names that folder when it is
 * asked for a plugin that it does not have. So it is asked, by a server on this machine, and gets no password.
 * @returns undefined when it does not say
 */
export async function locatePlugins(client: MysqldumpClient, signal: AbortSignal): Promise<string | undefined> {
  const server = createServer(socket => {
    socket.on('error', () => {}).once('data', () => socket.end(packet(2, '\xfelumbung_asks\0saltsaltsaltsaltsalt\0')));
    socket.write(GREETING);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const port = portOf(server);
    const stderr = await sayOf(client.path, [...QUESTION, `--port=${port}`, 'nothing'], signal);
    const file = /could not be loaded: (\/[^:]*\/)lumbung_asks\.so/.exec(stderr)?.[1];
    if (file !== undefined) LOCATED.set(client, dirname(`${file}x`));
    return LOCATED.get(client);
  } finally {
    server.close();
  }
}

const QUESTION = [
  '--no-defaults',
  '--host=127.0.0.1',
  '--protocol=tcp',
  '--user=nobody',
  '--default-auth=lumbung_asks',
];

async function sayOf(path: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const options = { env: clientEnvironment(), timeout: 10_000, killSignal: 'SIGKILL', signal } as const;
  return new Promise(resolve => execFile(path, args, options, (_error, _stdout, stderr) => resolve(stderr)));
}

/** Of version 10 of the protocol: a server's version, connection 1, 20 bytes of salt, and a plugin to log in by. */
const GREETING = packet(
  0,
  '\x0a10.11.0-MariaDB\0\x01\0\0\0saltsalt\0\x08\x82\x2d\x02\0\x08\0\x15',
  `${'\0'.repeat(10)}saltsaltsalt\0mysql_native_password\0`,
);

function packet(sequence: number, ...parts: readonly string[]): Buffer {
  const body = Buffer.from(parts.join(''), 'latin1');
  return Buffer.concat([Buffer.from([body.length, 0, 0, sequence]), body]);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
