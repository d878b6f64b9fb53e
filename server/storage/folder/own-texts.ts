import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Disk } from '../file-system/file-system.ts';
import type { OwnText } from '../storage.ts';
import { isHeld, lockFile } from './lock-folder.ts';
import { readText, writeText } from './metadata.ts';
import { syncFolder } from './part-file.ts';

/** No database can have that name, which ends with a blank: the folders of the databases lie beside it. */
const LOCK = '.lumbung-texts-lock ';

/** How long another process may hold the lock: a change takes as long as the disk does to keep a small file. */
const PATIENCE_MS = 20_000;
const PAUSE_MS = 20;

/** Changes a text of the storage itself, which other processes may change at the same time; they wait for each other. */
export async function changeOwnText(
  disk: Disk,
  root: string,
  name: OwnText['name'],
  change: (present: string | undefined) => string,
): Promise<void> {
  await lockingOwnTexts(root, async () => {
    await writeText(disk, pathOf(root, name), change(await readOwnText(disk, root, name)));
    await syncFolder(disk, root);
  });
}

/** @returns the text, or undefined when there is no such text */
export function readOwnText(disk: Disk, root: string, name: OwnText['name']): Promise<string | undefined> {
  return readText(disk, pathOf(root, name));
}

/**
 * Runs a task while no other process changes a text of the storage, nor another task of this one.
 * @throws Error when another process does not let go
 */
export async function lockingOwnTexts<T>(root: string, task: () => Promise<T>): Promise<T> {
  using _lock = await lockWithin(join(root, LOCK), PATIENCE_MS);
  return await task();
}

/** SQLite's own waiting would block the process. */
async function lockWithin(path: string, patienceMs: number): Promise<Disposable> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      return lockFile(path, 0);
    } catch (error) {
      if (!isHeld(error) || performance.now() > until)
        throw new Error(`the lock '${path}' cannot be taken`, { cause: error });
    }
    await sleep(PAUSE_MS);
  }
}

function pathOf(root: string, name: OwnText['name']): string {
  return join(root, `.lumbung-${name} `);
}
