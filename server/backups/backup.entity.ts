import { defineEntity } from '@mikro-orm/core';
import { Database } from '../databases/database.entity.ts';

const schema = defineEntity({
  name: 'Backup',
  tableName: 'backups',
  properties: p => ({
    /** Never given to another backup, not even after a removal. */
    id: p.integer().primary(),
    database: p.manyToOne(Database).index(false),
    fileName: p.string().length(255).unique(),
    /** When the dump began, to the second, UTC: what the file name says. */
    takenAt: p.datetime(0),
    /** When the service had it whole, UTC. */
    receivedAt: p.datetime(3),
    /** Of the zip, in bytes. */
    size: p.bigint('number'),
    /** Of the zip, 64 hexadecimal digits. */
    sha256: p.string().length(64),
  }),
  // Newest first within a database: what every listing asks for.
  indexes: [{ properties: ['database', 'takenAt', 'id'] }],
});

/** One stored zip. */
export class Backup extends schema.class {}
schema.setClass(Backup);
