import { type InferType, type Schema, ValidationError } from 'yup';
import { withCurrentCodes } from '../../protocol/finding-codes.ts';
import { ExplainedError } from '../errors.ts';
import { bodyChunks } from './body-chunks.ts';
import { oddShapeOf, readBounded } from './bounded-answer.ts';
import { rootCauseOf } from './explain-service-error.ts';
import { ServiceUnreachable, StrangeAnswer } from './service-errors.ts';

/**
 * @param signals end the reading
 * @returns the answer's JSON, if it is what the contract says @throws {ExplainedError}
 */
export async function readAnswer<S extends Schema>(
  response: Response,
  schema: S,
  server: URL,
  signals: readonly AbortSignal[] = [],
): Promise<InferType<S>> {
  const chunks = bodyChunks(response.body, signals);
  const text = new TextDecoder().decode(
    await readBounded(chunks, server.origin).catch(error => throwBroken(error, server)),
  );
  try {
    const value: unknown = JSON.parse(text);
    const odd = oddShapeOf(value);
    if (odd !== undefined) throw new ValidationError(odd);
    return await schema.validate(withCurrentCodes(value), { strict: true });
  } catch (error) {
    const why = error instanceof ValidationError ? error.errors.join('; ').slice(0, 200) : 'it is not JSON';
    throw new StrangeAnswer(`the answer ${response.status} is not one of Lumbung's service (${why})`, {
      status: response.status,
      cause: error,
      advice: 'Check --server: something else seems to answer there.',
    });
  }
}

/** What fetch throws in the middle of an answer names no one. */
function throwBroken(error: unknown, server: URL): never {
  if (error instanceof ExplainedError) throw error;
  const reason = rootCauseOf(error);
  throw new ServiceUnreachable(`the answer of the service at ${server.origin} ended too early: ${reason}`, {
    cause: error,
    reason,
    advice: 'Try again. If it happens again, check the service and any proxy in between.',
  });
}
