import { object, string } from 'yup';
import { validate } from '../http/validate.ts';
import type { HistoryPage } from './database-history.ts';

/** The largest page; without `limit` all of a history is returned. */
const MAX_LIMIT = 1000;

/** Reads `limit` and `before` of REST. @throws AppError 422 naming what is wrong */
export function historyQuery(given: Readonly<Record<string, unknown>>): HistoryPage {
  // No more than these: yup stumbles over what is called as something that every object has.
  const { limit, before } = validate(query, { limit: given.limit, before: given.before });
  return { limit: numberOf(limit), before: numberOf(before) };
}

const query = object({
  limit: wholeNumber(MAX_LIMIT, `must be a whole number from 1 to ${MAX_LIMIT}`),
  before: wholeNumber(2 ** 32 - 1, 'must be the id of a backup of this database'),
});

function wholeNumber(max: number, message: string) {
  const isRight = (text: string | undefined) =>
    text === undefined || (/^[1-9]\d{0,15}$/.test(text) && Number(text) <= max);
  return string().typeError(message).test('whole', message, isRight);
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
