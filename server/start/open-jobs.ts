import type { Logger } from 'pino';
import { openAlarmsFor } from '../alarms/open-alarms.ts';
import type { Audit } from '../audit/audit.ts';
import { pruningJob } from '../audit/prune-entries.ts';
import type { BackupEvents } from '../backups/events/backup-events.ts';
import type { Config } from '../config.ts';
import type { ConfigurationFile } from '../configuration/reading/configuration-file.ts';
import { freshnessJob } from '../freshness/freshness-job.ts';
import { SYSTEM_CLOCK } from '../jobs/clock.ts';
import type { Job } from '../jobs/job.ts';
import { Scheduler } from '../jobs/scheduler.ts';
import { deliveryJob } from '../notifications/delivery.ts';
import type { Notifications } from '../notifications/notifications.ts';
import { removalJob } from '../offboarding/removal-job.ts';
import { futureEntry } from '../removal/future-entries.ts';
import { mayGoBy } from '../retention/may-go.ts';
import { retentionJob } from '../retention/retention-job.ts';
import { clockBrakes } from '../retention/rules/brakes.ts';
import { createScrub, type Scrub } from '../scrub/scrub.ts';
import { scrubJob } from '../scrub/scrub-job.ts';
import type { DailyTotals } from '../statistics/daily-totals.ts';
import { forgetEndedSessions } from '../web/sessions/sessions.ts';
import { pageLinks } from '../web/shell/page-links.ts';
import { alarmJobs } from './alarm-jobs.ts';
import { openNotifications } from './open-notifications.ts';
import type { Stores } from './stores.ts';

interface Parts extends Pick<Stores, 'history' | 'storage'> {
  readonly config: Pick<Config, 'scrubIntervalDays' | 'scrubMibPerSecond' | 'auditKeepYears' | 'publicUrl'>;
  readonly configuration: ConfigurationFile;
  readonly events: BackupEvents;
  readonly totals: DailyTotals;
  readonly audit: Audit;
  readonly log: Logger;
}

/** What the service does by itself, and what its answers show of that. */
export interface Jobs {
  /** Does not run yet. */
  readonly scheduler: Scheduler;
  readonly scrub: Scrub;
  readonly notifications: Notifications;
  /** Lets what runs end, and starts nothing more. */
  stop(): Promise<void>;
}

/** Joins all that the service does by itself with one scheduler. */
export function openJobs(parts: Parts): Jobs {
  const { history, storage, config, events, log, audit } = parts;
  const configuration = parts.configuration.current;
  const scrub = createScrub({
    ...{ history, storage, events, log },
    intervalMs: config.scrubIntervalDays * 86_400_000,
    bytesPerSecond: config.scrubMibPerSecond * 1024 * 1024,
  });
  const notifications = notificationsOf(parts);
  const mayGo = mayGoBy({ history, storage, configuration, clock: SYSTEM_CLOCK, log });
  const graceMs = () => configuration().retention.graceMs;
  const clockProblem = async (now: Date) => clockBrakes(now, await futureEntry(history.em.fork(), now))[0]?.words;
  const keepYears = config.auditKeepYears;
  const jobs = [
    scrubJob({ scrub, intervalDays: config.scrubIntervalDays }),
    removalJob({ history, storage, events, log, audit, mayGo, graceMs, clockProblem }),
    retentionJob({ history, storage, configuration, audit, log }),
    ...(keepYears === undefined ? [] : [pruningJob({ history, audit, log, keepYears })]),
    ...watchingJobs(parts, notifications),
    deliveryJob(notifications.delivery),
  ];
  const scheduler = new Scheduler({ history, log, jobs });
  const stop = async () => {
    // What a job tells last is still delivered, or stays in the outbox.
    const told = scheduler.stop().then(() => notifications.delivery.stop());
    await Promise.all([told, scrub.stop()]);
  };
  return { scheduler, scrub, notifications, stop };
}

function notificationsOf({ history, log, configuration, config }: Parts): Notifications {
  const pages = pageLinks(config.publicUrl);
  return openNotifications({
    ...{ history, log, configuration, pages },
    findOpenAlarms: (em, channel) => openAlarmsFor(em, configuration.current(), channel, pages),
  });
}

/** Which databases keep their contract, then what follows from that, then who is notified: each minute, in this order. */
function watchingJobs(parts: Parts, { delivery, heartbeat }: Notifications): Job[] {
  const { history, configuration } = parts;
  const tell: Job['run'] = async turn => {
    delivery.wake();
    await heartbeat.beat(history.em.fork(), turn);
  };
  return alarmJobs({
    ...parts,
    configuration: configuration.current,
    pages: pageLinks(parts.config.publicUrl),
    before: [freshnessJob(parts).run],
    after: [
      tell,
      async () => parts.events.evaluated(),
      ({ now }) => forgetEndedSessions({ em: history.em.fork(), now }),
    ],
    onDigest: () => delivery.wake(),
  });
}
