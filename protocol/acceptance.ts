import { type InferType, object, string } from 'yup';

/** Longer reasons belong into a ticket, which this one may name. */
const MAX_REASON = 1000;
const MAX_BY = 255;

const line = (max: number) =>
  string()
    .typeError('must be a text')
    .nonNullable('must be a text')
    .max(max, `must not be longer than ${max} characters`)
    .test(
      'one line',
      'must be one line, without control characters',
      text => !/[\p{Cc}\u2028\u2029]/u.test(text ?? ''),
    );

/** What `POST /-/backups/{id}/accept` takes: why a loss is accepted, and by whom. */
export const acceptanceRequest = object({
  reason: line(MAX_REASON)
    .defined('must say why')
    .test('not empty', 'must say why', text => text.trim() !== ''),
  by: line(MAX_BY),
});

export type AcceptanceRequest = InferType<typeof acceptanceRequest>;
