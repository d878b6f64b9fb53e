import { object, string } from 'yup';
import { databaseNameProblem } from '../../protocol/database-name.ts';
import { notFound } from '../errors/errors.ts';
import { validate } from '../http/validate.ts';
import type { ReportPage, ReportSearch } from './search-reports.ts';

/** The largest page, and how large it is without `limit`: a report is kept for each drill, without end. */
const [MAX_LIMIT, DEFAULT_LIMIT] = [1000, 100];

/** Reads `database`, `backup`, `limit` and `before`. @throws AppError 422 naming what is wrong */
export function reportQuery(given: Readonly<Record<string, unknown>>): Omit<ReportSearch, 'kind'> & ReportPage {
  // No more than these: yup stumbles over what is called as something that every object has.
  const { database, backup, limit, before } = validate(query, {
    ...{ database: given.database, backup: given.backup, limit: given.limit, before: given.before },
  });
  return {
    databaseName: database,
    backupId: numberOf(backup),
    limit: numberOf(limit) ?? DEFAULT_LIMIT,
    before: numberOf(before),
  };
}

/** Reads the id of a report out of a path. @throws AppError 404 */
export function reportIdIn(text: string): number {
  if (isId(text)) return Number(text);
  throw notFound('REPORT_NOT_FOUND', `There is no report with the id ${text}: an id is a positive whole number`);
}

const A_NAME = 'must be the name of a database';

const query = object({
  database: string()
    .typeError(A_NAME)
    .test('name', A_NAME, name => name === undefined || databaseNameProblem(name) === undefined),
  backup: string().typeError('must be the id of a backup').test('id', 'must be the id of a backup', isId),
  limit: string()
    .typeError(`must be a whole number from 1 to ${MAX_LIMIT}`)
    .test(
      'limit',
      `must be a whole number from 1 to ${MAX_LIMIT}`,
      text => isId(text) && Number(text ?? 1) <= MAX_LIMIT,
    ),
  before: string().typeError('must be the id of a report').test('id', 'must be the id of a report', isId),
});

function isId(text: string | undefined): boolean {
  return text === undefined || (/^[1-9]\d{0,15}$/.test(text) && Number(text) < 2 ** 32);
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
