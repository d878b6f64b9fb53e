import type { Logger } from 'pino';
import type { Audit } from '../audit/audit.ts';
import { EVERYTHING } from '../auth/scope.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { RetentionRemoval } from '../entities/retention/retention-removal.entity.ts';
import type { Orm } from '../history/orm.ts';
import type { Job } from '../jobs/job.ts';
import { takeBack } from '../removal/schedule-removal.ts';
import type { Storage } from '../storage/storage.ts';
import { applyPlan } from './apply-plan.ts';
import type { DatabasePlan } from './rules/plan-retention.ts';
import { makePlan } from './stored-plans.ts';

interface Parts {
  readonly history: Orm;
  readonly storage: Storage;
  readonly configuration: () => Configuration;
  readonly audit: Pick<Audit, 'change'>;
  readonly log: Logger;
}

/** In the morning: the backups of the night are there, and people who read what it reports are awake. */
const AT = '0 10 * * *';

/** Who lets go what needs no operator. */
const BY = 'retention';
const SERVICE = { tokenId: undefined, token: undefined, address: undefined };

/** @returns the job that makes a plan each day, and gives what needs no operator to the removal */
export function retentionJob(parts: Parts): Job {
  return {
    name: 'retention',
    every: { cron: AT, timezone: parts.configuration().timezone },
    async run({ now, signal }) {
      const { history, storage, log } = parts;
      const configuration = parts.configuration();
      // Off is how it begins: no plan says so each day.
      if (!configuration.retention.enabled) return;
      const retaining = { em: history.em.fork(), storage, configuration, now, log };
      const { id, state, document } = await makePlan(retaining, { signal, onPlan: plan => keepAgain(parts, plan) });
      if (state === 'waiting') await applyWhatNeedsNoOne(parts, retaining, id);
      const held = document.summaries.filter(({ holds }) => holds.length > 0).length;
      log.info(
        { plan: id, state, backups: document.goes, bytes: document.goesBytes, databases_held: held },
        `Retention: plan ${id} removes ${document.goes} of ${document.backups} backups, ${held} databases are held`,
      );
    },
  };
}

/** What goes by an earlier plan and stays by the rules of now, such as the next older one of one that is damaged by now. */
async function keepAgain({ history, storage, log }: Parts, { database, stayAgain }: DatabasePlan): Promise<void> {
  for (const { backup, why } of stayAgain) {
    const result = await takeBack({ em: history.em.fork(), storage }, { backupId: backup.id });
    if (result === 'taken_back')
      log.info(
        { backup: backup.id, database },
        `Backup ${backup.id} of ${database} was to be removed, and stays: ${why}`,
      );
  }
}

async function applyWhatNeedsNoOne(
  { audit }: Parts,
  retaining: Parameters<typeof applyPlan>[0],
  id: number,
): Promise<void> {
  const deed = { actor: SERVICE, action: 'retention_apply', detail: { plan: id, by: BY } } as const;
  const wanted = { id, by: BY, scope: EVERYTHING, isOperator: false };
  const some = await retaining.em.fork().count(RetentionRemoval, { planId: id, needsOperator: false });
  if (some === 0) return;
  await audit.change(deed, async note => {
    const { backups, bytes } = await applyPlan(retaining, wanted);
    void note({ plan: id, by: BY, backups, bytes });
  });
}
