import { array, boolean, mixed, number, type Schema, string } from 'yup';
import { parseDuration, parseEvery, timezoneProblem } from '../../../protocol/contract.ts';
import { databaseNameProblem } from '../../../protocol/database-name.ts';

/**
 * The values of `lumbung.yaml`. A message completes a place such as `groups.acme.every`; where it begins with "must be", the value
 * that stands there is added to it. `meta` has what the docs and the JSON Schema show: `about`, in a sentence without a full stop,
 * `json`, where yup does not know it all, and `secret`.
 */
export function text(about: string) {
  return string().transform(asGiven).typeError('must be text').nonNullable(EMPTY).min(1, EMPTY).meta({ about });
}

/** Yup would make texts of numbers, and lists of texts. (`strict()` would leave out the defaults, too.) */
export function asGiven(_: unknown, given: unknown): unknown {
  return given;
}

export const MISSING = 'is missing';

export const EMPTY = 'is empty: write a value, or remove the key';

/** Never shown; may stand in a file that `KEY_file` names. */
export function secret(about: string) {
  return text(about).meta({ secret: true });
}

/** @param problemOf says why a text is not right, beginning with "must be" */
export function checkedText(about: string, problemOf: (text: string) => string | undefined, json: object = {}) {
  return withCheck(text(about), value => (typeof value === 'string' ? problemOf(value) : undefined), json);
}

/** @param bounds in words and as a number of milliseconds */
export function duration(about: string, { least = '0m' }: { least?: string } = {}) {
  const leastMs = parseDuration(least) as number;
  return withCheck(
    mixed<string>().nonNullable(EMPTY).meta({ about }),
    value => {
      if (isBareNumber(value)) return `"${value}" is not a time: write ${value}h or ${value}d`;
      const ms = parseDuration(value);
      if (typeof ms === 'string') return ms;
      return ms < leastMs ? `must be at least ${least}` : undefined;
    },
    { type: 'string', pattern: orPlaceholder('\\d{1,6}[mhdw]'), examples: ['2h', '3d'] },
  );
}

/** @param timezoneOf what the whole file has as its time zone */
export function every(about: string) {
  return withCheck(
    mixed<string | { cron: string; timezone?: string }>().nonNullable(EMPTY).meta({ about }),
    value => {
      if (isBareNumber(value)) return `"${value}" is not a time: write ${value}h`;
      // The zone of the whole file stands in for one that is left out, and has its own message when it is wrong.
      const parsed = parseEvery(value, 'UTC');
      return typeof parsed === 'string' ? parsed : undefined;
    },
    {
      anyOf: [
        { type: 'string', pattern: orPlaceholder('\\d{1,6}[mhdw]|cron\\s.+'), examples: ['24h', 'cron 30 1 * * *'] },
        {
          type: 'object',
          properties: { cron: { type: 'string' }, timezone: { type: 'string' } },
          required: ['cron'],
          additionalProperties: false,
        },
      ],
    },
  );
}

export function timeOfDay(about: string) {
  const problem = (value: string) =>
    /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(value) ? undefined : 'must be a time of the day from 00:00 to 23:59';
  return checkedText(about, problem, { pattern: orPlaceholder('([01]\\d|2[0-3]):[0-5]\\d') });
}

export function timezone(about: string) {
  return checkedText(about, timezoneProblem);
}

export function oneOf<T extends string>(about: string, values: readonly T[]) {
  return text(about).oneOf(values, `must be one of ${values.join(', ')}`);
}

/** `on` and `off` are as in the variables of the service; YAML reads them as texts. */
export function onOff(about: string) {
  return boolean()
    .transform((_, given) =>
      given === 'on' || given === 'true' ? true : given === 'off' || given === 'false' ? false : given,
    )
    .typeError('must be true or false')
    .nonNullable(EMPTY)
    .meta({ about, json: { enum: [true, false, 'on', 'off'] } });
}

/** A variable of the environment is a text, so a text of digits is a number, too. */
export function wholeNumber(about: string, min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return number()
    .transform((_, given) =>
      typeof given === 'string' ? (/^\d{1,15}$/.test(given) ? Number(given) : Number.NaN) : given,
    )
    .typeError(message)
    .nonNullable(EMPTY)
    .integer(message)
    .min(min, message)
    .max(max, message)
    .meta({
      about,
      json: {
        anyOf: [
          { type: 'integer', minimum: min, maximum: max },
          { type: 'string', pattern: PLACEHOLDER },
        ],
      },
    });
}

/** A list of texts with at least one. */
export function listOf<T extends string | undefined>(about: string, item: Schema<T>) {
  return array(item as Schema<NonNullable<T>>)
    .transform(asGiven)
    .typeError('must be a list')
    .nonNullable(EMPTY)
    .min(1, 'is an empty list: write an entry, or remove the key')
    .meta({ about });
}

/** The name of a database, or the beginning of names followed by `*`. */
export function databasePattern() {
  return checkedText('a name, or the beginning of names followed by *', value => {
    const start = value.endsWith('*') ? value.slice(0, -1) : value;
    const problem = start.includes('*')
      ? 'has a * that is not its last character'
      : databaseNameProblem(value.endsWith('*') ? `${start}x` : start);
    return problem && `must be a name of databases, such as acme_shop or acme_*: it ${problem}`;
  });
}

/** @returns why a text can't name a group, a policy or a channel, as the end of a sentence; undefined when it can */
export function nameProblem(name: string): string | undefined {
  return /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,63}$/u.test(name)
    ? undefined
    : 'must have 1 to 64 letters, digits, spaces and . _ - @, and begin with a letter or a digit';
}

export function url(about: string, { isSecret = false } = {}) {
  const field = isSecret ? secret(about) : text(about);
  return withCheck(
    field,
    value =>
      typeof value !== 'string' || isWebAddress(value)
        ? undefined
        : 'must be an address that begins with https:// or http://, without spaces and without user:password@',
    { pattern: orPlaceholder('https?://\\S+') },
  );
}

function isWebAddress(text: string): boolean {
  const parsed = /\s/.test(text) ? null : URL.parse(text);
  return parsed !== null && /^https?:$/.test(parsed.protocol) && !parsed.username && !parsed.password;
}

const PLACEHOLDER = '^\\$\\{\\w+\\}$';

/** @returns a pattern that also lets `${NAME}` pass, wherever it stands: an editor does not know what it will be */
function orPlaceholder(pattern: string): string {
  return `^(${pattern})$|\\$\\{\\w+\\}`;
}

function isBareNumber(value: unknown): value is number | string {
  return typeof value === 'number' ? Number.isFinite(value) : typeof value === 'string' && /^\d{1,6}$/.test(value);
}

function withCheck<S extends Schema>(schema: S, problemOf: (value: unknown) => string | undefined, json: object): S {
  return schema
    .test('check', (value, context) => {
      const message = value === undefined || value === null ? undefined : problemOf(value);
      return message === undefined || context.createError({ message });
    })
    .meta({ json }) as S;
}
