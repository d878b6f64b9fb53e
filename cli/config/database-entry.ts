import { array, type InferType, mixed, number, object } from 'yup';
import { parseDuration, parseEvery } from '../../protocol/contract.ts';
import { databaseNameProblem } from '../../protocol/database-name.ts';
import { MAX_GROUP_NAME } from '../../protocol/runs/roster-entry.ts';
import { CONNECTION_KEYS, CONNECTION_RULES, connectionFields, text } from './connection-fields.ts';
import { drillCheckList } from './drill-checks.ts';
import { dumpOptionProblem } from './dump-option-refusals.ts';
import { tokenProblem } from './secret-file.ts';
import { describeUnknown } from './unknown-keys.ts';

const KEYS = [
  ...['name', 'database_name', ...CONNECTION_KEYS],
  ...['dump_options', 'shrink_limit_percent', 'not_backed_up', 'drill_checks', 'token', 'token_file'],
  ...['every', 'grace', 'group'],
];

const PERCENT_PROBLEM = 'must be a whole number from 0 to 100';

const fields = object({
  name: text(),
  database_name: text().defined('is missing').min(1, 'is empty').max(64, 'is longer than 64 characters'),
  ...connectionFields,
  db_username: connectionFields.db_username.defined('is missing'),
  dump_options: array(
    text()
      .required('is empty')
      .test(
        'dump option',
        ({ value }) => describeOption(String(value)),
        value => !dumpOptionProblem(String(value)),
      ),
  )
    .strict()
    .typeError('must be a list of strings')
    .nonNullable('must be a list of strings'),
  shrink_limit_percent: number()
    .strict()
    .typeError(PERCENT_PROBLEM)
    .nonNullable(PERCENT_PROBLEM)
    .integer(PERCENT_PROBLEM)
    .min(0, PERCENT_PROBLEM)
    .max(100, PERCENT_PROBLEM),
  not_backed_up: array(text().required('is empty'))
    .strict()
    .typeError('must be a list of names of databases')
    .nonNullable('must be a list of names of databases'),
  drill_checks: drillCheckList,
  token: text().test(
    'token',
    ({ value }) => tokenProblem(String(value)) ?? '',
    value => value === undefined || tokenProblem(value) === undefined,
  ),
  token_file: text(),
  every: contractValue(parseEvery),
  grace: contractValue(parseDuration),
  group: text()
    .min(1, 'is empty')
    .max(MAX_GROUP_NAME, `is longer than ${MAX_GROUP_NAME} characters`)
    .test('blanks', 'has spaces around it', value => value === undefined || value.trim() === value),
})
  .strict()
  .typeError('must be an object with database_name, db_host, db_port, db_username and db_password')
  .noUnknown(({ value }) => describeUnknown(value, KEYS))
  .test(
    'one token',
    'has token and token_file: leave one of them out',
    entry => entry.token === undefined || entry.token_file === undefined,
  )
  .test('label', (entry, context) => {
    const label = labelOf(entry);
    const problem = typeof label === 'string' ? labelProblem(label) : undefined;
    if (!problem) return true;
    const advice = entry.name === undefined ? '; give it a label with the key "name"' : '';
    const key = entry.name === undefined ? 'database_name' : 'name';
    return context.createError({ path: `${context.path}.${key}`, message: `${problem}${advice}` });
  });

const databaseEntry = CONNECTION_RULES.reduce(
  (schema, [name, problem, isRight]) => schema.test(name, problem, isRight),
  fields,
);

/** databases.json: a list with an object for each database. A message completes a position such as `databases[3]`. */
export const databaseEntries = array(databaseEntry.required('must be an object'))
  .strict()
  .required('the file must hold a list of databases')
  .typeError('the file must hold a list of databases')
  .min(1, 'the list is empty');

export type DatabaseEntry = InferType<typeof databaseEntry>;

/** @returns the label under which the history of the entry is kept, of any type */
export function labelOf(entry: { name?: unknown; database_name?: unknown }): unknown {
  return entry.name ?? entry.database_name;
}

/** In the file name of a form these three stand for a quote and for line ends, and are read so. */
function labelProblem(label: string): string | undefined {
  return (
    databaseNameProblem(label) ??
    (/%(?:22|0[AD])/i.test(label) ? 'contains %22, %0A or %0D, which an upload cannot transfer' : undefined)
  );
}

/** @param parse returns a text that says what is wrong */
function contractValue(parse: (value: unknown) => unknown) {
  const problemOf = (value: unknown) => {
    const parsed = parse(value);
    return typeof parsed === 'string' ? parsed : undefined;
  };
  return mixed<string | object>()
    .nonNullable(() => problemOf(null) ?? '')
    .test(
      'contract',
      ({ value }) => problemOf(value) ?? '',
      value => value === undefined || problemOf(value) === undefined,
    );
}

/** Only the name of an option is shown: its value may be a secret, and so may any text that is not an option. */
function describeOption(option: string): string {
  const name = /^--[\w-]+/.exec(option)?.[0];
  return `${name ?? 'an option'} ${dumpOptionProblem(option)}`;
}
