import { readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { v4 as uuid } from 'uuid';
import { log } from '../log.ts';

/** The folder of one throwaway server, for this user alone. */
export interface PrivateFolder {
  readonly path: string;
  readonly data: string;
  readonly temporary: string;
  /** Stays empty: plugins are loaded from here, and files are read and written here, if at all. */
  readonly empty: string;
  readonly log: string;
  readonly socket: string;
  /** Removes all of it. Never throws: what remains is removed by the next run. */
  remove(): Promise<void>;
}

/** What the folder of a throwaway server is called; no one else's name looks like this. */
const NAME = /^\.server-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** In a work folder, where data folders are kept for the servers of the next runs. It stays. */
export const DATA_CACHE = '.server-data';

/** The link to the folder of the socket, where that has one of its own. */
const SOCKET_LINK = 'socket-folder';
const SOCKET_PREFIX = 'lumbung-socket-';

/** The kernel takes no longer path of a socket, in bytes (unix(7)). */
const LONGEST_SOCKET_PATH = 107;

/**
 * Makes a folder for one server.
 * @param workFolder an existing folder of this user
 * @throws the system's error when there is no room or no right
 */
export async function makePrivateFolder(workFolder: string): Promise<PrivateFolder> {
  const path = join(workFolder, `.server-${uuid()}`);
  await mkdir(path, { mode: 0o700 });
  const [data, temporary, empty] = ['data', 'tmp', 'empty'].map(name => join(path, name)) as [string, string, string];
  try {
    for (const folder of [data, temporary]) await mkdir(folder, { mode: 0o700 });
    await mkdir(empty, { mode: 0o500 });
    const socket = await placeForSocket(path);
    return { path, data, temporary, empty, socket, log: join(path, 'error.log'), remove: () => removeFolder(path) };
  } catch (error) {
    await removeFolder(path);
    throw error;
  }
}

/**
 * Ends the servers of a run that was killed, and removes their folders.
 * @param workFolder one whose lock this process holds
 * @returns how many folders there were
 */
export async function sweepThrowawayServers(workFolder: string): Promise<number> {
  const names = (await readdir(workFolder).catch(() => [])).filter(name => NAME.test(name));
  for (const name of names) {
    const path = join(workFolder, name);
    endServersIn(path);
    await removeFolder(path);
  }
  return names.length;
}

/** @returns whether a file name is that of a throwaway server's folder */
export function isServerFolder(fileName: string): boolean {
  return NAME.test(fileName);
}

async function placeForSocket(path: string): Promise<string> {
  const socket = join(path, 's');
  if (Buffer.byteLength(socket) <= LONGEST_SOCKET_PATH) return socket;
  const folder = await mkdtemp(join(tmpdir(), SOCKET_PREFIX));
  await symlink(folder, join(path, SOCKET_LINK));
  return join(folder, 's');
}

async function removeFolder(path: string): Promise<void> {
  try {
    const elsewhere = await readlink(join(path, SOCKET_LINK)).catch(() => undefined);
    if (elsewhere !== undefined && (await isOurSocketFolder(elsewhere))) await rm(elsewhere, { recursive: true });
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    log.warn('the folder of a throwaway server cannot be removed', { path, error });
  }
}

/** The link is not followed blindly: only to a folder of the name that we give, in the folder of all temporary files. */
async function isOurSocketFolder(path: string): Promise<boolean> {
  if (dirname(path) !== tmpdir() || !basename(path).startsWith(SOCKET_PREFIX)) return false;
  return lstat(path).then(
    found => found.isDirectory() && found.uid === process.getuid?.(),
    () => false,
  );
}

/** A server's current folder is its data folder. Only Linux has /proc; elsewhere no server is found. */
function endServersIn(path: string): void {
  try {
    const data = join(realpathSync(path), 'data');
    for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name)))
      if (currentFolderOf(pid) === data) process.kill(Number(pid), 'SIGKILL');
  } catch (error) {
    log.debug('servers of a killed run cannot be looked for', { path, error });
  }
}

function currentFolderOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}
