import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { VARIABLES } from '../config.ts';
import type { ServiceUser } from './become-user.ts';
import { readUnit } from './unit.ts';

/** How the service of this machine runs. */
export interface FoundService {
  /** To which relative paths in its variables are relative. */
  readonly folder: string;
  /** Undefined: as anyone. */
  readonly user: ServiceUser | undefined;
  /** Of the files that it makes, in octal; undefined: that of the caller. */
  readonly umask?: string | undefined;
  /** May hold passwords: never to be logged. */
  readonly env: Readonly<Record<string, string>>;
}

interface Looking {
  readonly env: NodeJS.ProcessEnv;
  /** The folder of Lumbung. */
  readonly installed: string;
}

/** What the service does without a variable. Both are named to a command, so that it knows that a service was found. */
const DEFAULTS = {
  STORAGE_DIR: String(VARIABLES.storageDir.schema.getDefault()),
  DATABASE_URL: String(VARIABLES.databaseUrl.schema.getDefault()),
};

/**
 * Finds the service of this machine: the unit `lumbung.service`, and where that does not exist what `npm start` has stored in the
 * folder of Lumbung.
 * @returns undefined where the environment names the service already, or no service is found
 * @throws Error of one line when a unit exists and its variables can't be read
 */
export async function findService({ env, installed }: Looking): Promise<FoundService | undefined> {
  if (env.STORAGE_DIR || env.DATABASE_URL) return undefined;
  const unit = await readUnit();
  if (unit)
    return {
      folder: unit.folder || '/',
      user: unit.user ? { name: unit.user } : undefined,
      umask: unit.umask || undefined,
      env: { ...DEFAULTS, ...unit.env },
    };
  const data = await stat(join(installed, 'data')).catch(() => undefined);
  // Without a variable: a command refuses to make what is not there.
  return data && { folder: installed, user: { uid: data.uid, gid: data.gid }, env: {} };
}
