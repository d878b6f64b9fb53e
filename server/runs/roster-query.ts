import { object, string } from 'yup';
import { validate } from '../http/validate.ts';

/** Reads `source` and `shard`. @throws AppError 422 naming what is wrong */
export function rosterQuery(given: Readonly<Record<string, unknown>>): {
  readonly source: string;
  readonly shard: string;
} {
  // No more than these: yup stumbles over what is called as something that every object has.
  const { source, shard } = validate(query, { source: given.source, shard: given.shard });
  return { source, shard: shard ?? '' };
}

const [A_SOURCE, A_SHARD] = ['must be the name of a source', 'must be the name of a shard'];

const query = object({
  source: string().typeError(A_SOURCE).required(A_SOURCE).max(128, A_SOURCE).test('line', A_SOURCE, isLine),
  shard: string().typeError(A_SHARD).max(64, A_SHARD).test('line', A_SHARD, isLine),
});

/** MySQL treats a text as equal to the same one with blanks behind it. */
function isLine(text: string | undefined): boolean {
  return text === undefined || (text.trim() === text && text.isWellFormed() && !/\p{Cc}/u.test(text));
}
