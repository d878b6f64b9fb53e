import { array, type InferType, number, object, string } from 'yup';

const id = number().integer().positive().required();
const timestamp = string()
  .matches(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
  .required();

/** One backup in a listing. `timestamp` is UTC. */
export const backupSummary = object({ id, file_name: string().required(), timestamp });
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

/** Response 3: the record of a stored backup, with its size in bytes and the SHA-256 of the zip as the service stored it. */
export const uploadReceipt = object({
  data: object({
    id,
    database_name: string().required(),
    file_name: string().required(),
    timestamp,
    size: number().integer().min(0).required(),
    /** As the `Repr-Digest` field (RFC 9530). */
    repr_digest: string().required(),
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
