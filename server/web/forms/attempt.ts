import { AppError } from '../../errors/errors.ts';

/** A form that came back: what was typed into it, and what is wrong with it. */
export interface SentForm {
  /** Which of the forms of its page. */
  readonly name: string;
  readonly values: URLSearchParams;
  /** By the names of the fields. */
  readonly mistakes: ReadonlyMap<string, string>;
  /** What is wrong with no field; undefined where fields are. */
  readonly problem: string | undefined;
  readonly status: number;
}

/**
 * Does what a form asks for.
 * @param names what the fields are called in the form, by the names that the use case has for them, where these differ
 * @returns undefined when it is done; else what its page shows: the mistakes in what was typed, or why it can't be done now
 * @throws what is no matter of the form: no right, nothing there, a broken service
 */
export async function attempt(
  { name, values }: Pick<SentForm, 'name' | 'values'>,
  act: () => Promise<unknown>,
  names: Readonly<Record<string, string>> = {},
): Promise<SentForm | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError) || !SHOWN.has(error.status)) throw error;
    const mistakes = new Map(error.errors.map(({ field, message }) => [names[field] ?? field, message]));
    const problem = mistakes.size > 0 ? undefined : error.message;
    return { name, values, mistakes, problem, status: error.status };
  }
}

/** A conflict with how things are now, something that was removed meanwhile, and what was typed wrong. */
const SHOWN = new Set([409, 410, 422]);
