import { type AcceptanceRequest, acceptanceRequest } from '../../protocol/acceptance.ts';
import { validationError } from '../errors/errors.ts';
import { validate } from '../http/validate.ts';

const KNOWN = ['reason', 'by'];

/** Reads why a loss is accepted, and by whom. @throws AppError 422 naming what is wrong or unknown */
export function acceptanceIn(body: object): AcceptanceRequest {
  const unknown = Object.keys(body).filter(name => !KNOWN.includes(name));
  if (unknown.length > 0)
    throw validationError(
      unknown.map(field => ({ field, message: `is not a known field: the fields are ${KNOWN.join(' and ')}` })),
    );
  const { reason, by }: { reason?: unknown; by?: unknown } = body;
  return validate(acceptanceRequest.strict(), { reason, by });
}
