import type { Readable } from 'node:stream';
import type { FieldValues } from './form-fields.ts';

/** What is received at all. */
export interface UploadLimits {
  /** The largest file, in bytes; undefined means no limit. */
  readonly maxFileBytes: number | undefined;
  /** How long the client may send nothing, in milliseconds. */
  readonly idleMs: number;
}

/** The part of a form that is its file. */
interface FilePart {
  readonly fileName: string;
  /** Those that have come so far. */
  readonly fields: FieldValues;
  readonly content: Readable;
}

/** Receives the one file of a form, and builds the upload from the file and the fields. */
export interface FileReceiver<Upload> {
  /** The text fields that it knows, and how long each may be, in bytes. Others are not kept. */
  readonly fields: Readonly<Record<string, number>>;
  /** Called as soon as the part's header is known. @throws AppError to refuse the file before a byte of it is read */
  receive(part: FilePart): Promise<Upload>;
  /** Called with all fields when the whole form has been read. @throws AppError */
  complete(upload: Upload, fields: FieldValues): Promise<Upload>;
  /** Undoes `receive` when the form turns out to be wrong after the file. */
  discard(upload: Upload): Promise<void>;
}
