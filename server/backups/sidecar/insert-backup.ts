import { IsolationLevel } from '@mikro-orm/core';
import type { ParsedBackupName } from '../../../protocol/backup-name.ts';
import { type BackupState, byWeight, type FindingList } from '../../../protocol/finding.ts';
import type { Manifest } from '../../../protocol/manifest.ts';
import { Backup, type RemovalColumns } from '../../entities/backup.entity.ts';
import { Database } from '../../entities/database.entity.ts';
import { Pin } from '../../entities/pin.entity.ts';
import { hasCode } from '../../errors/error-code.ts';
import type { EntityManager } from '../../history/orm.ts';
import type { Storage } from '../../storage/storage.ts';
import type { ContentFacts } from '../assessment/content-facts.ts';
import { sortTime } from '../assessment/sort-time.ts';
import type { LossColumns } from '../losses/loss.ts';
import type { KeptPin } from './kept-pins.ts';
import { formatSidecar } from './sidecar.ts';

/** A stored zip that the history is to know. */
export interface Recordable extends LossColumns, RemovalColumns {
  readonly name: ParsedBackupName;
  readonly receivedAt: Date;
  /** Of the zip, in bytes. */
  readonly size: number;
  /** Of the zip, 64 hexadecimal digits. */
  readonly sha256: string;
  readonly dump: Pick<ContentFacts, 'size' | 'sha256'> | undefined;
  readonly state: BackupState;
  readonly findings: NonNullable<FindingList>;
  /** JSON. */
  readonly manifest: string | undefined;
  /** Of the manifest, for the lists, which do not read it. */
  readonly contents: ContentCounts | undefined;
  /** When its stored bytes were read and found right, if they were. */
  readonly checkedAt?: Date | null;
  /** A new one when left out. */
  readonly id?: number;
  /** What is wrong with the stored file, if anything. */
  readonly damage?: string;
  /** All that it ever had. */
  readonly pins?: readonly KeptPin[];
}

/** How much a dump holds, and what it was made for. */
interface ContentCounts {
  readonly rows: number;
  readonly tables: number;
  readonly madeFor: 'restore' | null;
}

/** Stores more in the transaction of a new row. @returns what is to be done once that is committed */
export type Alongside = (em: EntityManager, backup: Backup) => Promise<() => void>;

interface Recording {
  readonly em: EntityManager;
  readonly storage: Storage;
  readonly alongside?: Alongside | undefined;
}

/**
 * Gives a stored zip its row in the history and, in the same transaction, its record beside it. The record lies durably
 * before the row is committed: all that the history promises can be read again from the storage.
 * @returns the row, and whether it is without what belongs alongside: no backup is lost because that can't be stored
 * @throws UniqueConstraintViolationException when the file has a row already
 */
export async function recordBackup(
  recording: Recording,
  recordable: Recordable,
): Promise<{ backup: Backup; isAlone: boolean }> {
  try {
    return { backup: await recordOnce(recording, recordable), isAlone: false };
  } catch (error) {
    if (!(error instanceof AlongsideError)) throw error;
    return { backup: await recordOnce({ ...recording, alongside: undefined }, recordable), isAlone: true };
  }
}

async function recordOnce({ em, storage, alongside }: Recording, recordable: Recordable): Promise<Backup> {
  const { backup, onCommitted } = await unlessDeadlocked(() =>
    em.fork().transactional(async em => {
      const backup = await insertRow(em, recordable);
      await storage.putMetadata(recordable.name, formatSidecar(backup, recordable.pins ?? []));
      const onCommitted = await alongside?.(em, backup).catch(error => {
        // The server has ended the whole transaction.
        throw hasCode(error, 'ER_LOCK_DEADLOCK') ? error : new AlongsideError('not stored', { cause: error });
      });
      return { backup, onCommitted };
    }, READ_COMMITTED),
  );
  onCommitted?.();
  return backup;
}

class AlongsideError extends Error {}

/**
 * Gives a stored zip its row alone.
 * @throws UniqueConstraintViolationException when the file has a row already
 */
export async function insertBackup({ em }: { em: EntityManager }, recordable: Recordable): Promise<Backup> {
  return unlessDeadlocked(() => em.fork().transactional(em => insertRow(em, recordable), READ_COMMITTED));
}

/** Two first uploads of one database may both make its row: the second must see what the first has committed. */
export const READ_COMMITTED = { isolationLevel: IsolationLevel.READ_COMMITTED };

/** InnoDB ends one of two transactions that wait for each other, and expects that it is tried again. */
export async function unlessDeadlocked<T>(transaction: () => Promise<T>, attempts = 3): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction();
    } catch (error) {
      if (!hasCode(error, 'ER_LOCK_DEADLOCK') || attempt === attempts) throw error;
    }
  }
}

async function insertRow(em: EntityManager, recordable: Recordable): Promise<Backup> {
  const { name, dump, findings, manifest, contents, damage, pins = [], ...same } = recordable;
  const { database, fileName, takenAt } = name;
  const backup = em.create(Backup, {
    ...same,
    database: await databaseOf(em, database),
    fileName,
    takenAt,
    sortedAt: sortTime({ takenAt, receivedAt: recordable.receivedAt }),
    dumpSize: dump?.size ?? null,
    dumpSha256: dump?.sha256 ?? null,
    dumpRows: contents?.rows ?? null,
    tableCount: contents?.tables ?? null,
    madeFor: contents?.madeFor ?? null,
    findings: findings.length > 0 ? JSON.stringify(findings) : null,
    findingCount: findings.length,
    worstFinding: byWeight(findings)[0]?.code ?? null,
    manifest: manifest ?? null,
    damage: damage ?? null,
  });
  await em.flush();
  for (const pin of pins) em.create(Pin, { ...pin, backupId: backup.id });
  await em.flush();
  return backup;
}

/** A database is new to the history with its first backup. */
async function databaseOf(em: EntityManager, name: string): Promise<Database> {
  return (await em.findOne(Database, { name })) ?? (await em.upsert(Database, { name }));
}

/** @returns how much is in the dump of that manifest, and what it was made for, if there is one */
export function contentCounts(manifest: Manifest | null | undefined): ContentCounts | undefined {
  if (!manifest) return undefined;
  // One of an earlier version has no such key.
  const madeFor = manifest.made_for ?? null;
  return { rows: manifest.dump.rows, tables: manifest.inventory.tables.length, madeFor };
}
