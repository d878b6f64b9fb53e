import { dirname } from 'node:path';
import type { FileSystem } from './file-system.ts';
import { giveName } from './give-name.ts';
import { openPart, type Part, removePart, syncName } from './part-file.ts';
import { setAside } from './set-aside.ts';
import type { FileAddress, ReceivedFile } from './storage.ts';
import { writeGathered } from './write-gathered.ts';

interface Receiving {
  readonly fs: FileSystem;
  readonly renames: Map<string, Promise<unknown>>;
  readonly address: FileAddress;
  /** The path that the file will have: a folder for its database, and in it its name. */
  readonly target: string;
}

/** Writes what comes to a part file beside the target. When that fails, nothing is left behind. */
export async function receiveFile(receiving: Receiving, content: AsyncIterable<Uint8Array>): Promise<ReceivedFile> {
  const { fs, target } = receiving;
  const { handle, path } = await openPart(fs, dirname(target));
  try {
    return receivedFile({ ...receiving, handle, path, ...(await writeGathered(content, handle)) });
  } catch (error) {
    await handle.close();
    await removePart(fs, path);
    throw error;
  }
}

interface Received extends Receiving, Part {
  readonly size: number;
  readonly sha256: string;
}

function receivedFile({ fs, renames, address, target, handle, path, size, sha256 }: Received): ReceivedFile {
  let isOpen = true;
  const close = async () => {
    isOpen = false;
    await handle.close();
  };
  const publish = async () => {
    await handle.sync();
    const isNamed = await giveName({ fs, renames, path, target });
    if (isNamed) await close();
    // Also for a file that is there already: a crash may have come between its name and this.
    await syncName(fs, target);
    return isNamed;
  };
  return {
    address,
    size,
    sha256,
    fd: handle.fd,
    publish,
    async replace() {
      // The disk must have the good bytes before the bad ones lose their name.
      await handle.sync();
      await setAside({ fs, renames, path: target });
      return publish();
    },
    async discard() {
      if (!isOpen) return;
      await close();
      await removePart(fs, path);
    },
  };
}
