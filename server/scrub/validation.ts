import { mixed, object } from 'yup';
import { validationError } from '../errors/errors.ts';
import { validate } from '../http/validate.ts';

/**
 * Reads `all`, which may be in the query or in a JSON body.
 * @param body may be empty
 * @throws AppError 422 naming what is wrong or unknown
 */
export function scrubRequest(query: object, body: string): { all: boolean } {
  const given = { ...query, ...jsonObject(body) };
  const unknown = Object.keys(given).filter(name => name !== 'all');
  if (unknown.length > 0)
    throw validationError(unknown.map(field => ({ field, message: 'is not a known field: the only field is "all"' })));
  const { all } = validate(schema, given);
  return { all: all === true || all === 'true' };
}

const schema = object({ all: mixed().oneOf([true, false, 'true', 'false'], 'must be true or false') });

function jsonObject(body: string): object {
  if (body.trim() === '') return {};
  const value = parsed(body);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw validationError([{ field: 'body', message: 'must be empty or a JSON object such as {"all": true}' }]);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
