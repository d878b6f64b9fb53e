/** Where a file lies: `fileName` as the client gave it, among the files of `database`. Both are checked names. */
export interface FileAddress {
  readonly database: string;
  readonly fileName: string;
}

/** Bytes that can be read by ranges, as often as need be. */
interface ReadableFile {
  /** In bytes, of what is really there. */
  readonly size: number;
  /**
   * Reads the bytes from `start` to `end`, both included, a piece ahead. A piece may be used until the next one is asked
   * for, whose bytes may take its place.
   * @throws Error when the file ends before `end`; what the disk throws
   */
  pieces(range: { start: number; end: number }): AsyncIterable<Buffer>;
}

/** Where a text lies that belongs to a database, and to none of its files; or to the storage itself. */
export type TextAddress = DatabaseText | OwnText;

export interface DatabaseText {
  readonly database: string;
  readonly name: 'drills' | 'restores';
}

/** A text that other processes may change, too, without a claim. */
export interface OwnText {
  readonly database?: never;
  readonly name: 'tokens' | 'erasures' | 'watches';
}

/** What was received, not yet to be found under its name, and read until `publish` or `discard`, with one of which it ends. */
export interface ReceivedFile extends ReadableFile {
  readonly address: FileAddress;
  /** Of all the bytes, 64 hexadecimal digits. */
  readonly sha256: string;
  /**
   * Makes the file durable under its name: once this returns true, neither a crash nor a power cut loses it.
   * @returns false, and leaves everything as it was, when a file of that name is there already: nothing is overwritten
   */
  publish(): Promise<boolean>;
  /**
   * Like `publish`, but instead of a damaged file of that name. That one is not deleted: it is kept beside
   * its place under another name, and listed no more.
   */
  replace(): Promise<boolean>;
  /**
   * Removes what was received; does nothing after it has its name, or a second time. Never throws: what can't be removed is
   * reported, and goes with `removeLeftovers`.
   */
  discard(): Promise<void>;
}

/**
 * Reads a file along while it is being received, from its first byte to its last, or breaks off before. It never holds up the
 * receiving.
 * @param pieces what was written to the storage, read back from there; a piece may be used until the next one is asked for. They
 *   end with an error when the receiving fails. They may be asked for late: they begin with the first byte anyway.
 * @param hasEnded aborted when the last byte was written, or the receiving has failed
 */
export type Follow = (pieces: AsyncIterable<Buffer>, hasEnded: AbortSignal) => Promise<void>;

/** A stored file that is open for reading until it is disposed of, which never throws. No piece is read after that. */
export interface StoredFile extends ReadableFile, AsyncDisposable {
  /** When its bytes were last written. */
  readonly modifiedAt: Date;
}

/**
 * The storage is not in its place: a disk was taken away, or another one is there. Nothing is known of the files in it
 * until it is back, and nothing may be written in its place. The message is for the log: it names paths of this machine.
 */
export class StorageAway extends Error {
  override readonly name = 'StorageAway';
  /** The database whose files are away, when it is not all of them. */
  readonly database: string | undefined;

  constructor(message: string, database?: string) {
    super(message);
    this.database = database;
  }
}

/** The right of this process to use a storage, until it is disposed of or the process ends. */
export interface Claim extends Disposable {
  /** The random id of the storage, a UUID. */
  readonly id: string;
}

/**
 * Where the zips are kept. Implementations keep every promise made here; `storage.conformance.ts` holds them to it.
 *
 * A storage has a random id of its own, and the first call holds on to the storage that it finds. Whenever another one, or
 * none, is in its place, each method throws `StorageAway` instead of writing there, or of saying that a file is not there.
 */
