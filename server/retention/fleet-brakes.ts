import { messageOf } from '../error-code.ts';
import { readRows } from '../history/read-rows.ts';
import { query } from '../history/tables.ts';
import type { Retaining } from './plan-fleet.ts';
import { type Brake, clockBrakes } from './rules/brakes.ts';

/** The newest receipts are among the highest ids. */
const NEWEST = 100;

const newestReceipts = query.selectFrom('backups as b').select('b.received_at').orderBy('b.id', 'desc').limit(NEWEST);
const lastPlan = query.selectFrom('retention_plans as p').select('p.made_at').orderBy('p.id', 'desc').limit(1);

/** @returns why nothing of any database may go now */
export async function fleetBrakes({ em, storage, configuration, now, log }: Retaining): Promise<Brake[]> {
  if (!configuration.retention.enabled)
    return [{ kind: 'off', words: 'the retention is off: turn it on with retention.enabled in lumbung.yaml' }];
  const receipts = await readRows(em, newestReceipts);
  const [plan] = await readRows(em, lastPlan);
  const newestReceiptAt = receipts.map(({ received_at }) => received_at).reduce(later, undefined as Date | undefined);
  const clock = clockBrakes({ now, newestReceiptAt, lastPlanAt: plan?.made_at });
  try {
    await storage.checkUsable();
    return clock;
  } catch (err) {
    log.error({ err: messageOf(err) }, 'The storage fails its check: the retention lets nothing go');
    return [...clock, { kind: 'storage_fails', words: 'the storage fails its check: see the log of the service' }];
  }
}

function later(a: Date | undefined, b: Date): Date {
  return a && a > b ? a : b;
}
