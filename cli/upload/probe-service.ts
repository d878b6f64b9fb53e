import { serviceStatus } from '../../protocol/responses.ts';
import { credentialsOf, type ServiceAccess } from '../access/service-access.ts';
import { log } from '../log.ts';
import { readAnswer } from '../service/read-answer.ts';
import { sendBody } from './send-body.ts';

/** Time limit for the status of a service that may be down. */
const WITHIN_MS = 5000;

export interface Probe {
  readonly status: number;
  /** Bytes that are left on the disk of its storage; undefined when it answers with an error, as it does to a token that may only upload. */
  readonly freeBytes: number | undefined;
}

/**
 * Asks a service once how it is, by the way that uploads take.
 * @returns undefined when nothing answers, or nothing that is Lumbung's service
 * @throws the signal's reason when aborted
 */
export async function probeService(access: ServiceAccess, signal: AbortSignal): Promise<Probe | undefined> {
  const { server, ca } = access;
  const clock = new AbortController();
  const timer = setTimeout(() => clock.abort(), WITHIN_MS);
  try {
    const request = new Request(new URL('-/status', server), { headers: credentialsOf(access) });
    const within = AbortSignal.any([signal, clock.signal]);
    const answer = await sendBody(request, { length: 0, pieces: nothing() }, within, { ca });
    const { status, ok } = answer;
    log.debug('asked the service how it is', { server, status });
    return {
      status,
      freeBytes: ok ? (await readAnswer(answer, serviceStatus, server)).data.storage.free_bytes : undefined,
    };
  } catch (error) {
    log.debug('the service does not say how it is', { server, error });
    signal.throwIfAborted();
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
