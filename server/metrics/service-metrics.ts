import manifest from '../../package.json' with { type: 'json' };
import type { EntityManager } from '../history/orm.ts';
import type { Scheduler } from '../jobs/scheduler.ts';
import type { Delivery } from '../notifications/delivery.ts';
import type { Heartbeat } from '../notifications/heartbeat.ts';
import type { Scrub } from '../scrub/scrub.ts';
import { bytesPerDay } from '../statistics/bytes-per-day.ts';
import type { DailyTotals } from '../statistics/daily-totals.ts';
import { fullInMs } from '../statistics/full-in.ts';
import type { Storage } from '../storage/storage.ts';
import type { Metric, Sample } from './exposition.ts';
import { sourceMetrics } from './source-metrics.ts';
import { toSeconds } from './timestamps.ts';

/** What the service itself is measured by. */
export interface ServiceParts {
  readonly storage: Pick<Storage, 'space'>;
  readonly scrub: Scrub;
  readonly scheduler: Scheduler;
  readonly notifications: { readonly delivery: Delivery; readonly heartbeat: Heartbeat };
  readonly totals: DailyTotals;
  readonly startedAt: Date;
}

/** What is about all databases together: for those who may see all of them. */
export async function serviceMetrics(em: EntityManager, parts: ServiceParts, now: Date): Promise<Metric[]> {
  const { scrub, scheduler, notifications, totals, startedAt } = parts;
  const all = await totals.read(em);
  const growth = bytesPerDay(all, now);
  return [
    gauge('lumbung_build_info', 'The version of the service; always 1', [
      { labels: { version: manifest.version }, value: 1 },
    ]),
    one('lumbung_started_timestamp_seconds', 'When the service started', toSeconds(startedAt)),
    ...(await storageMetrics(parts, growth)),
    ...totalMetrics(all, growth),
    ...(await sourceMetrics(em)),
    ...(await scrubMetrics(em, scrub)),
    ...jobMetrics(scheduler),
    ...(await channelMetrics(em, notifications)),
  ];
}

async function storageMetrics({ storage }: ServiceParts, growth: number): Promise<Metric[]> {
  const space = await storage.space().catch(() => undefined);
  const fullMs = space && fullInMs(space.free, growth);
  return [
    one('lumbung_storage_reachable', 'Whether the storage could be reached by this scrape: 1 or 0', space ? 1 : 0),
    one('lumbung_storage_free_bytes', 'Free space of the storage; left out while it cannot be reached', space?.free),
    one('lumbung_storage_total_bytes', 'Size of the storage; left out while it cannot be reached', space?.total),
    one(
      'lumbung_storage_full_in_seconds',
      'When the storage will be full by its growth, from now; left out while it does not grow',
      fullMs === undefined ? undefined : fullMs / 1000,
    ),
  ];
}

function totalMetrics({ byDay }: Awaited<ReturnType<DailyTotals['read']>>, growth: number): Metric[] {
  const days = [...byDay.values()];
  const sum = (part: 'backups' | 'bytes' | 'dumpBytes') => days.reduce((sum, day) => sum + day[part], 0);
  return [
    one('lumbung_storage_growth_bytes_per_day', 'Average of the last 14 days', growth),
    one('lumbung_stored_bytes', 'Size of all zips that are stored', sum('bytes')),
    counter('lumbung_backups_received_total', 'Backups ever received, also those that were removed', sum('backups')),
    counter('lumbung_dump_received_bytes_total', 'Size of all plain dumps ever received', sum('dumpBytes')),
  ];
}

async function scrubMetrics(em: EntityManager, scrub: Scrub): Promise<Metric[]> {
  const { run, filesDue, backupsDamaged } = await scrub.progress(em);
  return [
    one('lumbung_scrub_started_timestamp_seconds', 'When the scrub that runs or ran last began', at(run?.startedAt)),
    one('lumbung_scrub_ended_timestamp_seconds', 'When that scrub ended; left out while it runs', at(run?.endedAt)),
    one(
      'lumbung_scrub_files_due',
      'Files that were not checked for longer than they should be; 100000 means that or more',
      filesDue,
    ),
    one('lumbung_backups_damaged', 'Backups whose stored file is known to be damaged', backupsDamaged),
  ];
}

/** Not under the label `job`: Prometheus sets that one itself. */
function jobMetrics(scheduler: Scheduler): Metric[] {
  const jobs = scheduler.status();
  const times = (of: (job: (typeof jobs)[number]) => Sample | undefined) => jobs.flatMap(job => of(job) ?? []);
  const sample = (labels: Sample['labels'], instant: Date | null) =>
    instant ? { labels: labels!, value: toSeconds(instant) } : undefined;
  return [
    gauge(
      'lumbung_job_started_timestamp_seconds',
      'When a job was last started',
      times(({ name, lastStartedAt }) => sample({ job_name: name }, lastStartedAt)),
    ),
    gauge(
      'lumbung_job_ended_timestamp_seconds',
      'When a job last ended, and with which result (ok, failed)',
      times(({ name, lastEndedAt, lastError }) =>
        sample({ job_name: name, result: lastError === null ? 'ok' : 'failed' }, lastEndedAt),
      ),
    ),
    gauge(
      'lumbung_job_next_timestamp_seconds',
      'When a job runs next',
      times(({ name, nextAt }) => sample({ job_name: name }, nextAt)),
    ),
  ];
}

async function channelMetrics(
  em: EntityManager,
  { delivery, heartbeat }: ServiceParts['notifications'],
): Promise<Metric[]> {
  const channels = await delivery.states(em);
  const since = (name: string, help: string, of: (state: (typeof channels)[number]) => number | undefined) =>
    gauge(
      name,
      help,
      channels.flatMap(state => {
        const value = of(state);
        return value === undefined ? [] : [{ labels: { channel: state.name }, value }];
      }),
    );
  return [
    since(
      'lumbung_outbox_messages',
      'Messages that wait for a channel; 10000 means that or more',
      ({ waiting }) => waiting,
    ),
    since('lumbung_channel_delivered_timestamp_seconds', 'When a channel last took a message', state =>
      at(state.lastDeliveredAt),
    ),
    since(
      'lumbung_channel_failing_since_timestamp_seconds',
      'Since when a channel fails; left out while it works',
      state => at(state.failingSince),
    ),
    one('lumbung_heartbeat_timestamp_seconds', 'When the heartbeat was last sent', at(heartbeat.state?.lastPingAt)),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, help, type: 'gauge', samples };
}

function one(name: string, help: string, value: number | undefined): Metric {
  return gauge(name, help, value === undefined ? [] : [{ value }]);
}

function counter(name: string, help: string, value: number): Metric {
  return { name, help, type: 'counter', samples: [{ value }] };
}

function at(instant: Date | null | undefined): number | undefined {
  return instant ? toSeconds(instant) : undefined;
}
