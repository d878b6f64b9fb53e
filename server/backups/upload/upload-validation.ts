import { object, string } from 'yup';
import { type ParsedBackupName, parseBackupName } from '../../../protocol/backup-name.ts';
import { databaseNameProblem } from '../../../protocol/database-name.ts';
import { parseReprDigest } from '../../../protocol/digest.ts';
import { distinctNames } from '../../../protocol/distinct-names.ts';
import { AppError, validationError } from '../../errors/errors.ts';
import type { FieldValue } from '../../http/upload-form/form-fields.ts';
import { validate } from '../../http/validate.ts';

/** @throws AppError 422 naming `db_name` when a database can't have that name */
export function checkDatabaseName(database: string): void {
  const problem = databaseNameProblem(database);
  if (problem) throw validationError([{ field: 'db_name', message: problem }]);
}

/** The file's name must follow the grammar and name the database of the path. @throws AppError 422 naming `file` */
export function readFileName(fileName: string, database: string): ParsedBackupName {
  const name = parseBackupName(fileName);
  if (typeof name === 'string') throw invalidName(name);
  if (name.database === database) return name;
  const [named, wanted] = distinctNames(name.database, database);
  throw invalidName(`names the database ${named}, but was sent to ${wanted}`);
}

function invalidName(problem: string): AppError {
  return validationError([{ field: 'file', message: `name ${problem}` }], 'INVALID_FILE_NAME');
}

/** The field `db_name` is optional and repeats the path. @throws AppError 422 naming `db_name` */
export function checkDatabaseField(db_name: FieldValue | undefined, database: string): void {
  const schema = object({
    db_name: string().oneOf([database], 'must be the database of the path').typeError('must be one text field'),
  });
  validate(schema, { db_name });
}

/**
 * The header `Repr-Digest` is optional. One that can't be read is refused rather than ignored: its sender counts on it.
 * @returns the SHA-256 that it says the zip has, 64 hexadecimal digits; undefined when there is no such header
 * @throws AppError 400 naming `Repr-Digest`
 */
export function readReprDigest(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const digest = parseReprDigest(header);
  if (digest) return digest.toString('hex');
  const message = 'must hold a SHA-256 as in sha-256=:BASE64: (RFC 9530)';
  throw new AppError(400, 'MALFORMED_DIGEST', `Repr-Digest ${message}`, [{ field: 'Repr-Digest', message }]);
}
