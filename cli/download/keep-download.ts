import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandError, EXIT } from '../errors.ts';
import type { Service } from '../service/service.ts';
import { formatBytes } from '../terminal/format.ts';
import { fetchBackup, type RemoteBackup, type Sink } from './fetch-backup.ts';
import { PartialDownload } from './partial-download.ts';

export interface Keeping {
  /** The path that the whole file gets; nothing may be there. */
  readonly target: string;
  readonly signal: AbortSignal;
  /** Where there is too little room, which option names another place. */
  readonly placeOption: string;
  /** Is called with how many bytes are there. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Fetches a stored zip into a file, from where an earlier call ended, and gives it its name only when its digest is right. What
 * was received so far stays in `target.part` when it breaks off.
 * @returns whether the digest was that which the service reports; if not, nothing is left
 * @throws {CommandError} {ExplainedError} as `fetchBackup`; the signal's reason when aborted
 */
export async function keepDownload(service: Service, remote: RemoteBackup, keeping: Keeping): Promise<boolean> {
  const { target, signal, onBytes } = keeping;
  await using part = await PartialDownload.open(`${target}.part`);
  await checkRoom(remote, (await part.soFar(signal)).length, keeping);
  const sink = onBytes ? counted(part, onBytes) : part;
  let digest = await fetchBackup(service, remote, { sink, signal });
  if (part.isResumed && !digest.equals(remote.sha256)) {
    // What an earlier run left may have been of another file: that is no reason to give up.
    await part.from(0);
    digest = await fetchBackup(service, remote, { sink, signal });
  }
  if (!digest.equals(remote.sha256)) {
    await part.discard();
    return false;
  }
  await part.finish(target);
  return true;
}

function counted(part: PartialDownload, onBytes: (bytes: number) => void): Sink {
  let bytes = 0;
  const at = (now: number) => {
    bytes = now;
    onBytes(bytes);
  };
  return {
    name: part.name,
    soFar: signal => part.soFar(signal),
    from: start => {
      at(start);
      return part.from(start);
    },
    write: async chunk => {
      await part.write(chunk);
      at(bytes + chunk.length);
    },
    flush: () => part.flush(),
  };
}

/** The size that the service reports may be more than the disk has room for, and a full disk would show that only at the end. */
async function checkRoom({ size }: RemoteBackup, already: number, { target, placeOption }: Keeping): Promise<void> {
  const disk = await statfs(dirname(target)).catch(() => undefined);
  const free = disk && disk.bavail * disk.bsize;
  if (free === undefined || free >= size - already) return;
  throw new CommandError(
    `${target} can't be written: the backup has ${formatBytes(size)}, and only ${formatBytes(free)} is free there. Make room, or name another folder with ${placeOption}.`,
    EXIT.someFailed,
  );
}
