import type { AlarmKind, Severity } from './alarm-kinds.ts';
import type { ChannelSettings } from './channels/all-channels.ts';

/** What `lumbung.yaml` says, as plain data with all defaults filled in. Its channels and its heartbeat hold secrets: never log it. */
export interface Configuration {
  /** IANA; UTC when left out. Days, times of day and cron expressions without a zone of their own are of it. */
  readonly timezone: string;
  /** Of the digests. */
  readonly language: Language;
  /** What holds for a database where nothing nearer to it says otherwise. */
  readonly defaults: ContractSettings;
  /** By name. */
  readonly groups: Readonly<Record<string, GroupSettings>>;
  /** By name of the database: what is said here wins over all else. */
  readonly databases: Readonly<Record<string, DatabaseSettings>>;
  readonly retention: RetentionSettings;
  /** By name. */
  readonly channels: Readonly<Record<string, ChannelSettings>>;
  /** An alarm goes to the channels of each route that takes it. Without routes all alarms go to all channels. */
  readonly routes: readonly Route[];
  readonly alarms: AlarmSettings;
  /** Undefined: no digest is sent. */
  readonly digest: DigestSettings | undefined;
  readonly quietHours: QuietHours | undefined;
  readonly heartbeat: { readonly url: string } | undefined;
  readonly metrics: { readonly anonymous: boolean };
}

export type Language = 'en' | 'id';

/** How often a complete backup is due: after an interval, or at the times of a cron expression in a time zone. */
export type Every =
  | { readonly kind: 'interval'; readonly ms: number }
  | { readonly kind: 'cron'; readonly expression: string; readonly timezone: string };

export interface ContractSettings {
  readonly every: Every;
  /** How long after its due time a backup may come before it is late, in milliseconds. */
  readonly graceMs: number;
}

/** What holds for the databases of one client. What is undefined is as in `defaults`. */
export interface GroupSettings {
  /** Names, or beginnings of names with a `*` behind, as in the scope of a token (`scopeCovers`). */
  readonly databases: readonly string[];
  /** Whether `databases.json` of a source may put a database into it that no group covers; false when left out. */
  readonly fromLists?: boolean;
  readonly every: Every | undefined;
  readonly graceMs: number | undefined;
  /** The name of a policy. */
  readonly retention: string | undefined;
  readonly digest: GroupDigestSettings | undefined;
}

export interface DatabaseSettings {
  readonly every: Every | undefined;
  readonly graceMs: number | undefined;
  /** The name of a group that it belongs to, even where a pattern of another group covers it. */
  readonly group: string | undefined;
  /** The name of a policy. */
  readonly retention: string | undefined;
}

export interface RetentionSettings {
  /** Off until someone turns it on. */
  readonly enabled: boolean;
  /** How long a backup that goes can still be taken back, in milliseconds. */
  readonly graceMs: number;
  /** The name of the policy of all databases that have no other. */
  readonly default: string;
  /** By name; there is always one named `default`, unless another one is the default. */
  readonly policies: Readonly<Record<string, RetentionPolicy>>;
}

/** How many backups each rule keeps: `server/retention/rules/` decides by it. */
export interface RetentionPolicy {
  readonly last: number;
  readonly hourly: number;
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  readonly yearly: number;
  /** IANA, such as `Asia/Jakarta`: where its hours, days, weeks, months and years begin; that of the configuration where it is left out. */
  readonly timezone: string;
}

/** Which alarms go where. A list that is undefined takes all. */
export interface Route {
  readonly kinds: readonly AlarmKind[] | undefined;
  /** Names of groups. Alarms that are about no database have no group. */
  readonly groups: readonly string[] | undefined;
  readonly severities: readonly Severity[] | undefined;
  /** Names of channels, at least one. */
  readonly channels: readonly string[];
}

export interface AlarmSettings {
  /** How often an open alarm that no one has acknowledged is told again, in milliseconds. */
  readonly remindEveryMs: number;
  /** `storage_low` when the storage will be full within this time, by its growth, in milliseconds. */
  readonly storageFullWithinMs: number;
  /** `storage_low` when less than this is free, also without growth. */
  readonly storageFreePercent: number;
  /** `drill_due` when the newest drill of a database is older, in milliseconds; undefined: never. */
  readonly drillEveryMs: number | undefined;
}

/** The message of each morning. */
export interface DigestSettings {
  /** `HH:MM` in the zone of the configuration. */
  readonly at: string;
  /** Names of channels; all, when the file names none. */
  readonly channels: readonly string[];
}

/** The message of each week that a client gets about its own databases. */
export interface GroupDigestSettings extends DigestSettings {
  readonly weekday: Weekday;
  readonly language: Language;
}

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

export type Weekday = (typeof WEEKDAYS)[number];

/** Between them only critical alarms are told at once. `from` may be later than `to`: over midnight. */
export interface QuietHours {
  /** `HH:MM` in the zone of the configuration. */
  readonly from: string;
  readonly to: string;
}
