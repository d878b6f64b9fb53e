import { array, type InferType, mixed, number, object, string, ValidationError } from 'yup';
import { parseBackupName } from '../../../protocol/backup-name.ts';
import { type BackupState, currentFindings, findingList, stateOf } from '../../../protocol/finding.ts';
import { type Manifest, manifestSchema } from '../../../protocol/manifest.ts';
import { count, instant, sha256 } from '../../../protocol/schema-fields.ts';
import { type Backup, findingsOf, REMOVAL_KINDS, type RemovalKind, removalOf } from '../../entities/backup.entity.ts';
import { PIN_KINDS, type PinKind } from '../../entities/pin.entity.ts';
import type { FileAddress } from '../../storage/storage.ts';
import { acceptanceOf } from '../losses/loss.ts';
import type { KeptPin } from './kept-pins.ts';

const realInstant = () =>
  instant().test('real', 'is not a valid time', text => text == null || !Number.isNaN(Date.parse(text)));

/** What is kept beside a zip: all that the history knows of it when it is received (docs/reference/formats.md, "The record"). */
const recordSchema = object({
  record_version: number().oneOf([1]).required(),
  /** Far below what the store can hold, so that there are ids left above. */
  id: number()
    .integer()
    .min(1)
    .max(2 ** 31)
    .required(),
  database: string().required(),
  file_name: string().required(),
  taken_at: realInstant(),
  received_at: realInstant(),
  /** Of the zip. */
  size: count(),
  sha256: sha256(),
  /** Of the plain dump; null with `VERIFY_UPLOADS=off`. */
  dump_size: count().nullable().defined(),
  dump_sha256: sha256().nullable().defined(),
  state: mixed<BackupState>().oneOf(['complete', 'incomplete', 'unverified']).required(),
  findings: findingList.required(),
  manifest: mixed<Manifest>()
    .nullable()
    .defined()
    .test(
      'manifest',
      'is not a manifest',
      value => value === null || manifestSchema.isValidSync(value, { strict: true }),
    ),
  /** Of a complete backup that lost something; left out where nothing was. */
  loss: object({
    /** Name of the zip that still has it. */
    reference: string()
      .required()
      .max(255)
      .test('name', 'is not the name of a backup', text => typeof parseBackupName(text ?? '') !== 'string'),
    acceptance: object({
      at: realInstant(),
      by: string().nullable().defined().max(255),
      reason: string().required().max(1000),
    })
      .nullable()
      .defined(),
  })
    .default(undefined)
    .optional(),
  /** Of one that is about to go, and of one that is gone: then this record is its tombstone. */
  removal: object({
    due: realInstant(),
    /** Null while it is still there. Written before the file goes. */
    at: realInstant().nullable().defined(),
    by: string().defined().max(255),
    reason: string().defined().max(1000),
    kind: mixed<RemovalKind>().oneOf(REMOVAL_KINDS).required(),
  })
    .default(undefined)
    .optional(),
  /** Why it is kept, and was; left out where nothing ever kept it. */
  pins: array(
    object({
      kind: mixed<PinKind>().oneOf(PIN_KINDS).required(),
      reason: string().defined().max(1000),
      by: string().defined().max(255),
      at: realInstant(),
      ends_at: realInstant().nullable().defined(),
      released_at: realInstant().nullable().defined(),
      released_by: string().nullable().defined().max(255),
    }).required(),
  )
    .default(undefined)
    .optional(),
}).test('state', 'has a state that does not match its findings', ({ state, findings, manifest }) => {
  const found = findingList.isValidSync(findings) ? stateOf(findings ?? []) : state;
  return found === state || (state === 'unverified' && findings?.length === 0 && manifest === null);
});

type Sidecar = InferType<typeof recordSchema>;

/**
 * Writes down what the history knows of a backup.
 * @param backup with its database and its manifest loaded
 * @param pins all that it ever had
 * @returns JSON
 */
export function formatSidecar(backup: Backup, pins: readonly KeptPin[]): string {
  const { id, database, fileName, takenAt, receivedAt, size, sha256, dumpSize, dumpSha256, state, manifest } = backup;
  const record = JSON.stringify({
    record_version: 1,
    id,
    database: database.name,
    file_name: fileName,
    taken_at: takenAt.toISOString(),
    received_at: receivedAt.toISOString(),
    size,
    sha256,
    dump_size: dumpSize ?? null,
    dump_sha256: dumpSha256 ?? null,
    state,
    findings: findingsOf(backup),
    ...lossOf(backup),
    ...removalIn(backup),
    ...(pins.length > 0 && { pins: pins.map(pinAsKept) }),
    // The last: it is JSON already, of some megabytes at times.
    manifest: null,
  } satisfies Sidecar);
  return manifest ? record.replace(/null\}$/, () => `${manifest}}`) : record;
}

function lossOf(backup: Backup): Pick<Sidecar, 'loss'> {
  if (!backup.shrunkFrom) return {};
  const acceptance = acceptanceOf(backup);
  return {
    loss: {
      reference: backup.shrunkFrom,
      acceptance: acceptance && { ...acceptance, at: acceptance.at.toISOString() },
    },
  };
}

function removalIn(backup: Backup): Pick<Sidecar, 'removal'> {
  const removal = removalOf(backup);
  if (!removal) return {};
  const { due, at, by, why: reason, kind } = removal;
  return { removal: { due: (due ?? at)!.toISOString(), at: at?.toISOString() ?? null, by, reason, kind } };
}

function pinAsKept({ kind, reason, madeBy, madeAt, endsAt, releasedAt, releasedBy }: KeptPin) {
  return {
    ...{ kind, reason, by: madeBy, at: madeAt.toISOString(), ends_at: endsAt?.toISOString() ?? null },
    ...{ released_at: releasedAt?.toISOString() ?? null, released_by: releasedBy ?? null },
  };
}

/**
 * Reads what `formatSidecar` wrote.
 * @param address of the file that it lies beside, which it must be the record of
 * @returns the record, or a phrase that completes "its record …" when it is not the record of that file
 */
export function parseSidecar(text: string, { database, fileName }: FileAddress): Sidecar | string {
  try {
    const record = recordSchema.validateSync(JSON.parse(text), { strict: true });
    if (record.file_name !== fileName || record.database !== database)
      return `belongs to the file ${record.file_name} of the database ${record.database}`;
    return { ...record, findings: currentFindings(record.findings) };
  } catch (error) {
    if (error instanceof ValidationError) return `is wrong: ${error.message.slice(0, MAX_REASON)}`;
    if (error instanceof SyntaxError) return `is no JSON: ${error.message}`;
    throw error;
  }
}

/** yup repeats the value that it doesn't like, however long that is. */
const MAX_REASON = 500;
