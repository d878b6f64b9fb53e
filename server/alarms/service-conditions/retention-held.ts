import { formatBytes } from '../../../protocol/format-bytes.ts';
import { readRows } from '../../history/read-rows.ts';
import { query } from '../../history/tables.ts';
import type { Looking } from '../looking/looking.ts';
import type { Condition } from '../model/condition.ts';

/** Finds out whether the newest plan of the retention is held, or waits for an operator. */
export async function retentionHeld({ em }: Looking): Promise<Condition[]> {
  const [plan] = await readRows(em, NEWEST);
  if (!plan || (plan.state !== 'held' && plan.state !== 'waiting')) return [];
  const what = `${plan.backups} ${plan.backups === 1 ? 'backup' : 'backups'} (${formatBytes(Number(plan.bytes))})`;
  return [
    {
      ...{ kind: 'retention_held', subject: 'retention', severity: 'warning', since: plan.madeAt },
      summary:
        plan.state === 'held'
          ? `The retention removes nothing: plan ${plan.id} is held`
          : `Plan ${plan.id} of the retention waits for an operator: ${what} would be removed`,
      // By then it is another plan: each look makes a new one, which replaces this one.
      advice:
        plan.state === 'held'
          ? 'See what holds it: sudo lumbung retention plan'
          : 'Check it: sudo lumbung retention plan. If it is right, run the command that this prints: sudo lumbung retention apply NUMBER',
    },
  ];
}

const NEWEST = query
  .selectFrom('retention_plans as p')
  .orderBy('p.id', 'desc')
  .limit(1)
  .select(['p.id', 'p.state', 'p.made_at as madeAt', 'p.backup_count as backups', 'p.bytes']);
