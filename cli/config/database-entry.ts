import { array, type InferType, mixed, number, object, string } from 'yup';
import { databaseNameProblem } from '../../protocol/database-name.ts';
import { didYouMean } from '../options/did-you-mean.ts';
import { dumpOptionProblem } from './dump-option-refusals.ts';

const KEYS = [
  'name',
  'database_name',
  'db_host',
  'db_port',
  'db_socket',
  'db_username',
  'db_password',
  'db_password_file',
  'ssl',
  'ssl_ca',
  'dump_options',
  'shrink_limit_percent',
  'not_backed_up',
];

const text = () =>
  string()
    .strict()
    .typeError('must be a string')
    .nonNullable('must be a string')
    .test('no control characters', 'holds a control character', value => !/\p{Cc}/u.test(value ?? ''));

const PERCENT_PROBLEM = 'must be a whole number from 0 to 100';

const PORT_PROBLEM = 'must be a port number from 1 to 65535';

const port = mixed<string | number>()
  .nonNullable(PORT_PROBLEM)
  .test('port', PORT_PROBLEM, value => value === undefined || isPort(value));

const databaseEntry = object({
  name: text(),
  database_name: text().defined('is missing').min(1, 'is empty').max(64, 'is longer than 64 characters'),
  // MariaDB's client takes a host with a ";" for a list of settings, such as host=…;plugin-dir=….
  db_host: text().test('host', 'must be the name or the address of a host', value => !/[;\s]/.test(value ?? '')),
  db_port: port,
  db_socket: text(),
  db_username: text().defined('is missing').min(1, 'is empty'),
  db_password: text(),
  db_password_file: text(),
  ssl: text().oneOf(['off', 'require', 'verify'] as const, 'must be off, require or verify'),
  ssl_ca: text(),
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
})
  .strict()
  .typeError('must be an object with database_name, db_host, db_port, db_username and db_password')
  .noUnknown(({ value }) => describeUnknown(value))
  .test('label', (entry, context) => {
    const label = labelOf(entry);
    const problem = typeof label === 'string' ? labelProblem(label) : undefined;
    if (!problem) return true;
    const advice = entry.name === undefined ? '; give it a label with the key "name"' : '';
    const key = entry.name === undefined ? 'database_name' : 'name';
    return context.createError({ path: `${context.path}.${key}`, message: `${problem}${advice}` });
  })
  .test('where', 'needs db_host or db_socket', entry => Boolean(entry.db_host || entry.db_socket))
  .test(
    'password',
    'needs either db_password or db_password_file',
    entry => (entry.db_password === undefined) !== (entry.db_password_file === undefined),
  )
  .test(
    'ca',
    "needs ssl_ca, the file with the CA's certificate, when ssl is verify",
    entry => entry.ssl !== 'verify' || Boolean(entry.ssl_ca),
  )
  .test(
    'ca in use',
    'has an ssl_ca, which is used only when ssl is verify',
    entry => entry.ssl === 'verify' || entry.ssl_ca === undefined,
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
    (/%(?:22|0[AD])/i.test(label) ? 'holds %22, %0A or %0D, which an upload cannot carry' : undefined)
  );
}

/** Only a key that looks like one of ours is shown: any other may be a password in the wrong place. */
function describeUnknown(entry: object): string {
  const keys = Object.keys(entry);
  const unknown = keys.filter(key => !KEYS.includes(key));
  const told = unknown.map(key => {
    const guess = didYouMean(key, KEYS);
    return guess ? `the unknown key ${key}${guess}` : `an unknown key as its ${ordinal(keys.indexOf(key) + 1)} key`;
  });
  const isAllGuessed = unknown.every(key => didYouMean(key, KEYS));
  const rest = isAllGuessed ? '' : ` (not shown: it may be a secret); the known keys are ${KEYS.join(', ')}`;
  return `has ${told.join(', and ')}${rest}`;
}

function ordinal(place: number): string {
  const ending = /(?<!1)[123]$/.exec(String(place))?.[0];
  return `${place}${ending === undefined ? 'th' : ['st', 'nd', 'rd'][Number(ending) - 1]}`;
}

/** Only the name of an option is shown: its value may be a secret, and so may any text that is not an option. */
function describeOption(option: string): string {
  const name = /^--[\w-]+/.exec(option)?.[0];
  return `${name ?? 'an option'} ${dumpOptionProblem(option)}`;
}

function isPort(value: unknown): boolean {
  const isNumber =
    typeof value === 'number' ? Number.isInteger(value) : typeof value === 'string' && /^\d{1,5}$/.test(value);
  return isNumber && Number(value) >= 1 && Number(value) <= 65_535;
}
