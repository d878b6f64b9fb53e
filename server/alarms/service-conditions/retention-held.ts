import { readRows } from '../../history/read-rows.ts';
import { query } from '../../history/tables.ts';
import type { Looking } from '../looking/looking.ts';
import type { Condition } from '../model/condition.ts';

/** Finds out whether the newest plan of the retention is held, or waits for an operator. */
export async function retentionHeld({ em }: Looking): Promise<Condition[]> {
  const [plan] = await readRows(em, NEWEST);
  if (!plan || (plan.state !== 'held' && plan.state !== 'waiting')) return [];
  const what = `${plan.backups} backups (${(Number(plan.bytes) / 1024 ** 3).toFixed(1)} GiB)`;
  return [
    {
      ...{ kind: 'retention_held', subject: 'retention', severity: 'warning', since: plan.madeAt },
      summary:
        plan.state === 'held'
          ? `The retention deletes nothing: plan ${plan.id} is held`
          : `Plan ${plan.id} of the retention waits for an operator: ${what} would go`,
      advice: `See why, and apply it if it is right: node server/main.ts retention plan, then retention apply ${plan.id}`,
    },
  ];
}

const NEWEST = query
  .selectFrom('retention_plans as p')
  .orderBy('p.id', 'desc')
  .limit(1)
  .select(['p.id', 'p.state', 'p.made_at as madeAt', 'p.backup_count as backups', 'p.bytes']);
