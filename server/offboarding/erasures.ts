import { array, type InferType, mixed, number, object, string } from 'yup';
import { instant } from '../../protocol/schema-fields.ts';
import type { Storage } from '../storage/storage.ts';

/** What is known of a database before it is erased. */
const summary = object({
  /** An HMAC of its name: with the key of the erasure anyone can tell which name it was, and without it no one. */
  name_hmac: string().required(),
  backups: number().integer().min(0).required(),
  /** Of the zips that were there. */
  bytes: number().integer().min(0).required(),
  /** Of the lines `SHA-256 size` of all zips, by their ids. */
  zips_sha256: string().required(),
});

const request = object({
  id: string().required(),
  /** A client: the name of a database, or the beginning of names followed by `*`. */
  client: string().required(),
  databases: array(string().required()).required(),
  reason: string().required(),
  asked_by: string().required(),
  asked_at: instant(),
  /** What must be typed to confirm it. */
  code: string().required(),
  /** Of the HMAC of the names. */
  key: string().required(),
  confirmed_by: string().nullable().defined(),
  /** When it is done; null until it is confirmed. */
  due: instant().nullable().defined(),
  /** Since it has begun: it goes on after a crash. */
  begun: array(summary).nullable().defined(),
});
/** What someone wants to be erased. */
export type ErasureRequest = InferType<typeof request>;

const certificate = object({
  id: string().required(),
  erased_at: instant(),
  asked_by: string().required(),
  asked_at: instant(),
  confirmed_by: string().required(),
  reason: string().required(),
  databases: array(summary).required(),
});
/** That something was erased, and what: without a name. */
export type Certificate = InferType<typeof certificate>;

const kept = object({
  record_version: number().oneOf([1]).required(),
  about: mixed().optional(),
  requests: array(request).required(),
  certificates: array(certificate).required(),
}).required();

/** All erasures of a storage: they lie beside it, so that a lost history neither forgets one that is due nor a certificate. */
export interface Erasures {
  readonly requests: readonly ErasureRequest[];
  readonly certificates: readonly Certificate[];
}

const ADDRESS = { name: 'erasures' } as const;

export async function readErasures(storage: Storage): Promise<Erasures> {
  return parse(await storage.getText(ADDRESS));
}

/** Changes them durably, one change after the other, whichever process makes them. */
export async function changeErasures(storage: Storage, change: (present: Erasures) => Erasures): Promise<void> {
  await storage.changeText(ADDRESS, present => {
    const { requests, certificates } = change(parse(present));
    return `${JSON.stringify({ record_version: 1, about: ABOUT, requests, certificates }, null, 1)}\n`;
  });
}

const ABOUT =
  'What Lumbung is to erase, and the certificates of what it has erased: copy this file together with the backups';

function parse(text: string | undefined): Erasures {
  if (text === undefined) return { requests: [], certificates: [] };
  try {
    return kept.validateSync(JSON.parse(text), { strict: true });
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 300) : String(error);
    throw new Error(`the file '.lumbung-erasures ' in STORAGE_DIR is broken: ${why}. Put it back from a copy`, {
      cause: error,
    });
  }
}
