import { messageOf } from '../errors/error-code.ts';
import { futureEntry } from '../removal/future-entries.ts';
import type { Retaining } from './plan-fleet.ts';
import { type Brake, clockBrakes } from './rules/brakes.ts';

/** @returns why nothing of any database may go now */
export async function fleetBrakes({ em, storage, configuration, now, log }: Retaining): Promise<Brake[]> {
  if (!configuration.retention.enabled)
    return [{ kind: 'off', words: 'the retention is off: turn it on with retention.enabled in lumbung.yaml' }];
  const clock = clockBrakes(now, await futureEntry(em, now));
  try {
    await storage.checkUsable();
    return clock;
  } catch (err) {
    log.error({ err: messageOf(err) }, 'The storage fails its check: the retention removes nothing');
    return [...clock, { kind: 'storage_fails', words: 'the storage fails its check: see the log of the service' }];
  }
}
