import { array, mixed, object, string } from 'yup';
import { text } from './connection-fields.ts';
import { describeUnknown } from './unknown-keys.ts';

/** What a restored database must answer, as the user asks in `drill_checks`. */
export interface DrillCheck {
  /** What it is called in reports: the SQL itself where it has no name. */
  readonly name: string;
  /** A query. */
  readonly sql: string;
  /** The one value that it must give. A number is compared as a number, a text as the same text; null is NULL. */
  readonly expected: string | number | null;
}

const KEYS = ['name', 'sql', 'expected'];

const LIST_PROBLEM = 'must be a list of objects with sql and expected';
const EXPECTED_PROBLEM = 'must be a text, a number or null';

const drillCheck = object({
  name: text().min(1, 'is empty').max(200, 'is longer than 200 characters'),
  sql: string()
    .strict()
    .typeError('must be a string')
    .defined('is missing')
    .nonNullable('must be a string')
    .matches(/^\s*(?:select|with)\b/i, 'must be a query that begins with SELECT or WITH')
    .max(10_000, 'is longer than 10,000 characters'),
  // Null is a value here, and a key that is missing is not.
  expected: mixed<string | number>()
    .nullable()
    .defined('is missing')
    .test('expected', EXPECTED_PROBLEM, value => value === null || ['string', 'number'].includes(typeof value)),
})
  .strict()
  .typeError('must be an object with sql and expected')
  .required('must be an object with sql and expected')
  .noUnknown(({ value }) => describeUnknown(value, KEYS));

/** The key `drill_checks` of an entry of databases.json. */
export const drillCheckList = array(drillCheck)
  .strict()
  .typeError(LIST_PROBLEM)
  .nonNullable(LIST_PROBLEM)
  .max(100, 'has more than 100 checks');

interface CheckEntry {
  readonly name?: string | undefined;
  readonly sql: string;
  readonly expected: string | number | null;
}

/** @returns the checks of a validated entry */
export function drillChecksOf(list: readonly CheckEntry[] | undefined): DrillCheck[] {
  return (list ?? []).map(({ name, sql, expected }) => ({ name: name ?? sql.trim(), sql, expected }));
}
