import { request } from './http-request.ts';
import { redactor } from './redact.ts';

const WITHIN_MS = 10_000;

/** Asks for an address, which may be a secret. @throws DeliveryError unless it answers 2xx within ten seconds */
export async function ping(url: string, signal: AbortSignal): Promise<void> {
  const redact = redactor([url]);
  await request(url, { method: 'GET', signal: AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)]), redact });
}
