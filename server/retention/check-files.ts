import type { Storage } from '../storage/storage.ts';
import { type DatabasePlan, type PlanInput, planRetention } from './rules/plan-retention.ts';
import { isSound, type RetainedBackup } from './rules/retained-backup.ts';

/**
 * Makes the plan for a database, and checks whether the files are there on which it relies: those of the complete backups that stay.
 * One without its file counts as damaged, and the plan is made again without it.
 * @throws what the storage throws: then it is not known what is there, and nothing may go
 */
export async function planWithFiles(storage: Pick<Storage, 'open'>, input: PlanInput): Promise<DatabasePlan> {
  const looked = new Map<number, string | null>();
  for (;;) {
    const backups = input.backups.map(backup => ({
      ...backup,
      damage: backup.damage ?? looked.get(backup.id) ?? null,
    }));
    const plan = planRetention({ ...input, backups });
    if (plan.decisions.every(({ isKept, backup }) => isKept || backup.goesBy === 'person')) return plan;
    const relied = plan.decisions.filter(({ isKept, backup }) => isKept && isSound(backup) && !looked.has(backup.id));
    if (relied.length === 0) return plan;
    for (const { backup } of relied) looked.set(backup.id, await problemOf(storage, input.database, backup));
  }
}

async function problemOf(
  storage: Pick<Storage, 'open'>,
  database: string,
  { fileName, size }: RetainedBackup,
): Promise<string | null> {
  await using file = await storage.open({ database, fileName });
  if (!file) return 'its file is not in the storage';
  return file.size === size ? null : `its file has ${file.size} bytes instead of ${size}`;
}
