import { defineEntity } from '@mikro-orm/core';
import type { InferKyselyTable } from '@mikro-orm/sql';

const schema = defineEntity({
  name: 'RetainedDatabase',
  tableName: 'retained_databases',
  properties: p => ({
    databaseName: p.string().length(64).primary(),
    /** Of the policy by which it was pruned last, 64 hexadecimal digits: another one is a change of policy. */
    policyDigest: p.string().length(64),
    /** Since when that policy is in use. */
    since: p.datetime(3),
    /** An operator has applied a plan after this receipt: more than 4 backups of a day until then hold nothing any more. */
    receiptsAcceptedUntil: p.datetime(3).nullable(),
  }),
});

/** What the retention remembers of a database from one plan to the next. */
export class RetainedDatabase extends schema.class {}
schema.setClass(RetainedDatabase);

/** The columns of the table, for queries. */
export type RetainedDatabaseColumns = InferKyselyTable<typeof schema>;
