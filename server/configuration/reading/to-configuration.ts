import type { InferType } from 'yup';
import { type Every, parseDuration, parseEvery } from '../../../protocol/contract.ts';
import { toChannel } from '../channels/all-channels.ts';
import type {
  AlarmSettings,
  Configuration,
  DatabaseSettings,
  GroupSettings,
  RetentionSettings,
  Route,
} from '../configuration.ts';
import type { ROOT } from './root-schema.ts';

type Values = InferType<typeof ROOT>;

type Group = NonNullable<Values['groups']>[string];

/** In a fleet of which no one has said otherwise. */
const DEFAULT_POLICY = { last: 3, hourly: 0, daily: 14, weekly: 8, monthly: 12, yearly: 3 };

/** @param values a file without a mistake @returns what all others read */
export function toConfiguration(values: Values): Configuration {
  const { timezone, language, defaults, digest } = values;
  const channels = mapValues(values.channels ?? {}, toChannel);
  return {
    timezone,
    language,
    defaults: { every: everyOf(defaults.every, timezone), graceMs: msOf(defaults.grace) },
    groups: mapValues(values.groups ?? {}, group => groupOf(group, { timezone, language })),
    databases: mapValues(values.databases ?? {}, ({ group, retention, ...contract }) => ({
      ...contractOf(contract, timezone),
      ...{ group, retention },
    })),
    retention: retentionOf(values.retention, timezone),
    channels,
    routes: (values.routes ?? []).map(routeOf),
    alarms: alarmsOf(values.alarms),
    digest: digest && {
      at: digest.at,
      channels: digest.channels ? listed(digest.channels) : Object.keys(channels),
    },
    quietHours: values.quiet_hours && { from: values.quiet_hours.from, to: values.quiet_hours.to },
    heartbeat: values.heartbeat && { url: values.heartbeat.url },
    metrics: { anonymous: values.metrics.anonymous },
  };
}

function groupOf(
  { databases, from_lists: fromLists, retention, digest, ...contract }: Group,
  { timezone, language }: Pick<Values, 'timezone' | 'language'>,
): GroupSettings {
  return {
    databases: listed(databases),
    fromLists,
    ...contractOf(contract, timezone),
    retention,
    digest: digest && {
      at: digest.at,
      weekday: digest.weekday,
      channels: listed(digest.channels),
      language: digest.language ?? language,
    },
  };
}

/** What is undefined is as in `defaults`. */
function contractOf(
  { every, grace }: { every?: EveryText | undefined; grace?: string | undefined },
  timezone: string,
): Pick<DatabaseSettings, 'every' | 'graceMs'> {
  return {
    every: every === undefined ? undefined : everyOf(every, timezone),
    graceMs: grace === undefined ? undefined : msOf(grace),
  };
}

function retentionOf(retention: Values['retention'], timezone: string): RetentionSettings {
  const policies = mapValues(retention.policies ?? {}, policy => ({
    ...policy,
    timezone: policy.timezone ?? timezone,
  }));
  return {
    enabled: retention.enabled,
    graceMs: msOf(retention.grace),
    default: retention.default,
    policies: Object.hasOwn(policies, 'default') ? policies : { default: { ...DEFAULT_POLICY, timezone }, ...policies },
  };
}

function routeOf({ kinds, groups, severities, channels }: NonNullable<Values['routes']>[number]): Route {
  return {
    kinds: kinds && listed(kinds),
    groups: groups && listed(groups),
    severities: severities && listed(severities),
    channels: listed(channels),
  };
}

function alarmsOf(alarms: Values['alarms']): AlarmSettings {
  return {
    remindEveryMs: msOf(alarms.remind_every),
    storageFullWithinMs: msOf(alarms.storage_full_within),
    storageFreePercent: alarms.storage_free_percent,
    drillEveryMs: alarms.drill_every === undefined ? undefined : msOf(alarms.drill_every),
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
  return (list ?? []).filter(entry => entry !== undefined && entry !== null);
}
