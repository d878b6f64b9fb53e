import { object, string } from 'yup';
import { parseBackupName } from '../../protocol/backup-name.ts';
import { databaseNameProblem } from '../../protocol/database-name.ts';
import { refused } from '../errors.ts';
import { validate } from '../http/validate.ts';

/** @throws AppError 422 naming `db_name` when a database can't have that name */
export function checkDatabaseName(database: string): void {
  const problem = databaseNameProblem(database);
  if (problem) throw refused([{ field: 'db_name', message: problem }]);
}

/** The file's name must follow the grammar and name the database of the path. @throws AppError 422 naming `file` */
export function checkFileName(fileName: string, database: string): void {
  const name = parseBackupName(fileName);
  const problem =
    typeof name === 'string'
      ? name
      : name.database !== database && `names the database ${name.database}, but was sent to ${database}`;
  if (problem) throw refused([{ field: 'file', message: `name ${problem}` }], 'INVALID_FILE_NAME');
}

/** The field `db_name` is optional and repeats the path. @throws AppError 422 naming `db_name` */
export function checkFormFields(fields: Readonly<Record<string, unknown>>, database: string): void {
  const schema = object({
    db_name: string().oneOf([database], 'must be the database of the path').typeError('must be one text field'),
  });
  validate(schema, { db_name: fields.db_name });
}
