import { defineEntity } from '@mikro-orm/core';
import type { InferKyselyTable } from '@mikro-orm/sql';
import { type BackupState, currentFindings, type FindingList, findingList } from '../../protocol/finding.ts';
import { currentCode } from '../../protocol/finding-codes.ts';
import type { StoredState } from '../../protocol/responses.ts';
import { Database } from './database.entity.ts';

/** By a plan of the retention; because someone asked for it; or the same, knowing that it may be the last complete one. */
export const REMOVAL_KINDS = ['retention', 'request', 'request_of_last'] as const;
export type RemovalKind = (typeof REMOVAL_KINDS)[number];

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
    /** By which it is sorted, filtered and counted (`sortTime`); never null, which SQLite can't promise of a column added later. */
    sortedAt: p.datetime(0).nullable(),
    /** Of the zip, in bytes. */
    size: p.bigint('number'),
    /** Of the zip, 64 hexadecimal digits. */
    sha256: p.string().length(64),
    /** What it was found to be worth when it was received. */
    state: p.string().$type<BackupState>().length(16).default('unverified'),
    /** JSON; null without findings. */
    findings: p.string().columnType('longtext').nullable(),
    /** Of the plain dump, in bytes, as the service read it. */
    dumpSize: p.bigint('number').nullable(),
    /** Of the plain dump, 64 hexadecimal digits. */
    dumpSha256: p.string().length(64).nullable(),
    /** The rows and the tables of the dump, as the manifest says; null without one. */
    dumpRows: p.bigint('number').nullable(),
    tableCount: p.integer().nullable(),
    /** How many findings there are, and the code of the one that weighs most. */
    findingCount: p.integer().default(0),
    worstFinding: p.string().length(64).nullable(),
    /** Of a backup that holds what a restore was about to replace; null for an ordinary one. */
    madeFor: p.string().$type<'restore'>().length(16).nullable(),
    /** What the client sent along, as JSON. May be large: loaded only where it is asked for. */
    manifest: p.string().columnType('longtext').nullable().lazy(),
    /** When its stored bytes were last read and checked, with any result, UTC. */
    checkedAt: p.datetime(3).nullable(),
    /** What is wrong with the stored file; null while it is sound. */
    damage: p.string().length(255).nullable(),
    /** Of a complete backup that lost something: the name of the zip that still has it. Names outlast a lost history, ids may not. */
    shrunkFrom: p.string().length(255).nullable(),
    /** When someone accepted that loss, UTC; who, as the client says; and why. */
    acceptedAt: p.datetime(3).nullable(),
    acceptedBy: p.string().length(255).nullable(),
    acceptedFor: p.string().length(1000).nullable(),
    /** When its file goes, UTC; null while it is not going. Behind `removedAt` it says that the file still has to go. */
    removalDue: p.datetime(3).nullable(),
    /** When it was removed, UTC: from then on the row is all that is left, and the record beside the file. */
    removedAt: p.datetime(3).nullable(),
    /** Who removes it, or did so, why, and by which way. */
    removedBy: p.string().length(255).nullable(),
    removedFor: p.string().length(1000).nullable(),
    removalKind: p.string().$type<RemovalKind>().length(16).nullable(),
  }),
  indexes: [
    // Newest first within a database: what every listing asks for.
    { properties: ['database', 'sortedAt', 'id'] },
    // The last complete one of a database: with the state first MySQL sees the order behind it, for many databases at once, too.
    { name: 'backups_by_state_and_database', properties: ['state', 'database', 'sortedAt', 'id'] },
    // What has not been checked for longest.
    { properties: ['checkedAt', 'id'] },
    // Of all databases: newest first, and with all that the totals of a day are made of.
    {
      name: 'backups_by_time',
      properties: ['sortedAt', 'id', 'database', 'state', 'damage', 'size', 'dumpSize', 'removedAt'],
    },
    { name: 'backups_by_state', properties: ['state', 'sortedAt', 'id'] },
    { name: 'backups_by_damage', properties: ['damage', 'sortedAt', 'id'] },
    { name: 'backups_by_size', properties: ['size', 'id'] },
    { name: 'backups_by_database_and_size', properties: ['database', 'size', 'id', 'removedAt'] },
    // The databases with a loss that no one has accepted.
    { name: 'backups_by_loss', properties: ['shrunkFrom', 'acceptedAt', 'database'] },
    // The latest one of a database that still exists.
    { name: 'backups_by_presence', properties: ['database', 'removedAt', 'sortedAt', 'id'] },
    // What is about to go.
    { name: 'backups_by_removal', properties: ['removalDue', 'id'] },
  ],
});

/** One stored zip. */
export class Backup extends schema.class {}
schema.setClass(Backup);

/** The columns of the table, for queries. */
export type BackupColumns = InferKyselyTable<typeof schema>;

/** @returns what the backup is worth now */
export function storedState({ state, damage }: Pick<Backup, 'state' | 'damage'>): StoredState {
  return damage ? 'damaged' : state;
}

/** @returns what was found when it was received, under the codes of today */
export function findingsOf({ findings }: Pick<Backup, 'findings'>): NonNullable<FindingList> {
  return currentFindings(findingList.required().cast(JSON.parse(findings ?? '[]')));
}

/** @returns the code of the finding that weighs most, as it is called today; null when nothing was found */
export function worstFindingOf({ worstFinding }: Pick<Backup, 'worstFinding'>): string | null {
  return worstFinding ? currentCode(worstFinding) : null;
}

/** That a backup goes, or is gone. */
export interface Removal {
  /** When its file goes; null once it is gone. */
  readonly due: Date | null;
  /** When it was removed; null while it can be taken back. */
  readonly at: Date | null;
  readonly by: string;
  readonly why: string;
  readonly kind: RemovalKind;
}

/** The columns of a row that say so. */
export type RemovalColumns = Partial<
  Pick<Backup, 'removalDue' | 'removedAt' | 'removedBy' | 'removedFor' | 'removalKind'>
>;

/** @returns who removes it or has done so, when and why; null of one that stays */
export function removalOf({
  removalDue: due = null,
  removedAt: at = null,
  removedBy,
  removedFor,
  removalKind,
}: RemovalColumns): Removal | null {
  if (!due && !at) return null;
  return { due, at, by: removedBy ?? '', why: removedFor ?? '', kind: removalKind ?? 'retention' };
}
