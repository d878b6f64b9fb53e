import type { Readable } from 'node:stream';

/** Where a file lies: `fileName` as the client gave it, among the files of `database`. Both are checked names. */
export interface FileAddress {
  readonly database: string;
  readonly fileName: string;
}

/** What was received, not yet to be found under its name. End it with `publish` or `discard`, whichever comes. */
export interface ReceivedFile {
  readonly address: FileAddress;
  /** In bytes. */
  readonly size: number;
  /** Of all the bytes, 64 hexadecimal digits. */
  readonly sha256: string;
  /** A descriptor to read the bytes from until `publish` or `discard`. */
  readonly fd: number;
  /**
   * Makes the file durable under its name: once this returns true, neither a crash nor a power cut loses it.
   * @returns false, and leaves everything as it was, when a file of that name is there already: nothing is overwritten
   */
  publish(): Promise<boolean>;
  /** Removes what was received; does nothing after `publish` returned true, or a second time. */
  discard(): Promise<void>;
}

/** A stored file that is open for reading. End it with `read` or `close`. */
export interface StoredFile {
  /** In bytes, of what is really there. */
  readonly size: number;
  /** Streams the bytes from `start` to `end`, both included; the stream closes the file. */
  read(range: { start: number; end: number }): Readable;
  close(): Promise<void>;
}

/** Where the zips are kept. Implementations keep every promise made here; `storage.conformance.ts` holds them to it. */
export interface Storage {
  /**
   * Takes in the bytes of a file, hashing and counting them, in memory that does not grow with their number.
   * When `content` fails, or the disk does, nothing is left behind.
   * @throws what `content` threw, or a system error such as ENOSPC
   */
  receive(address: FileAddress, content: AsyncIterable<Uint8Array>): Promise<ReceivedFile>;
  /** @returns the open file, or undefined when there is none of that name */
  open(address: FileAddress): Promise<StoredFile | undefined>;
  /** Runs `task` while no other `exclusively` of the same address runs in this process. */
  exclusively<T>(address: FileAddress, task: () => Promise<T>): Promise<T>;
  /** @throws when files can't be written or read at the moment */
  checkUsable(): Promise<void>;
  /**
   * Removes what a crash left of files that were never published. Only to be called while nothing is being received.
   * A published file is never touched.
   * @returns how many were removed
   */
  removeLeftovers(): Promise<number>;
  /** Lists the published files, database by database. */
  list(): AsyncIterable<{ database: string; fileNames: string[] }>;
}
