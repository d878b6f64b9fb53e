import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { openRegular } from '../file-system/file-system.ts';
import { type NamingDisk, renameNoReplace } from '../file-system/rename-no-replace.ts';
import { closePart, openPart, removePart, syncFolder } from './part-file.ts';

/** No database can have that name, which ends with a blank: the folders of the databases lie beside it. */
const MARKER = '.lumbung-storage ';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function markerPath(root: string): string {
  return join(root, MARKER);
}

/**
 * Reads the marker of a storage folder.
 * @returns the storage's id, or undefined when the folder has no marker, or is not there
 * @throws Error when the marker is not one of ours
 */
export async function readIdentity(disk: NamingDisk, root: string): Promise<string | undefined> {
  const path = markerPath(root);
  const file = await openRegular(disk, path);
  if (!file) return undefined;
  try {
    // Any other file there may be large.
    const { buffer, bytesRead } = await file.handle.read(Buffer.alloc(1000), 0, 1000, 0);
    const { id }: { id?: unknown } = JSON.parse(buffer.toString('utf8', 0, bytesRead));
    if (typeof id === 'string' && UUID.test(id)) return id;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  } finally {
    await file.close();
  }
  throw new Error(`the marker '${path}' contains no storage id: put it back from a copy of the storage folder`);
}

/**
 * Gives a storage folder a marker, unless it has one.
 * @param root which is there
 * @param wanted a random id when left out
 * @returns the id that is on the disk now
 */
export async function makeIdentity(disk: NamingDisk, root: string, wanted: string = randomUUID()): Promise<string> {
  const part = await openPart(disk, root);
  try {
    const marker = {
      about: 'Lumbung identifies its storage by this file: copy it together with the backups',
      id: wanted,
    };
    await part.handle.writeFile(`${JSON.stringify(marker)}\n`);
    await part.handle.sync();
    if (await renameNoReplace(disk, { path: part.path, target: markerPath(root), isPart: true }))
      await closePart(disk, part);
    else await removePart(disk, part);
  } catch (error) {
    await removePart(disk, part);
    throw error;
  }
  await syncFolder(disk, root);
  const id = await readIdentity(disk, root);
  if (!id) throw new Error(`the marker '${markerPath(root)}' was written, but is missing`);
  return id;
}
