import { isKeyOf } from '../../protocol/texts/is-key-of.ts';
import { type Parser, Refusal } from './option.ts';

const UNITS = { MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;

/** Takes no number alone: no one can tell whether 512 means MiB or bytes. @returns bytes */
export const size: Parser<number> = ({ texts }) => {
  const text = texts.at(-1)!;
  const [, amount, unit] = /^(\d{1,6})([MGT]iB)$/.exec(text) ?? [];
  const bytes = isKeyOf(UNITS, unit) ? Number(amount) * UNITS[unit] : Number.NaN;
  if (bytes > 0) return bytes;
  throw new Refusal({ text, problem: 'must be a size with its unit, such as 512MiB or 4GiB' });
};
