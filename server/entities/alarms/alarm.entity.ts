import { defineEntity } from '@mikro-orm/core';
import type { InferKyselyTable } from '@mikro-orm/sql';

/** `warning`: it must be seen to soon. `critical`: now, at night too. */
export type AlarmSeverity = 'warning' | 'critical';

/** What was last reported of an alarm; `flapping` that it changes too often to be told. */
export type ToldAs = AlarmSeverity | 'closed' | 'flapping';

const schema = defineEntity({
  name: 'Alarm',
  tableName: 'alarms',
  properties: p => ({
    id: p.integer().primary(),
    kind: p.string().length(24),
    /** What it is about: a database, a source, a channel, a file. */
    subject: p.string().length(255),
    /** Its subject, with the kinds before it that are one alarm: a database is late, then critical. */
    alarmKey: p.string().length(288),
    /** The same while it is open, null afterwards: so at most one is open, also when two evaluations run at once. */
    openKey: p.string().length(288).nullable().unique('alarms_open_key_unique'),
    /** Alarms of one group are told together. */
    groupKey: p.string().length(288),
    /** The database and the source that it is about, if it is about one. */
    databaseName: p.string().length(64).nullable(),
    source: p.string().length(255).nullable(),
    severity: p.string().$type<AlarmSeverity>().length(8),
    /** Since when it is so, as far as that is known; the service may have noticed it later. */
    since: p.datetime(3),
    openedAt: p.datetime(3),
    closedAt: p.datetime(3).nullable(),
    acknowledgedAt: p.datetime(3).nullable(),
    acknowledgedBy: p.string().length(255).nullable(),
    acknowledgedFor: p.string().length(1000).nullable(),
    /** From then on its reminders come again; null means never. */
    acknowledgedUntil: p.datetime(3).nullable(),
    /** The key of the alarm that explains this one, and is told in its place. */
    mutedBy: p.string().length(288).nullable(),
    /** Null before it was told. */
    toldAs: p.string().$type<ToldAs>().length(8).nullable(),
    /** When what is yet to be told happened; null when all is told. */
    untoldSince: p.datetime(3).nullable(),
    lastToldAt: p.datetime(3).nullable(),
    toldCount: p.integer().default(0),
    /** Since when it changes so often that no change of it is told; null when it does not. */
    flappingSince: p.datetime(3).nullable(),
    /** One sentence. */
    summary: p.string().columnType('text'),
    /** JSON: its cause, the advice, how it ended. */
    detail: p.string().columnType('text'),
  }),
  indexes: [
    // What has closed, and is yet to be told.
    { name: 'alarms_by_untold', properties: ['untoldSince'] },
    // How often one has changed of late.
    { name: 'alarms_by_key', properties: ['alarmKey', 'closedAt', 'id'] },
    // Newest first, by each filter alone.
    { name: 'alarms_by_time', properties: ['openedAt', 'id'] },
    { name: 'alarms_by_kind', properties: ['kind', 'openedAt', 'id'] },
    { name: 'alarms_by_database', properties: ['databaseName', 'openedAt', 'id'] },
    // What has closed of late, and what is old enough to go.
    { name: 'alarms_by_end', properties: ['closedAt', 'id'] },
  ],
});

/** Something that a person must see to, from when it was noticed to when it was over. */
export class Alarm extends schema.class {}
schema.setClass(Alarm);

/** The columns of the table, for queries. */
export type AlarmColumns = InferKyselyTable<typeof schema>;
