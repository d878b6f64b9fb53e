import type { InferType } from 'yup';
import { type Every, parseDuration, parseEvery } from '../../../protocol/contract.ts';
import { toChannel } from '../channels/all-channels.ts';
import type { Configuration, RetentionPolicy } from '../configuration.ts';
import type { ROOT } from './root-schema.ts';

type Values = InferType<typeof ROOT>;

/** In a fleet of which no one has said otherwise. */
const DEFAULT_POLICY = { last: 3, hourly: 0, daily: 14, weekly: 8, monthly: 12, yearly: 3 };

/** @param values a file without a mistake @returns what all others read */
export function toConfiguration(values: Values): Configuration {
  const { timezone, language, defaults, retention, alarms, digest } = values;
  const channels = mapValues(values.channels ?? {}, toChannel);
  const all = Object.keys(channels);
  const contract = (part: { every?: EveryText | undefined; grace?: string | undefined }) => ({
    every: part.every === undefined ? undefined : everyOf(part.every, timezone),
    graceMs: part.grace === undefined ? undefined : msOf(part.grace),
  });
  const policies: Record<string, RetentionPolicy> = mapValues(retention.policies ?? {}, policy => ({
    ...policy,
    timezone: policy.timezone ?? timezone,
  }));
  return {
    timezone,
    language,
    defaults: { every: everyOf(defaults.every, timezone), graceMs: msOf(defaults.grace) },
    groups: mapValues(values.groups ?? {}, group => ({
      databases: listed(group.databases),
      fromLists: group.from_lists,
      ...contract(group),
      retention: group.retention,
      digest: group.digest && {
        at: group.digest.at,
        weekday: group.digest.weekday,
        channels: listed(group.digest.channels),
        language: group.digest.language ?? language,
      },
    })),
    databases: mapValues(values.databases ?? {}, database => ({
      ...contract(database),
      group: database.group,
      retention: database.retention,
    })),
    retention: {
      enabled: retention.enabled,
      graceMs: msOf(retention.grace),
      default: retention.default,
      policies: Object.hasOwn(policies, 'default')
        ? policies
        : { default: { ...DEFAULT_POLICY, timezone }, ...policies },
    },
    channels,
    routes: (values.routes ?? []).map(({ kinds, groups, severities, channels }) => ({
      kinds: kinds && listed(kinds),
      groups: groups && listed(groups),
      severities: severities && listed(severities),
      channels: listed(channels),
    })),
    alarms: {
      remindEveryMs: msOf(alarms.remind_every),
      storageFullWithinMs: msOf(alarms.storage_full_within),
      storageFreePercent: alarms.storage_free_percent,
      drillEveryMs: alarms.drill_every === undefined ? undefined : msOf(alarms.drill_every),
    },
    digest: digest && { at: digest.at, channels: digest.channels ? listed(digest.channels) : all },
    quietHours: values.quiet_hours && { from: values.quiet_hours.from, to: values.quiet_hours.to },
    heartbeat: values.heartbeat && { url: values.heartbeat.url },
    metrics: { anonymous: values.metrics.anonymous },
  };
}

type EveryText = string | { cron: string; timezone?: string };

function everyOf(text: EveryText, timezone: string): Every {
  const every = parseEvery(text, timezone);
  if (typeof every === 'string') throw new Error(`a contract ${every}`);
  return every;
}

function msOf(text: string): number {
  const ms = parseDuration(text);
  if (typeof ms === 'string') throw new Error(`a time ${ms}`);
  return ms;
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, to: (value: T, name: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, to(value, name)]));
}

/** Yup lets lists have holes in their types; an entry that is missing is a mistake. */
function listed<T>(list: readonly (T | undefined)[] | undefined): NonNullable<T>[] {
  return (list ?? []).filter(entry => entry !== undefined && entry !== null) as NonNullable<T>[];
}
