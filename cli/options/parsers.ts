import { resolve } from 'node:path';
import { isToken } from '../../protocol/access/token-text.ts';
import { didYouMean } from './did-you-mean.ts';
import { type Given, type Option, type OptionDescription, option, type Parser, Refusal } from './option.ts';

/** A dump program, as it was named. */
export interface ProgramSetting {
  /** Its path, or its name when it is on the PATH. */
  readonly path: string;
  /** Whether the user has named it; a name that equals the default can be given on purpose too. */
  readonly isGiven: boolean;
}

/** A length of time, as it was given and in milliseconds. */
export interface Duration {
  readonly text: string;
  readonly ms: number;
}

/** @returns an option without a value: on as soon as it is given, or by a variable that is 1 */
export function switchOption(description: OptionDescription): Option<boolean> {
  return option({ ...description, fallback: 'off' }, given => {
    const text = last(given);
    if (/^(?:true|1|yes|on)$/i.test(text)) return true;
    if (/^(?:false|0|no|off|)$/i.test(text)) return false;
    throw new Refusal({ text, problem: 'must be 1 or 0' });
  });
}

/** Takes every text, an empty one too. */
export const anyText: Parser<string> = last;

export const text: Parser<string> = given => {
  const text = last(given);
  if (text === '') throw new Refusal({ problem: 'must not be empty' });
  return text;
};

/** @returns a text of one line, without spaces around it */
export function line(most: number): Parser<string> {
  return given => {
    const line = text(given).trim();
    if (line !== '' && line.length <= most && line.isWellFormed() && !/[\p{Cc}\u2028\u2029]/u.test(line)) return line;
    throw new Refusal({ text: text(given), problem: `must be one line of 1 to ${most} characters` });
  };
}

/** @returns an absolute path */
export const folder: Parser<string> = given => resolve(text(given));

/** @returns a token; never shows what was given */
export const tokenText: Parser<string> = given => {
  const text = last(given);
  if (isToken(text)) return text;
  throw new Refusal({ problem: 'is not a token of the service: such a token begins with lmb_ and has 53 characters' });
};

export const program: Parser<ProgramSetting> = given => ({ path: text(given), isGiven: !given.isDefault });

/** @returns each text as it was given; a label may have commas and blanks of its own */
export const labels: Parser<readonly string[]> = ({ texts }) => {
  if (!/[^,\s]/.test(texts.join()))
    throw new Refusal({ text: texts.at(-1)!, problem: 'must name at least one database' });
  return texts;
};

export function wholeNumber(least: number, most: number): Parser<number> {
  return given => {
    const text = last(given);
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new Refusal({ text, problem: `must be a whole number from ${least} to ${most}` });
  };
}

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Takes no number alone: no one can tell whether 6 means seconds or hours.
 * @param units that are taken, each one letter
 * @param example such as `90s, 30m or 6h`
 */
export function duration(units: string, example: string): Parser<Duration> {
  return given => {
    const text = last(given);
    const [, amount, unit] = /^(\d{1,6})([a-z])$/.exec(text) ?? [];
    const known = Object.entries(UNITS).find(([name]) => name === unit && units.includes(name));
    if (known) return { text, ms: Number(amount) * known[1] };
    throw new Refusal({ text, problem: `must be a time with its unit, such as ${example}` });
  };
}

/** @returns milliseconds for which a timer can be set */
export function timer(units: string, example: string): Parser<number> {
  const read = duration(units, example);
  return given => {
    const { text, ms } = read(given);
    if (ms > 0 && ms < 2 ** 31) return ms;
    throw new Refusal({ text, problem: `must be a time with its unit, such as ${example}` });
  };
}

/** @returns the address of a service, with a slash at its end; never shows what was given, which may hold a password */
export const address: Parser<URL> = given => {
  const text = last(given);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash)
    throw new Refusal({
      problem:
        'must be the address of the service, beginning with http:// or https://, such as https://backups.example.com',
    });
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
};

export function oneOf<T extends string>(known: readonly T[]): Parser<T> {
  return given => {
    const text = last(given);
    return known.find(word => word === text) ?? refuseWord(text, 'one', known);
  };
}

/** @returns the words that were given, with commas between them */
export function someOf<T extends string>(known: readonly T[]): Parser<readonly T[]> {
  return ({ texts }) => {
    const words = texts.join(',').split(',');
    const found = words.map(word => {
      const plain = word.trim().toLowerCase();
      return known.find(other => other === plain) ?? plain;
    });
    const problems = found.filter(word => !isIn(word, known)).map(word => wordProblem(word, 'some', known));
    if (problems.length > 0) throw new Refusal(...problems);
    return found.filter(word => isIn(word, known));
  };
}

function isIn<T extends string>(word: string, known: readonly T[]): word is T {
  return known.some(other => other === word);
}

function refuseWord(text: string, number: 'one' | 'some', known: readonly string[]): never {
  throw new Refusal(wordProblem(text, number, known));
}

function wordProblem(text: string, number: 'one' | 'some', known: readonly string[]) {
  return { text, problem: `must be ${number} of ${known.join(', ')}${didYouMean(text, known)}` };
}

/** Of an option that is given several times the last one counts. */
function last({ texts }: Given): string {
  return texts.at(-1)!;
}
