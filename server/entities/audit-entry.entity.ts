import { defineEntity } from '@mikro-orm/core';
import type { InferKyselyTable } from '@mikro-orm/sql';

const schema = defineEntity({
  name: 'AuditEntry',
  tableName: 'audit_entries',
  properties: p => ({
    id: p.integer().primary(),
    /** A UUID that the entry of a begin shares with the one of its end. */
    operation: p.string().length(36),
    at: p.datetime(3),
    /** Null without a token: an open service, or a command on the machine of the service. No foreign key: the trail outlasts all. */
    tokenId: p.integer().nullable(),
    token: p.string().length(255).nullable(),
    /** Of the client; null for a command on the machine of the service, and where refusals of many addresses are counted together. */
    address: p.string().length(64).nullable(),
    action: p.string().length(32),
    databaseName: p.string().length(64).nullable(),
    backupId: p.integer().nullable(),
    result: p.string().length(8),
    /** How many requests it stands for: more than one only where requests were refused or failed. */
    count: p.integer().default(1),
    /** JSON. */
    detail: p.string().columnType('text').nullable(),
  }),
  indexes: [
    // Newest first, by each filter alone.
    { name: 'audit_entries_by_time', properties: ['at', 'id'] },
    { name: 'audit_entries_by_token', properties: ['token', 'at', 'id'] },
    { name: 'audit_entries_by_address', properties: ['address', 'at', 'id'] },
    { name: 'audit_entries_by_database', properties: ['databaseName', 'at', 'id'] },
    { name: 'audit_entries_by_action', properties: ['action', 'at', 'id'] },
    { name: 'audit_entries_by_result', properties: ['result', 'at', 'id'] },
  ],
});

/** Who did what, when, and with which result. The service changes none, and deletes none but by AUDIT_KEEP_YEARS. */
export class AuditEntry extends schema.class {}
schema.setClass(AuditEntry);

/** The columns of the table, for queries. */
export type AuditEntryColumns = InferKyselyTable<typeof schema>;
