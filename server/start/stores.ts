import { stat } from 'node:fs/promises';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { checkIdentity, rememberIdentity } from '../backups/recovery/agree-on-storage.ts';
import type { Config } from '../config.ts';
import { messageOf } from '../errors/error-code.ts';
import { type Orm, openHistory } from '../history/orm.ts';
import { folderStorage } from '../storage/folder/folder-storage.ts';
import type { Claim, Storage } from '../storage/storage.ts';
import { refuseNewHistory } from './refuse-new-history.ts';

/** What the service keeps: the history, and the storage folder, which no other process can claim meanwhile. */
export interface Stores {
  readonly history: Orm;
  readonly storage: Storage;
  /** Lets others claim the storage, as the end of the process does. Hold on to it: the claim ends when it is collected. */
  readonly release: () => void;
}

/**
 * Opens both, and sees that the storage is the one that the history knows.
 * @param log of what the storage can't do beside its work
 * @throws Error of one line that says what to do; the history is closed then, else SQLite leaves a log behind, and replays it over
 * a history that is put there instead
 */
export async function openStores(config: Config, log: Logger): Promise<Stores> {
  const { storageDir: folder, allowEmptyStorage: accepts } = config;
  const report = (err: unknown, what: string) => log.error({ err }, `Storage: ${what}`);
  const storage = folderStorage({ folder, report });
  // A second service started by mistake would sweep away what the first is receiving, and give the same ids away. It is refused before
  // its migrations change the history of the first. Where no storage is yet, none may be made before the history is asked.
  let claim = await claimKnown(storage).catch(unusable(folder));
  let history: Orm | undefined;
  try {
    history = await openHistory(config.databaseUrl);
    await checkIdentity({ em: history.em, storage }, { accepts }).catch(unusable(folder));
    claim ??= await storage.claim().catch(unusable(folder));
    await storage.checkUsable().catch(unusable(folder));
    await rememberIdentity({ em: history.em }, claim.id);
  } catch (error) {
    claim?.[Symbol.dispose]();
    if (history) await giveUpHistory(history);
    throw error;
  }
  if (accepts)
    log.warn(
      'ALLOW_EMPTY_STORAGE is on: remove it after this start. With it the service does not notice a disk that is not mounted',
    );
  const held = claim;
  return { history, storage, release: () => held[Symbol.dispose]() };
}

/** @returns the claim on a storage that is there; undefined where none is */
async function claimKnown(storage: Storage): Promise<Claim | undefined> {
  return (await storage.identity()) === undefined ? undefined : storage.claim();
}

/** For `catch`. @throws Error of one line that names the folder */
function unusable(folder: string): (error: Error) => never {
  return error => {
    throw new Error(`STORAGE_DIR ${folder} cannot be used: ${error.message}`, { cause: error });
  };
}

/**
 * Opens both beside a service that may be running, without a claim on the storage: for what other processes may change, too. A storage
 * that is not there yet is made.
 * @throws Error of one line that says what to do; nothing is left open then
 */
export async function openStoresBeside(config: Config): Promise<Omit<Stores, 'release'>> {
  const { storageDir: folder } = config;
  await refuseOtherUser(folder);
  const storage = folderStorage({ folder });
  await refuseNewHistory(config, storage);
  const history = await openHistory(config.databaseUrl, { isBeside: true });
  try {
    await checkIdentity({ em: history.em, storage }, { accepts: false });
    await storage.checkUsable();
    return { history, storage };
  } catch (error) {
    await giveUpHistory(history);
    throw new Error(`STORAGE_DIR ${folder} cannot be used: ${messageOf(error)}`, { cause: error });
  }
}

/** The service could not read what another user, such as root, writes there. @throws Error */
async function refuseOtherUser(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  const own = process.getuid?.();
  if (found && own !== undefined && found.uid !== own)
    throw new Error(
      `STORAGE_DIR ${folder} belongs to the user with the id ${found.uid}, and this command runs as ${own}: run it as the user of the service, which sudo lumbung does`,
    );
}

/** How long the history may take to close, in milliseconds: a history server that hangs closes nothing. */
const CLOSE_MS = 5_000;

/**
 * Closes the history, or goes on without it.
 * @param isByForce also in the middle of a migration
 * @throws what the store throws
 */
export async function closeHistory(history: Orm, isByForce = false): Promise<void> {
  const closed = new AbortController();
  const late = sleep(CLOSE_MS, undefined, { signal: closed.signal }).catch(() => {});
  try {
    await Promise.race([history.close(isByForce), late]);
  } finally {
    closed.abort();
  }
}

/** Closes the history of a start that fails. Never throws. */
export async function giveUpHistory(history: Orm): Promise<void> {
  await closeHistory(history, true).catch(() => {});
}
