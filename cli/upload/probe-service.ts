import { whoamiAnswer } from '../../protocol/access/whoami.ts';
import { serviceStatus } from '../../protocol/responses.ts';
import { credentialsOf, type ServiceAccess } from '../access/service-access.ts';
import { log } from '../log.ts';
import { readAnswer } from '../service/read-answer.ts';
import { sendBody } from './send-body.ts';

/** Time limit for the status of a service that may be down. */
const WITHIN_MS = 5000;

export interface Probe {
  readonly status: number;
  /** Bytes that are left on the disk of its storage; undefined when it answers with an error, or the token may only upload. */
  readonly freeBytes: number | undefined;
}

/**
 * Asks a service once how it is, by the way that uploads take.
 * @returns undefined when nothing answers, or nothing that is Lumbung's service
 * @throws the signal's reason when aborted
 */
export async function probeService(access: ServiceAccess, signal: AbortSignal): Promise<Probe | undefined> {
  const { server } = access;
  const clock = new AbortController();
  const timer = setTimeout(() => clock.abort(), WITHIN_MS);
  const within = AbortSignal.any([signal, clock.signal]);
  try {
    // Each refusal is in the audit trail: nothing is asked that the token may not.
    const known = access.token && (await probeRole(access, within));
    if (known) return known;
    const answer = await get('-/status', access, within);
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

/** @returns how the service is for a token that may not ask for more; undefined for another one */
async function probeRole(access: ServiceAccess, within: AbortSignal): Promise<Probe | undefined> {
  const answer = await get('-/whoami', access, within);
  const { status, ok } = answer;
  log.debug('asked the service what the token may do', { server: access.server, status });
  // An earlier version has no such route.
  if (status === 404) return undefined;
  const mayRead = ok && (await readAnswer(answer, whoamiAnswer, access.server)).data.role !== 'upload';
  return mayRead ? undefined : { status, freeBytes: undefined };
}

function get(path: string, access: ServiceAccess, within: AbortSignal): Promise<Response> {
  const { server, ca } = access;
  const request = new Request(new URL(path, server), { headers: credentialsOf(access) });
  return sendBody(request, { length: 0, pieces: nothing() }, within, { ca });
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
