import { type InferType, mixed, number, object, string, ValidationError } from 'yup';
import { parseBackupName } from '../../../protocol/backup-name.ts';
import { type BackupState, currentFindings, findingList, stateOf } from '../../../protocol/finding.ts';
import { type Manifest, manifestSchema } from '../../../protocol/manifest.ts';
import { count, instant, sha256 } from '../../../protocol/schema-fields.ts';
import { type Backup, findingsOf } from '../../entities/backup.entity.ts';
import type { FileAddress } from '../../storage/storage.ts';
import { acceptanceOf } from '../losses/loss.ts';

const realInstant = () => instant().test('real', 'is not a valid time', text => !Number.isNaN(Date.parse(text)));

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
}).test('state', 'has a state that does not match its findings', ({ state, findings, manifest }) => {
  const found = findingList.isValidSync(findings) ? stateOf(findings ?? []) : state;
  return found === state || (state === 'unverified' && findings?.length === 0 && manifest === null);
});

type Sidecar = InferType<typeof recordSchema>;

/**
 * Writes down what the history knows of a backup.
 * @param backup with its database and its manifest loaded
 * @returns JSON
 */
export function formatSidecar(backup: Backup): string {
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
