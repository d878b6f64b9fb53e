import { mixed } from 'yup';

/** @returns what is wrong with a value, as the end of a sentence about it; undefined when it is fine */
export type FieldCheck = (value: unknown) => string | undefined;

/**
 * A list in the document of another program. Checked by hand, and its length first: yup takes half a second for ten thousand
 * members, in which the service answers no other request.
 * @param item how each member is checked: all of it, or each of its fields
 */
export function listOf<T>(max: number, item: FieldCheck | Record<keyof T & string, FieldCheck>) {
  const check = listCheck(max, typeof item === 'function' ? item : objectOf(item));
  return mixed<T[]>()
    .required()
    .test('list', (list, context) => {
      const problem = list === null || list === undefined ? undefined : check(list);
      return problem === undefined || context.createError({ message: `${context.path}${problem}` });
    });
}

/** A list whose members pass a check. */
export function listCheck(max: number, check: FieldCheck): FieldCheck {
  return list => {
    if (!Array.isArray(list)) return ' must be a list';
    if (list.length > max) return ` must have ${max} members at most, but has ${list.length}`;
    for (const [at, member] of list.entries()) {
      const problem = check(member);
      if (problem !== undefined) return `[${at}]${problem}`;
    }
    return undefined;
  };
}

/** An object whose fields pass their checks; it may have others. */
export function objectOf(fields: Record<string, FieldCheck>): FieldCheck {
  const checks = Object.entries(fields);
  return value => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return ' must be an object';
    const given = value as Readonly<Record<string, unknown>>;
    for (const [name, check] of checks) {
      // What every object has by that name was not sent.
      const problem = check(Object.hasOwn(given, name) ? given[name] : undefined);
      if (problem !== undefined) return `.${name}${problem}`;
    }
    return undefined;
  };
}

/** A text of 1 to `max` characters. */
export function text(max: number): FieldCheck {
  return value =>
    typeof value === 'string' && value !== '' && value.length <= max
      ? undefined
      : ` must be a text of 1 to ${max} characters`;
}

/** The same without line breaks and other control characters. */
export function oneLine(max: number): FieldCheck {
  return value => text(max)(value) ?? (/[\p{Cc}\u2028\u2029]/u.test(String(value)) ? ' must be one line' : undefined);
}

/** A text of at most `max` characters, which may be empty: what a server has found, for one. */
export function anyText(max: number): FieldCheck {
  return value => (value === '' ? undefined : text(max)(value));
}

/** That, or null. */
export function nullable(check: FieldCheck): FieldCheck {
  return value => (value === null ? undefined : check(value));
}

/** One of some words. */
export function oneOf(known: readonly string[]): FieldCheck {
  return value => (known.some(each => each === value) ? undefined : ` must be one of ${known.join(', ')}`);
}

/** How many things there are. */
export function isCount(value: unknown): string | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : ' must be a whole number that is not negative';
}

/** Whether something is so. */
export function isBoolean(value: unknown): string | undefined {
  return typeof value === 'boolean' ? undefined : ' must be true or false';
}

/** A measured time in seconds. */
export function isSeconds(value: unknown): string | undefined {
  return typeof value === 'number' && value >= 0 && value <= 1e9 ? undefined : ' must be a number of seconds';
}
