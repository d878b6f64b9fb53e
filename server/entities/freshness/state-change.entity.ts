import { defineEntity } from '@mikro-orm/core';
import type { InferKyselyTable } from '@mikro-orm/sql';
import type { FreshnessState } from './watched-database.entity.ts';

const schema = defineEntity({
  name: 'StateChange',
  tableName: 'state_changes',
  properties: p => ({
    id: p.integer().primary(),
    databaseName: p.string().length(64),
    /** Null where the database was not watched before. */
    fromState: p.string().$type<FreshnessState>().length(16).nullable(),
    toState: p.string().$type<FreshnessState>().length(16),
    at: p.datetime(3),
    /** One sentence. */
    why: p.string().length(1000),
  }),
  indexes: [
    { name: 'state_changes_by_time', properties: ['at', 'id'] },
    { name: 'state_changes_by_database', properties: ['databaseName', 'at', 'id'] },
  ],
});

/** When a watched database went from one state to another. Nothing changes one. */
export class StateChange extends schema.class {}
schema.setClass(StateChange);

/** The columns of the table, for queries. */
export type StateChangeColumns = InferKyselyTable<typeof schema>;
