import { defineEntity } from '@mikro-orm/core';
import type { InferKyselyTable } from '@mikro-orm/sql';

const schema = defineEntity({
  name: 'AlarmRound',
  tableName: 'alarm_rounds',
  properties: p => ({
    /** Always 1: there is one row. */
    id: p.integer().primary(),
    /** One more after each evaluation that changed an alarm. Who finds another than it began with has been overtaken. */
    round: p.integer(),
    endedAt: p.datetime(3),
  }),
});

/** How far the evaluations have come that change alarms. */
export class AlarmRound extends schema.class {}
schema.setClass(AlarmRound);

/** The columns of the table, for queries. */
export type AlarmRoundColumns = InferKyselyTable<typeof schema>;
