import { defineEntity } from '@mikro-orm/core';
import type { InferKyselyTable } from '@mikro-orm/sql';

const schema = defineEntity({
  name: 'Database',
  tableName: 'databases',
  properties: p => ({
    id: p.integer().primary(),
    /** As the client calls it; compared byte by byte (binary collation), so that `Shop` and `shop` are two. */
    name: p.string().length(64).unique(),
  }),
});

/** A database that has been backed up. */
export class Database extends schema.class {}
schema.setClass(Database);

/** The columns of the table, for queries. */
export type DatabaseColumns = InferKyselyTable<typeof schema>;
