import { join } from 'node:path';
import { messageOf } from '../../errors/error-code.ts';
import { unless } from '../file-system/file-system.ts';
import { makeFolder } from '../file-system/make-folder.ts';
import type { NamingDisk } from '../file-system/rename-no-replace.ts';
import { type Claim, StorageAway } from '../storage.ts';
import { makeIdentity, markerPath, readIdentity } from './identity.ts';
import { type FolderLock, lockFolder, lockPath } from './lock-folder.ts';

/** What identifies a file among those of all disks, and shows that it was changed. */
interface Seen {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly ctimeNs: bigint;
}

/**
 * Holds on to the storage that lies in a folder. At the same path there may be another one a moment later, or nothing but
 * the mount point of a disk that was taken away: what is written there would be lost when the disk is back.
 */
export class Place {
  readonly #disk: NamingDisk;
  readonly #root: string;
  /** The storage that this process works on; set by the first call. */
  #id: Promise<string> | undefined;
  #marker: Seen | undefined;
  #isClaimed = false;
  #lock: FolderLock | undefined;
  /** The device on which the folder of a database was first seen: it may be a disk of its own. */
  readonly #devices = new Map<string, bigint>();

  constructor(disk: NamingDisk, root: string) {
    this.#disk = disk;
    this.#root = root;
  }

  /** Keeps all other processes out, makes the folder and its marker if needed, and holds on to it from now on. */
  async claim(): Promise<Claim> {
    await this.#makeRoot();
    this.#lock = lockFolder(this.#root);
    this.#isClaimed = true;
    const release = () => {
      this.#isClaimed = false;
      this.#unlock();
    };
    try {
      return { id: await this.#hold(), [Symbol.dispose]: release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** @throws StorageAway when another storage, or none, lies in the folder by now */
  async check(): Promise<void> {
    const id = await this.#hold();
    const marker = await this.#seenMarker();
    if (!isSame(marker, this.#marker)) await this.#meetAgain(id, marker);
    await this.#checkLock();
  }

  /** The same for the folder of a database, which may lie on a disk of its own, by a link or as a mount point. */
  async checkDatabase(name: string): Promise<void> {
    await this.check();
    const device = await this.#deviceOf(name);
    const before = this.#devices.get(name);
    const hasGone = device === undefined && before !== undefined && before !== this.#marker?.dev;
    if (hasGone || (device !== undefined && before !== undefined && device !== before))
      throw new StorageAway(
        `'${join(this.#root, name)}' is on a different disk than before: mount the right disk, or restart the service`,
        name,
      );
    if (device === undefined) this.#devices.delete(name);
    else this.#devices.set(name, device);
  }

  /** Does something in the folder of a database. @throws StorageAway when that is away before, or by the end */
  async during<T>(database: string, work: () => Promise<T>): Promise<T> {
    await this.checkDatabase(database);
    const result = await work();
    await this.checkDatabase(database);
    return result;
  }

  #hold(): Promise<string> {
    this.#id ??= this.#find().catch(error => {
      this.#id = undefined;
      throw error;
    });
    return this.#id;
  }

  async #find(): Promise<string> {
    await this.#makeRoot();
    const id = (await readIdentity(this.#disk, this.#root)) ?? (await makeIdentity(this.#disk, this.#root));
    this.#marker = await this.#seenMarker();
    return id;
  }

  /** Only the first use makes it: later, a folder that is gone is a storage that is away. */
  async #makeRoot(): Promise<void> {
    if (!this.#id) await makeFolder(this.#root, this.#disk.fs);
  }

  async #seenMarker(): Promise<Seen | undefined> {
    const found = await this.#disk.fs.stat(markerPath(this.#root), { bigint: true }).catch(unless('ENOENT', 'ENOTDIR'));
    return found ?? undefined;
  }

  /** The same disk may come back as another device; a copy may have taken its place. */
  async #meetAgain(id: string, marker: Seen | undefined): Promise<void> {
    const found = marker ? await readIdentity(this.#disk, this.#root) : await this.#renewMarker(id);
    if (found !== id)
      throw new StorageAway(
        found
          ? `'${this.#root}' contains the storage ${found}, not ${id}: is the right disk mounted?`
          : `'${this.#root}' contains no storage, but it contained ${id} before: is its disk mounted?`,
      );
    this.#devices.clear();
    this.#marker = await this.#seenMarker();
  }

  /** Where the locked file still lies, the folder is the same, and only its marker was removed. */
  async #renewMarker(id: string): Promise<string | undefined> {
    if (!(await this.#isLockInPlace())) return undefined;
    this.#disk.report(
      new Error(`'${markerPath(this.#root)}' was removed`),
      'the marker of the storage is written again',
    );
    return makeIdentity(this.#disk, this.#root, id);
  }

  /** A lock on a disk that was taken away keeps no one out of the one that lies at its path now. */
  async #checkLock(): Promise<void> {
    if (!this.#isClaimed) return;
    if (await this.#isLockInPlace()) return;
    // The old one first: where both are of one file after all, closing it would let go of the new one, too.
    this.#unlock();
    try {
      this.#lock = lockFolder(this.#root, 0);
    } catch (error) {
      throw new StorageAway(messageOf(error));
    }
  }

  async #isLockInPlace(): Promise<boolean> {
    const there = await this.#disk.fs.stat(lockPath(this.#root), { bigint: true }).catch(unless('ENOENT', 'ENOTDIR'));
    const lock = this.#lock;
    return lock !== undefined && there?.dev === lock.dev && there.ino === lock.ino;
  }

  /** @returns the device of a database's folder, or undefined when there is no such folder */
  async #deviceOf(name: string): Promise<bigint | undefined> {
    const path = join(this.#root, name);
    const folder = await this.#disk.fs.stat(path, { bigint: true }).catch(unless('ENOENT'));
    if (folder) return folder.dev;
    const entry = await this.#disk.fs.lstat(path, { bigint: true }).catch(unless('ENOENT'));
    if (entry?.isSymbolicLink())
      throw new StorageAway(`the link '${path}' is broken: is the disk mounted that it points to?`, name);
    // Another upload may just have made it.
    return entry?.dev;
  }

  #unlock(): void {
    this.#lock?.[Symbol.dispose]();
    this.#lock = undefined;
  }
}

function isSame(a: Seen | undefined, b: Seen | undefined): boolean {
  return a !== undefined && a.dev === b?.dev && a.ino === b.ino && a.ctimeNs === b.ctimeNs;
}
