import { defineEntity } from '@mikro-orm/core';
import type { InferKyselyTable } from '@mikro-orm/sql';

const schema = defineEntity({
  name: 'JobRecord',
  tableName: 'jobs',
  properties: p => ({
    name: p.string().length(64).primary(),
    /** How often it was to run when `nextAt` was written: with another one, `nextAt` means nothing. */
    plan: p.string().length(255),
    /** Null where it is to run at no time. Who changes it from the value that was read has taken the turn. */
    nextAt: p.datetime(3).nullable(),
    lastStartedAt: p.datetime(3).nullable(),
    /** Null while it runs, and after a crash or a stop in the middle. */
    lastEndedAt: p.datetime(3).nullable(),
    /** In one line, for all who may see the state of the service. */
    lastError: p.string().columnType('text').nullable(),
    /** The latest times of a cron expression that have had their turn, in milliseconds since 1970, as a JSON array. */
    taken: p.string().columnType('text'),
  }),
});

/** What is known of a job over a restart. */
export class JobRecord extends schema.class {}
schema.setClass(JobRecord);

/** The columns of the table, for queries. */
export type JobColumns = InferKyselyTable<typeof schema>;
