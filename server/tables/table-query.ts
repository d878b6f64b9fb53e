import { object, string } from 'yup';
import { databaseNameProblem } from '../../protocol/database-name.ts';
import { validate } from '../http/validate.ts';
import type { TableQuery } from './find-table.ts';

/** The largest page, and how large it is without `limit`. */
const [MAX_LIMIT, DEFAULT_LIMIT] = [100, 30];

/** Reads `database`, `table`, `until`, `before` and `limit`. @throws AppError 422 naming what is wrong */
export function tableQuery(given: Readonly<Record<string, unknown>>): TableQuery {
  // No more than these: yup stumbles over what is called as something that every object has.
  const { database, table, until, before, limit } = validate(query, {
    ...{ database: given.database, table: given.table, until: given.until, before: given.before, limit: given.limit },
  });
  return {
    database,
    table,
    until: until === undefined ? undefined : new Date(until),
    before: before === undefined ? undefined : Number(before),
    limit: limit === undefined ? DEFAULT_LIMIT : Number(limit),
  };
}

const A_DATABASE = 'must be the name of a database';
const A_TABLE = 'must be the name of a table, of 1 to 512 characters';
const A_TIME = 'must be a time in UTC such as 2026-11-24T01:30:00Z';
const A_LIMIT = `must be a whole number from 1 to ${MAX_LIMIT}`;
const AN_ID = 'must be the id of a backup of this database';

const query = object({
  database: string()
    .typeError(A_DATABASE)
    .defined(A_DATABASE)
    .test('name', A_DATABASE, name => databaseNameProblem(name) === undefined),
  table: string().typeError(A_TABLE).required(A_TABLE).max(512, A_TABLE),
  until: string()
    .typeError(A_TIME)
    .test('time', A_TIME, text => text === undefined || (TIME.test(text) && !Number.isNaN(Date.parse(text)))),
  before: string()
    .typeError(AN_ID)
    .test('id', AN_ID, text => isWholeUpTo(text, 2 ** 32 - 1)),
  limit: string()
    .typeError(A_LIMIT)
    .test('limit', A_LIMIT, text => isWholeUpTo(text, MAX_LIMIT)),
});

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;

function isWholeUpTo(text: string | undefined, max: number): boolean {
  return text === undefined || (/^[1-9]\d{0,15}$/.test(text) && Number(text) <= max);
}
