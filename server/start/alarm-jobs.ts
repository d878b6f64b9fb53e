import type { Logger } from 'pino';
import { evaluateAlarms } from '../alarms/evaluate-alarms.ts';
import { evaluationJob } from '../alarms/evaluation-job.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { digestJob } from '../digest/digest-job.ts';
import type { Orm } from '../history/orm.ts';
import type { Job } from '../jobs/job.ts';
import type { PageLinks } from '../notifications/notification.ts';
import { bytesPerDay } from '../statistics/bytes-per-day.ts';
import type { DailyTotals } from '../statistics/daily-totals.ts';
import type { Storage } from '../storage/storage.ts';

interface Parts {
  readonly history: Orm;
  readonly storage: Pick<Storage, 'space'>;
  readonly totals: DailyTotals;
  readonly configuration: () => Configuration;
  readonly log: Logger;
  /** For links to the dashboard; without it messages have none. */
  readonly pages?: PageLinks | undefined;
  /** What an evaluation finds out before the alarms that follow from it, such as which databases are late. */
  readonly before?: ReadonlyArray<Job['run']>;
  /** What comes after: the delivery of what is in the outbox, and a sign of life. */
  readonly after?: ReadonlyArray<Job['run']>;
  /** Hears that a digest is in the outbox. */
  readonly onDigest?: () => void;
}

/** @returns the jobs that evaluate once a minute what a person must see to, and write the digests */
export function alarmJobs(parts: Parts): Job[] {
  const { history, storage, totals, configuration, log, pages, before = [], after = [], onDigest = () => {} } = parts;
  const space = () => storage.space();
  const alarms: Job['run'] = async ({ now }) => {
    const em = history.em.fork();
    const growth = async () => bytesPerDay(await totals.read(em), now);
    await evaluateAlarms({ em, configuration: configuration(), now, log, space, bytesPerDay: growth, pages });
  };
  return [
    evaluationJob([...before, alarms, ...after]),
    digestJob({ history, configuration, space, onQueued: onDigest, pages }),
  ];
}
