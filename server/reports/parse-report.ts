import { type InferType, type Schema, ValidationError } from 'yup';
import { shapeProblem } from '../backups/assessment/json-shape.ts';
import { type AppError, validationError } from '../errors/errors.ts';
import { nextTurn } from '../process/turns.ts';

/**
 * Reads a report that a client sent.
 * @returns it as it was sent, with keys that only a later version knows, and as JSON
 * @throws AppError 422 naming the first field that is wrong
 */
export async function parseReport<S extends Schema>(
  schema: S,
  body: string,
): Promise<{ report: InferType<S>; json: string }> {
  const problem = await shapeProblem(body);
  if (problem) throw invalid('body', problem);
  const value = parsed(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('body', 'must be a JSON object');
  await nextTurn();
  try {
    // Strict: a number in quotes is no number.
    const report = schema.validateSync(value, { strict: true });
    return { report, json: JSON.stringify(value) };
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    throw invalid(error.path || 'body', `is wrong: ${error.message.slice(0, MAX_REASON)}`);
  }
}

/** yup repeats the value that it doesn't like, however long that is. */
const MAX_REASON = 500;

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function invalid(field: string, message: string): AppError {
  return validationError([{ field, message }], 'INVALID_REPORT');
}
