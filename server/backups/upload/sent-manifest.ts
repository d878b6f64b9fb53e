import { ValidationError } from 'yup';
import type { ParsedBackupName } from '../../../protocol/backup-name.ts';
import { distinctNames } from '../../../protocol/distinct-names.ts';
import { isFormerCode } from '../../../protocol/finding-codes.ts';
import { type Manifest, manifestSchema } from '../../../protocol/manifest.ts';
import { type AppError, validationError } from '../../errors/errors.ts';
import type { FieldValue } from '../../http/upload-form/form-fields.ts';
import { nextTurn } from '../../process/turns.ts';
import { shapeProblem } from '../assessment/json-shape.ts';
import { manifestTurn } from '../losses/manifest-turns.ts';

/** The manifest that came with an upload: no more of it than what is kept in memory while the file comes in. */
export interface SentManifest extends Pick<Manifest, 'dump' | 'zip'> {
  /** All of it: what is kept. */
  readonly json: string;
  /** The former codes among its findings. */
  readonly formerCodes: readonly string[];
}

/**
 * Reads the form's field `manifest`.
 * @param field what the form holds there
 * @param name of the file that it came with
 * @throws AppError 422 naming `manifest` when it is no manifest, or that of another file
 */
export async function readSentManifest(
  field: FieldValue,
  { fileName, database }: ParsedBackupName,
): Promise<SentManifest> {
  if (typeof field !== 'string') throw invalid('must be one text field');
  const problem = await shapeProblem(field);
  if (problem) throw invalid(problem);
  return manifestTurn(field.length, async () => {
    const { document, json } = await parse(field);
    const { file_name, database: label, dump, zip, findings } = document;
    const [itsFile, theFile] = distinctNames(file_name, fileName);
    if (file_name !== fileName) throw invalid(`is for the file ${itsFile}, but came with the file ${theFile}`);
    const [itsLabel, theLabel] = distinctNames(label, database);
    if (label !== database) throw invalid(`is for the database ${itsLabel}, but was sent to ${theLabel}`);
    const formerCodes = [...new Set(findings.map(({ code }) => code))].filter(isFormerCode);
    return { dump, zip, json, formerCodes };
  });
}

/** In three turns of the event loop: of 8 MiB each takes about 40 ms. */
async function parse(text: string): Promise<{ document: Manifest; json: string }> {
  try {
    const value = JSON.parse(text);
    await nextTurn();
    // Strict: a number in quotes is no number. The first mistake is enough.
    manifestSchema.validateSync(value, { strict: true });
    await nextTurn();
    const json = JSON.stringify(value);
    if (bytesInStatement(json, JSON.stringify(value.findings)) > MOST_IN_STATEMENT) throw invalid(TOO_MUCH_TEXT);
    // What was sent without blanks need not be kept twice.
    return { document: value, json: json === text ? text : json };
  } catch (error) {
    if (error instanceof ValidationError) throw invalid(`is wrong: ${error.message.slice(0, MAX_REASON)}`);
    if (error instanceof SyntaxError) throw invalid(`is no JSON: ${error.message}`);
    throw error;
  }
}

/** MariaDB's default `max_allowed_packet` is 16 MiB; the rest of the row takes less than one. */
const MOST_IN_STATEMENT = 15.9 * 1024 * 1024;
const TOO_MUCH_TEXT = 'has more text in its findings, or more quotes and backslashes, than can be stored';

const [QUOTE, BACKSLASH] = Buffer.from('"\\');

/** How long such texts are in a statement, where each quote and each backslash is escaped. */
function bytesInStatement(...texts: readonly string[]): number {
  let bytes = 0;
  for (const text of texts) {
    bytes += Buffer.byteLength(text);
    for (let at = 0; at < text.length; at++) {
      const character = text.charCodeAt(at);
      if (character === QUOTE || character === BACKSLASH) bytes += 1;
    }
  }
  return bytes;
}

/** yup repeats the value that it doesn't like, however long that is. */
const MAX_REASON = 500;

function invalid(message: string): AppError {
  return validationError([{ field: 'manifest', message }], 'INVALID_MANIFEST');
}
