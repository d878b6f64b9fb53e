import { ConfigurationError } from '../errors.ts';
import { parsedFlag } from './typed-words.ts';

/** What was given for an option, or its default. */
export interface Given {
  /** Each time it was given: an option can stand in a command several times. Never empty. */
  readonly texts: readonly [string, ...string[]];
  readonly isDefault: boolean;
}

/** Makes a value of what was given. @throws {Refusal} */
export type Parser<T> = (given: Given) => T;

/** All that is known of an option: parsing, error messages, help, completion and docs are made from it. */
export interface OptionDescription {
  /** Without its dashes, such as `work-dir`; an option without one has only a variable. */
  readonly flag?: string;
  /** One letter. */
  readonly alias?: string;
  /** What the help calls its value, such as `FILE`; an option without one is switched on by its name alone. */
  readonly value?: string;
  /** The environment variable that stands for it, such as `SADE_WORK_DIR`. */
  readonly variable?: string;
  /** As it would be typed. An option without one is undefined unless it is given. */
  readonly fallback?: string;
  /** How the docs call a default that depends on the machine. */
  readonly fallbackInDocs?: string;
  /** In few words, without a full stop. */
  readonly meaning: string;
  /** What the docs say beside it: sentences, in Markdown, with links relative to docs/reference/. */
  readonly details?: string;
  /** What a shell offers for its value. */
  readonly completes?: 'files' | 'folders' | 'labels' | readonly string[];
}

export interface Option<T> extends OptionDescription {
  /** @throws {Refusal} */
  readonly read: (given: Given | undefined) => T;
}

/** Describes an option. */
export function option<T>(description: OptionDescription & { readonly fallback: string }, parse: Parser<T>): Option<T>;
export function option<T>(description: OptionDescription, parse: Parser<T>): Option<T | undefined>;
export function option<T>(description: OptionDescription, parse: Parser<T>): Option<T | undefined> {
  const { fallback } = description;
  const otherwise = fallback === undefined ? undefined : ({ texts: [fallback], isDefault: true } as const);
  const read = (given: Given | undefined) => {
    const found = given ?? otherwise;
    return found && parse(found);
  };
  return { ...description, read };
}

/** Why what was given for an option is not taken. */
export class Refusal extends Error {
  readonly problems: readonly Problem[];

  constructor(...problems: Problem[]) {
    super(problems.map(({ problem }) => problem).join());
    this.problems = problems;
  }
}

interface Problem {
  /** The part of what was given that is wrong; left out where it may be a secret. */
  readonly text?: string;
  /** Completes a sentence, such as `must not be empty`. */
  readonly problem: string;
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The values of the options of a table, by the same keys. */
export type ValuesOf<Table> = {
  readonly [Key in keyof Table]: Table[Key] extends Option<infer T> ? T : never;
};

/** What the parser of the command line has found, by the flags of the options. */
export type Typed = Readonly<Record<string, unknown>>;

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Takes each option from the command line, else from its variable, else its default.
 * @throws {ConfigurationError} with every mistake
 */
export function readOptions<Table extends OptionTable>(table: Table, typed: Typed, env: Environment): ValuesOf<Table> {
  const mistakes: string[] = [];
  const read = (option: Option<unknown>) => {
    const { place, given } = find(option, typed, env);
    try {
      return option.read(given);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      mistakes.push(...error.problems.map(problem => describe(place, problem)));
      return undefined;
    }
  };
  const values = Object.fromEntries(Object.entries(table).map(([key, option]) => [key, read(option)]));
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
  return values as ValuesOf<Table>;
}

function find({ flag = '', variable = '' }: OptionDescription, typed: Typed, env: Environment) {
  const [first, ...more] = [typed[parsedFlag(flag)] ?? []].flat().map(String);
  if (first !== undefined) return { place: `--${flag}`, given: { texts: [first, ...more], isDefault: false } as const };
  const value = env[variable];
  return { place: variable, given: value ? ({ texts: [value], isDefault: false } as const) : undefined };
}

function describe(place: string, { text, problem }: Problem): string {
  return `${place}${text ? ` is ${JSON.stringify(text)} and` : ''} ${problem}`;
}
