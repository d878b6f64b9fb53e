import { array, boolean, type InferType, mixed, number, object, string } from 'yup';
import { type BackupState, findingList } from './finding.ts';
import { drills } from './last-drill.ts';
import type { Manifest } from './manifest.ts';
import { count, instant } from './schema-fields.ts';

const id = number().integer().positive().max(Number.MAX_SAFE_INTEGER).required();
const timestamp = string()
  .matches(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
  .required();

/** What a stored backup is worth; `damaged` when the stored file has rotted or gone since. */
export type StoredState = BackupState | 'damaged';
const state = mixed<StoredState>().oneOf(['complete', 'incomplete', 'unverified', 'damaged']).required();

/**
 * Whether a loss is accepted: no one has accepted it, someone has, or no one needs to, since a newer complete backup lost nothing
 * or is accepted.
 */
export type LossStatus = 'unaccepted' | 'accepted' | 'superseded';
const lossStatus = mixed<LossStatus>().oneOf(['unaccepted', 'accepted', 'superseded']);

/** The backup that still has what was lost. */
const lossReference = object({
  /** Null when the history does not know it any more; so is its state. */
  id: number().integer().positive().nullable().defined(),
  file_name: string().required(),
  timestamp,
  state: state.notRequired().nullable().defined(),
  /** Only where it is damaged: the newest sound backup that has what was lost, null when none was found. */
  instead: object({ id, file_name: string().required(), timestamp }).default(undefined).nullable().optional(),
});

/** Of the database: its newest complete backup has lost something, and no one has accepted that. */
const unacceptedLoss = object({ id, timestamp, message: string().required(), reference: lossReference.required() })
  .default(undefined)
  .nullable()
  .optional();
export type UnacceptedLoss = NonNullable<InferType<typeof unacceptedLoss>>;

const figure = number().integer().min(0).nullable();

/** One backup in a listing. `timestamp` is UTC. The numbers are null where they are not known; an earlier service does not send them. */
export const backupSummary = object({
  ...{ id, file_name: string().required(), timestamp, state },
  /** Of the zip, in bytes. */
  size: figure,
  /** Of the plain dump, in bytes. */
  dump_size: figure,
  /** Of all tables, as the manifest says. */
  dump_rows: figure,
  table_count: figure,
  finding_count: figure,
  /** The code of the finding that weighs most. */
  worst_finding: string().nullable(),
  /** Made before a restore: it holds what was replaced. Left out of ordinary backups. */
  made_for: mixed<'restore'>().oneOf(['restore']).nullable(),
  /** Left out when nothing was lost. */
  loss: lossStatus.nullable(),
  /** When its file was removed, ISO 8601, UTC; left out where it was not. */
  removed_at: instant().notRequired().nullable(),
  /** When its file goes, until which it can be taken back; left out where it stays. */
  removal_due: instant().notRequired().nullable(),
  /** Of the latest backup, when it is incomplete and lacks something that an older one has; left out when it lacks nothing. */
  loss_findings: findingList.nullable(),
  /** Of this backup. */
  ...drills,
});
export type BackupSummary = InferType<typeof backupSummary>;

/** Response 1: the databases, each with its latest backup. */
export const databaseList = object({
  data: array(
    object({
      database_name: string().required(),
      latest_backup: backupSummary.required(),
      /** The newest complete one whose stored file is sound, which may be the latest; null when the database has no such backup. */
      latest_complete: backupSummary.default(undefined).nullable().optional(),
      unaccepted_loss: unacceptedLoss,
      /** Whether backups come as they are due; left out before the first evaluation. An earlier service does not send it. */
      freshness: object({
        /** `new`, `ok`, `late`, `critical`, `never`, `dropped`, `paused`, `retired`; a later service may have others. */
        state: string().required(),
        /** When the next complete backup is due, ISO 8601, UTC; null while none is expected. */
        due_at: instant().nullable().defined(),
        /** Until when no backup is expected; null where it is not paused. */
        paused_until: instant().nullable().defined(),
      })
        .default(undefined)
        .optional(),
      /** Of any of its backups. */
      ...drills,
    }),
  ).required(),
  message: string().required(),
});
export type DatabaseList = InferType<typeof databaseList>;

/** Response 2: the history of one database, newest first. */
export const databaseHistory = object({
  data: object({
    database_name: string().required(),
    histories: array(backupSummary.required()).required(),
    /** Of the database, not of the page. An earlier service does not send it. */
    backup_count: number().integer().min(0),
    unaccepted_loss: unacceptedLoss,
    ...drills,
  }).required(),
  message: string().required(),
});
export type DatabaseHistory = InferType<typeof databaseHistory>;

/** What one complete backup has lost; left out when nothing. */
const backupLoss = object({
  status: lossStatus.required(),
  message: string().required(),
  reference: lossReference.required(),
  /** Null while no one has accepted it. */
  acceptance: object({ at: string().required(), by: string().nullable().defined(), reason: string().required() })
    .nullable()
    .defined(),
})
  .default(undefined)
  .nullable()
  .optional();
export type BackupLoss = NonNullable<InferType<typeof backupLoss>>;

/** The record of a stored backup: what the service has stored, and what it found that to be worth. */
const receipt = {
  id,
  database_name: string().required(),
  file_name: string().required(),
  timestamp,
  size: number().integer().min(0).required(),
  /** As the `Repr-Digest` field (RFC 9530). */
  repr_digest: string().required(),
  state,
  findings: findingList.required(),
  /** Of the plain dump; null with `VERIFY_UPLOADS=off`. */
  dump_size: number().integer().min(0).nullable().defined(),
  /** Of the plain dump, 64 hexadecimal digits; null with `VERIFY_UPLOADS=off`. */
  dump_sha256: string().nullable().defined(),
  /** ISO 8601, UTC. */
  received_at: string().required(),
  loss: backupLoss,
};

/** Response 3. */
export const uploadReceipt = object({ data: object(receipt).required(), message: string().required() });
export type UploadReceipt = InferType<typeof uploadReceipt>;

/** All that is known about one backup: its record, the checks since then, and the manifest that the client sent. */
export const backupReport = object({
  data: object({
    ...receipt,
    /** When its stored bytes were last read and checked, with any result, ISO 8601, UTC; null for not yet. */
    checked_at: string().nullable().defined(),
    /** What is wrong with the stored file; null while it is sound. */
    damage: string().nullable().defined(),
    ...drills,
    /** Who removes it or has done so, when and why; left out where it stays. */
    removal: object({
      /** Until then it can be taken back; null once it is gone. */
      due: instant().nullable().defined(),
      /** When its file was removed; null while it is there. */
      at: instant().nullable().defined(),
      by: string().defined(),
      reason: string().defined(),
    })
      .default(undefined)
      .nullable()
      .optional(),
    /** As the client sent it: check it with `manifestSchema`, since another version may have sent it. Null without a manifest. */
    manifest: mixed<Manifest>().nullable().defined(),
  }).required(),
  message: string().required(),
});
export type BackupReport = InferType<typeof backupReport>;

/** How the scrub goes that runs, or how the last one went since the service started. Instants are ISO 8601, UTC. */
const scrubState = object({
  state: mixed<'idle' | 'running'>().oneOf(['idle', 'running']).required(),
  started_at: instant().nullable().defined(),
  ended_at: instant().nullable().defined(),
  files_checked: count(),
  files_damaged: count(),
  files_unreadable: count(),
  files_healed: count(),
  bytes_read: count(),
  /** How many are left, or due by now. */
  files_due: count(),
  /** How many are marked as damaged by now, whichever scrub found them. */
  backups_damaged: count(),
  last_error: string().nullable().defined(),
}).required();
export type ScrubState = InferType<typeof scrubState>;

/** What `/-/scrub` answers. */
export const scrubAnswer = object({ data: scrubState, message: string().required() });
export type ScrubAnswer = InferType<typeof scrubAnswer>;

/** What `/-/status` answers: how the service is, for `sade doctor` and for monitoring. */
export const serviceStatus = object({
  data: object({
    version: string().required(),
    /** The service's clock. */
    time: instant(),
    started_at: instant(),
    storage: object({ free_bytes: count(), total_bytes: count() }).required(),
    /** Whether the content of uploads is read. */
    verify_uploads: boolean().required(),
    /** The largest zip and the largest plain dump that it takes, in bytes; null: no limit. An earlier service does not send it. */
    limits: object({ max_upload_bytes: count().nullable(), max_dump_bytes: count() }).optional().default(undefined),
    /** An earlier service does not send it. */
    configuration: object({
      /** When the configuration that holds was read. */
      loaded_at: instant(),
      /** When a newer one was refused; null when the file holds as it is. */
      refused_at: instant().nullable().defined(),
      mistake_count: count(),
      /** One line each; empty for a token that is not for all databases. */
      mistakes: array(string().required()).required(),
    })
      .optional()
      .default(undefined),
    /** What the service does by itself. An earlier service does not send it. */
    jobs: array(
      object({
        name: string().required(),
        state: mixed<'idle' | 'running'>().oneOf(['idle', 'running']).required(),
        last_started_at: instant().nullable().defined(),
        last_ended_at: instant().nullable().defined(),
        last_error: string().nullable().defined(),
        /** Null: at no time. */
        next_at: instant().nullable().defined(),
      }).required(),
    ).optional(),
    /** Where messages go; empty for a token that is not for all databases. An earlier service does not send it. */
    channels: array(
      object({
        name: string().required(),
        type: string().required(),
        last_delivered_at: instant().nullable().defined(),
        /** Null: messages arrive. */
        failing_since: instant().nullable().defined(),
        last_error: string().nullable().defined(),
        /** How many messages it has not got yet. */
        waiting: count(),
      }).required(),
    ).optional(),
    /** How many alarms about databases in scope are open; all alarms, for a scope of all. An earlier service does not send it. */
    alarms: object({ warning: count(), critical: count() }).optional().default(undefined),
    /** Null: none is configured. An earlier service does not send it. */
    heartbeat: object({
      last_ping_at: instant().nullable().defined(),
      /** Null: the last ping arrived. */
      last_error: string().nullable().defined(),
    })
      .nullable()
      .optional()
      .default(undefined),
    scrub: scrubState,
  }).required(),
  message: string().required(),
});
export type ServiceStatus = InferType<typeof serviceStatus>;

/** Every answer that is not a success. `errors` names the fields that validation refused. */
export const errorAnswer = object({
  message: string().required(),
  code: string().required(),
  errors: array(object({ field: string().required(), message: string().required() }).required()),
  /** Only with `STORAGE_FULL`: how much is left on the disk of the storage. */
  free_bytes: number().integer().min(0).optional(),
});
export type ErrorAnswer = InferType<typeof errorAnswer>;