export interface Storage {
  /** @returns the id of the storage that is there, or undefined when there is no storage yet; makes nothing */
  identity(): Promise<string | undefined>;
  /**
   * Makes the storage if needed and keeps all other processes out of it.
   * @throws Error when another process has it, or it can't be used
   */
  claim(): Promise<Claim>;
  /**
   * Takes in the bytes of a file, hashing and counting them, in memory that does not grow with their number.
   * When `content` fails, or the disk does, nothing is left behind. A name that is too long for it is refused before any
   * of `content` is read.
   * @param follow reads along, if it is given; what was received is returned when that has ended, too
   * @throws what `content` or `follow` threw, or a system error such as ENOSPC or ENAMETOOLONG
   */
  receive(address: FileAddress, content: AsyncIterable<Uint8Array>, follow?: Follow): Promise<ReceivedFile>;
  /** @returns the open file, or undefined when no file has that name; a folder or a named pipe is not a file */
  open(address: FileAddress): Promise<StoredFile | undefined>;
  /**
   * Keeps a text beside the file of that address, whether that is there or not, instead of an older text. Once this
   * returns, neither a crash nor a power cut loses it, and no reader ever sees a part of it.
   */
  putMetadata(address: FileAddress, text: string): Promise<void>;
  /** @returns the text that is kept beside the file of that address, or undefined when there is no text */
  getMetadata(address: FileAddress): Promise<string | undefined>;
  /**
   * Removes the file of that address, and then the text beside it: once this returns, neither comes back after a crash or a
   * power cut. A crash in between leaves at most the text, and a second call removes that. Anyone who has the file open reads
   * on, or gets an error. What `replace` has kept aside stays. To be called within `exclusively` of the address: otherwise the
   * text of a file that is published at the same moment may go with that of the old one.
   * @returns whether there was a file; what is no file, such as a folder of that name, stays
   */
  remove(address: FileAddress): Promise<boolean>;
  /**
   * Removes the file of that address permanently, and keeps the text beside it: that is what is left, and says why. Without a text
   * nothing is removed. Once this returns, the file does not come back after a crash or a power cut; a crash before leaves the file, or not,
   * and the text in each case. Anyone who has the file open reads on, or gets an error. To be called within `exclusively` of the
   * address.
   * @returns whether there was a file; what is no file, such as a folder of that name, stays
   * @throws Error when no text is kept beside it, and then the file stays
   */
  removeFile(address: FileAddress): Promise<boolean>;
  /**
   * Removes what is kept of a database beside its files and the texts of those: its own texts, and what `replace` has kept aside. With
   * the last of it the database is gone from the storage. A crash leaves some of it, and a second call removes the rest.
   */
  removeRemains(database: string): Promise<void>;
  /**
   * Changes a text of a database or of the storage, one change after the other, as durably as `putMetadata`. No change of an
   * `OwnText` is lost when another process changes it at the same time.
   * @param change makes the new text of the present one, which is undefined where there is no text yet
   * @throws what `change` throws; Error when another process does not end its change of an `OwnText`
   */
  changeText(address: TextAddress, change: (present: string | undefined) => string): Promise<void>;
  /** @returns a text of a database or of the storage, or undefined when there is no such text */
  getText(address: TextAddress): Promise<string | undefined>;
  /** Runs `task` while no other `exclusively` of the same address runs in this process. */
  exclusively<T>(address: FileAddress, task: () => Promise<T>): Promise<T>;
  /** @throws when files can't be written or read at the moment */
  checkUsable(): Promise<void>;
  /**
   * @returns how much can still be received and how much can be in all, in bytes; what others use of the disk counts. A little more is
   *   kept for texts, so that a full storage can still be emptied by `removeFile`
   */
  space(): Promise<{ free: number; total: number }>;
  /**
   * Removes what a crash left of files and texts that never got their names. Only to be called while nothing is being received.
   * What has its name is never touched.
   * @returns how many were removed
   */
  removeLeftovers(): Promise<number>;
  /**
   * Lists the published files, database by database. A file that comes or goes meanwhile is listed or not.
   * @throws StorageAway also when the storage goes away meanwhile
   */
  list(): AsyncIterable<StoredNames>;
}

/** What is stored of one database. */
interface StoredNames {
  readonly database: string;
  /** Of the published files, and of nothing else. */
  readonly fileNames: string[];
  /** The names of the files that a text is kept beside, whether they are there or not. */
  readonly withMetadata: string[];
}
