import { createHash } from 'node:crypto';
import { damageAtSight } from '../backups/damage-at-sight.ts';
import type { Backup } from '../entities/backup.entity.ts';
import { codeOf, messageOf } from '../errors/error-code.ts';
import { type FileAddress, type Storage, StorageAway } from '../storage/storage.ts';

/** A stored file that could not be read to its end: nothing is known of its bytes. The cause says why. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

interface Reading {
  readonly storage: Storage;
  readonly signal: AbortSignal;
  /** Hears how many bytes were read; reading goes on when it is done. */
  readonly onRead: (bytes: number) => Promise<void> | void;
}

/**
 * Reads the stored file of a backup, piece by piece, and compares it with what was received.
 * @returns what is wrong with it in one short sentence, or null when all its bytes are right
 * @throws UnreadableFile, StorageAway when no file can be read, or the signal's reason
 */
export async function storedDamage({ storage, signal, onRead }: Reading, backup: Backup): Promise<string | null> {
  try {
    await using file = await storage.open(addressOf(backup));
    const atSight = damageAtSight(file, backup.size);
    if (!file || atSight) return atSight!;
    const hash = createHash('sha256');
    for await (const piece of file.pieces({ start: 0, end: file.size - 1 })) {
      signal.throwIfAborted();
      hash.update(piece);
      await onRead(piece.length);
    }
    return hash.digest('hex') === backup.sha256
      ? null
      : 'the content of the stored file is not what was received: its SHA-256 differs';
  } catch (error) {
    signal.throwIfAborted();
    // Then no other file can be read either.
    if (error instanceof StorageAway && error.database === undefined) throw error;
    // Not the system's message, which names paths of this machine.
    const reason =
      error instanceof StorageAway ? 'the disk of its database is not mounted' : (codeOf(error) ?? messageOf(error));
    throw new UnreadableFile(`the stored file ${backup.fileName} cannot be read (${reason})`, { cause: error });
  }
}

export function addressOf({ database, fileName }: Backup): FileAddress {
  return { database: database.name, fileName };
}
