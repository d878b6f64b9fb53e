import { ValidationError } from 'yup';
import { type Manifest, manifestSchema } from '../../protocol/manifest.ts';
import { type AppError, refused } from '../errors.ts';
import type { FileAddress } from '../storage/storage.ts';

/** The manifest that came with an upload. */
export interface SentManifest {
  readonly document: Manifest;
  /** The same as JSON: what is kept. */
  readonly json: string;
}

/**
 * Reads the form's field `manifest`.
 * @param field what the form holds there
 * @param address of the file that it came with
 * @throws AppError 422 naming `manifest` when it is no manifest, or that of another file
 */
export function readSentManifest(field: unknown, { fileName, database }: FileAddress): SentManifest {
  if (typeof field !== 'string') throw invalid('must be one text field');
  const sent = parse(field);
  const { file_name, database: label } = sent.document;
  if (file_name !== fileName) throw invalid(`is that of the file ${file_name}, but came with ${fileName}`);
  if (label !== database) throw invalid(`is that of the database ${label}, but was sent to ${database}`);
  return sent;
}

function parse(text: string): SentManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
    // Strict: a number in quotes is no number. The first mistake is enough, of a hundred thousand tables.
    manifestSchema.validateSync(value, { strict: true });
    return { document: value as Manifest, json: JSON.stringify(value) };
  } catch (error) {
    if (error instanceof ValidationError) throw invalid(`is wrong: ${error.message.slice(0, MAX_REASON)}`);
    // A document that is nested too deeply to be written again.
    if (error instanceof SyntaxError || error instanceof RangeError) throw invalid(`is no JSON: ${error.message}`);
    throw error;
  }
}

/** yup repeats the value that it doesn't like, however long that is. */
const MAX_REASON = 500;

function invalid(message: string): AppError {
  return refused([{ field: 'manifest', message }], 'INVALID_MANIFEST');
}
