import { defineEntity } from '@mikro-orm/core';
import type { InferKyselyTable } from '@mikro-orm/sql';

const schema = defineEntity({
  name: 'RosterEntry',
  tableName: 'roster_entries',
  properties: p => ({
    id: p.integer().primary(),
    source: p.string().length(128),
    shard: p.string().length(64),
    databaseName: p.string().length(64),
    /** Which list of the source named it last, and with which token (`Run.list`, `Run.part`): only that one can make it gone. */
    list: p.string().length(16),
    part: p.string().length(16),
    /** As `parseEvery` and `parseDuration` of protocol/contract.ts read them; null where the entry does not name it. */
    every: p.string().length(128).nullable(),
    grace: p.string().length(128).nullable(),
    groupName: p.string().length(64).nullable(),
    /** When a report named it: by the clock of the service, UTC. */
    firstSeenAt: p.datetime(3),
    lastSeenAt: p.datetime(3),
    /** Since when it is no longer on the list; null while it is. */
    goneAt: p.datetime(3).nullable(),
  }),
  uniques: [{ name: 'roster_entries_unique', properties: ['source', 'shard', 'databaseName'] }],
  indexes: [{ name: 'roster_entries_by_database', properties: ['databaseName', 'id'] }],
});

/** A database that a source backs up, or has backed up, as its list of databases says. */
export class RosterEntry extends schema.class {}
schema.setClass(RosterEntry);

/** The columns of the table, for queries. */
export type RosterEntryColumns = InferKyselyTable<typeof schema>;
