import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readPieces } from '../../../protocol/zip/read-pieces.ts';
import { unless } from '../file-system/file-system.ts';
import { GrowingFile } from '../file-system/growing-file.ts';
import { longestName, quarantine } from '../file-system/quarantine.ts';
import { type NamingDisk, renameNoReplace } from '../file-system/rename-no-replace.ts';
import { writeBuffered } from '../file-system/write-buffered.ts';
import type { FileAddress, Follow, ReceivedFile } from '../storage.ts';
import { closePart, discardPart, openPart, type Part, syncName } from './part-file.ts';
import { refuseFullDisk } from './room.ts';

interface Receiving {
  readonly disk: NamingDisk;
  readonly address: FileAddress;
  /** The path that the file will have: a folder for its database, and in it its name. */
  readonly target: string;
  /** @throws when the storage is not in its place */
  readonly check: () => Promise<void>;
}

/** Writes what comes to a part file beside the target. When that fails, nothing is left behind. */
export async function receiveFile(
  receiving: Receiving,
  content: AsyncIterable<Uint8Array>,
  follow?: Follow,
): Promise<ReceivedFile> {
  const { disk, target, check } = receiving;
  await check();
  const part = await openPart(disk, dirname(target));
  try {
    await refuseLongName(disk, target);
    await refuseFullDisk(disk, dirname(target));
    const written = await (follow ? writeFollowed(content, part.handle, follow) : writeBuffered(content, part.handle));
    await refuseFullDisk(disk, dirname(target));
    return receivedFile({ ...receiving, ...part, ...written });
  } catch (error) {
    await discardPart(disk, part);
    throw error;
  }
}

/** Nothing is read or written any more when it has ended. */
async function writeFollowed(content: AsyncIterable<Uint8Array>, handle: FileHandle, follow: Follow) {
  const file = new GrowingFile(handle);
  const end = new AbortController();
  const following = follow(file.pieces(), end.signal);
  // It is reported when its turn comes.
  following.catch(() => undefined);
  try {
    const written = await writeBuffered(content, handle, bytes => file.grow(bytes));
    file.complete();
    end.abort();
    await following;
    return written;
  } catch (error) {
    file.fail(error);
    end.abort();
    await following.catch(() => undefined);
    throw error;
  }
}

/** Some file systems take shorter names than most (eCryptfs: 143 bytes): better said before the bytes come. */
async function refuseLongName({ fs }: NamingDisk, target: string): Promise<void> {
  await fs.lstat(longestName(target)).catch(unless('ENOENT'));
}

interface Received extends Receiving, Part {
  readonly size: number;
  readonly sha256: string;
}

function receivedFile({ disk, address, target, check, handle, path, size, sha256 }: Received): ReceivedFile {
  let isOpen = true;
  const publish = async () => {
    await handle.sync();
    await check();
    const isNamed = await renameNoReplace(disk, { path, target, isPart: true });
    if (isNamed) {
      isOpen = false;
      await closePart(disk, { handle, path });
    }
    // Also for a file that is there already: a crash may have come between its name and this.
    await syncName(disk, target);
    // The name may have been given under the mount point of a disk that was just taken away.
    await check();
    return isNamed;
  };
  return {
    address,
    size,
    sha256,
    pieces: range => readPieces(handle, range),
    publish,
    async replace() {
      // The disk must have the good bytes before the bad ones lose their name.
      await handle.sync();
      await check();
      await quarantine(disk, target);
      return publish();
    },
    async discard() {
      if (!isOpen) return;
      isOpen = false;
      await discardPart(disk, { handle, path });
    },
  };
}
