import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '../config.ts';
import type { Storage } from '../storage/storage.ts';

type Named = Pick<Config, 'env' | 'storageDir' | 'databaseUrl'>;

/**
 * A command that is pasted without the variables of the service, or into another folder, would begin a new, empty history there,
 * and show or change that one.
 * @throws Error of one line when no history is there yet, unless a new service is set up: its variables are named, and it has no
 *   storage either
 */
export async function refuseNewHistory(config: Named, storage: Pick<Storage, 'identity'>): Promise<void> {
  const { databaseUrl, storageDir } = config;
  const file = databaseUrl.startsWith('sqlite:') ? resolve(databaseUrl.slice('sqlite:'.length)) : undefined;
  if (file === undefined || (await exists(file))) return;
  refuseUnnamed(config, file);
  if ((await storage.identity().catch(() => undefined)) === undefined) return;
  throw new Error(
    `STORAGE_DIR ${resolve(storageDir)} has a history, but ${file} does not exist: does DATABASE_URL name the history of the service? If it was lost: docs/how-to/rebuild-a-lost-history.md`,
  );
}

/** The same for `rebuild`, which makes a history from a storage. @throws Error */
export async function refuseNewStorage(config: Named): Promise<void> {
  const folder = resolve(config.storageDir);
  if (!(await exists(folder))) refuseUnnamed(config, folder);
}

/** @throws Error when neither of the two variables is set */
function refuseUnnamed({ env }: Named, missing: string): void {
  if (env.STORAGE_DIR || env.DATABASE_URL) return;
  // The launcher has looked for the service.
  const how = env.LUMBUNG_CALLED_BY
    ? 'no service was found on this machine. Start the service first, or set both to those of the service'
    : 'run the command as sudo lumbung …, which finds those of the service, or set both';
  throw new Error(
    `${missing} does not exist, and neither DATABASE_URL nor STORAGE_DIR names another place: ${how} (docs/install.md#the-command-lumbung)`,
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
