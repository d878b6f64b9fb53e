import { array, type InferType, mixed, number, object, string } from 'yup';
import { type BackupState, findingList } from './finding.ts';

const id = number().integer().positive().required();
const timestamp = string()
  .matches(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
  .required();

/** What a stored backup is worth; `damaged` when the stored file has rotted or gone since. */
export type StoredState = BackupState | 'damaged';
const state = mixed<StoredState>().oneOf(['complete', 'incomplete', 'unverified', 'damaged']).required();

/** One backup in a listing. `timestamp` is UTC. */
export const backupSummary = object({ id, file_name: string().required(), timestamp, state });
export type BackupSummary = InferType<typeof backupSummary>;

/** Response 1: the databases, each with its latest backup. */
export const databaseList = object({
  data: array(object({ database_name: string().required(), latest_backup: backupSummary.required() })).required(),
  message: string().required(),
});
export type DatabaseList = InferType<typeof databaseList>;

/** Response 2: the history of one database, newest first. */
export const databaseHistory = object({
  data: object({
    database_name: string().required(),
    histories: array(backupSummary.required()).required(),
  }).required(),
  message: string().required(),
});
export type DatabaseHistory = InferType<typeof databaseHistory>;

/** Response 3: the record of a stored backup: what the service has stored, and what it found that to be worth. */
export const uploadReceipt = object({
  data: object({
    id,
    database_name: string().required(),
    file_name: string().required(),
    timestamp,
    size: number().integer().min(0).required(),
    /** As the `Repr-Digest` field (RFC 9530). */
    repr_digest: string().required(),
    state,
    findings: findingList.required(),
    /** Of the plain dump; null when the service was told not to read it. */
    dump_size: number().integer().min(0).nullable().defined(),
    /** Of the plain dump, 64 hexadecimal digits; null when the service was told not to read it. */
    dump_sha256: string().nullable().defined(),
    /** ISO 8601, UTC. */
    received_at: string().required(),
  }).required(),
  message: string().required(),
});
export type UploadReceipt = InferType<typeof uploadReceipt>;

/** Every answer that is not a success. `errors` names the fields that validation refused. */
export const errorAnswer = object({
  message: string().required(),
  code: string().required(),
  errors: array(object({ field: string().required(), message: string().required() }).required()),
});
export type ErrorAnswer = InferType<typeof errorAnswer>;
