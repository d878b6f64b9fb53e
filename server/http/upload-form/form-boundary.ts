import { MIMEType } from 'node:util';
import type { Context } from 'koa';
import { AppError } from '../../errors/errors.ts';
import { malformed } from './form-errors.ts';

/**
 * Reads the media type of a form as the field is to be read: names in any case, blanks around `;`, parameters that are empty.
 * The request has it in one way from then on, for the parser, which is stricter.
 * @returns the boundary
 * @throws AppError 415 when it is no form, 400 when it names no boundary
 */
export function formBoundary({ req }: Context): string {
  const type = parse(req.headers['content-type'] ?? '');
  if (type?.essence !== 'multipart/form-data')
    throw new AppError(
      415,
      'NOT_MULTIPART',
      'The body is not multipart/form-data: send the zip as a file in such a body',
    );
  const boundary = type.params.get('boundary');
  if (!boundary) throw malformed('its Content-Type has no boundary');
  req.headers['content-type'] = `multipart/form-data; boundary="${boundary.replace(/["\\]/g, '\\$&')}"`;
  return boundary;
}

function parse(field: string): MIMEType | undefined {
  try {
    return new MIMEType(field);
  } catch {
    return undefined;
  }
}
