import { type InferType, type Schema, ValidationError } from 'yup';
import { validationError } from '../errors/errors.ts';

/**
 * Checks what a client sent.
 * @returns the value, cast to what the schema says
 * @throws AppError 422 that names every field that is wrong
 */
export function validate<S extends Schema>(schema: S, value: unknown): InferType<S> {
  try {
    return schema.validateSync(value, { abortEarly: false });
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const problems = error.inner.length > 0 ? error.inner : [error];
    throw validationError(problems.map(({ path, message }) => ({ field: path ?? '', message })));
  }
}
