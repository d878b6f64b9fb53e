import type { Finding } from '../../protocol/finding.ts';
import { accessFor, type ServiceAccess } from '../access/service-access.ts';
import type { ServiceToken } from '../config/secret-file.ts';
import { unacceptedLossIn } from '../losses/losses.ts';
import type { Outage } from '../service/outage.ts';
import type { PendingUpload, Spool } from '../spool/spool.ts';
import { deliver } from '../upload/deliver.ts';
import { manifestTooLarge, reasonMissing, zipNotRemoved } from '../upload/delivery-findings.ts';
import { probeService } from '../upload/probe-service.ts';
import type { RefusedTokens } from '../upload/refused-tokens.ts';
import type { Pass, ServiceGate } from '../upload/service-gate.ts';
import { explainFailure, type Failures, failedUpload } from './failures.ts';
import {
  contentsOf,
  type FinishedJob,
  finishJob,
  type ProgressListener,
  type WaitingUpload,
  type ZippedBackup,
} from './jobs.ts';
import { TimeBudget } from './time-budget.ts';

export interface UploadStageOptions {
  readonly spool: Spool;
  readonly access: ServiceAccess;
  /** The tokens that entries of the list have of their own, by label; of databases that are not backed up now, too: their zips may wait. */
  readonly tokens: ReadonlyMap<string, ServiceToken>;
  readonly progress: ProgressListener;
  readonly gate: ServiceGate;
  readonly refusedTokens: RefusedTokens;
  readonly failures: Failures;
}

/** @returns for a zip that waits in the spool what the zip stage would have sent */
export function pickUp({ database, fileName, path, size }: PendingUpload, timeoutMs: number): ZippedBackup {
  const budget = new TimeBudget(timeoutMs);
  const backup = { database, fileName, isLeftover: true, startedAt: new Date(), budget, findings: [] };
  return { kind: 'zipped', backup, path, zipBytes: size };
}

/**
 * The last stage of a database: its zip and its manifest go to the service.
 * @returns what waits for the service, when this is no time to deliver it
 * @throws the signal's reason when aborted
 */
export async function uploadZip(
  zipped: ZippedBackup,
  options: UploadStageOptions,
  signal: AbortSignal,
): Promise<FinishedJob | WaitingUpload> {
  const result = await uploadUnlessOutage(zipped, options, signal);
  if (result.kind === 'waiting') options.progress.onWait?.(zipped.backup);
  return result;
}

/** Tries a waiting upload again, and fails when the service is still out. @throws the signal's reason when aborted */
export async function uploadAgain(
  { zipped }: WaitingUpload,
  options: UploadStageOptions,
  signal: AbortSignal,
): Promise<FinishedJob> {
  const result = await uploadUnlessOutage(zipped, options, signal);
  if (result.kind === 'finished') return result;
  const { error, cause } = result.outage;
  return failedUpload(zipped, { ...explainFailure(error), cause });
}

async function uploadUnlessOutage(
  zipped: ZippedBackup,
  options: UploadStageOptions,
  signal: AbortSignal,
): Promise<FinishedJob | WaitingUpload> {
  const { gate, progress, failures, refusedTokens } = options;
  const { backup, path, zipBytes } = zipped;
  const access = accessFor(options.access, { token: options.tokens.get(backup.database) });
  const waiting = (outage: Outage): WaitingUpload => ({ kind: 'waiting', zipped, outage });
  for (;;) {
    const refusal = refusedTokens.refusalOf(access);
    if (refusal) return await failures.ofUpload(refusal, zipped, signal);
    // Waiting for its turn does not count as time of the database.
    const pass = await gate.enter(zipBytes, signal);
    if ('cause' in pass) return waiting(pass);
    progress.onStart(backup, 'upload', { path, bytes: zipBytes });
    const delivery = backup.budget.within(
      signal,
      signal => deliverZip(zipped, pass, { ...options, access, signal }),
      UPLOAD_OVERDUE,
    );
    const met = await pass.learnFrom(delivery);
    if (met === 'again') continue;
    if (met) return waiting(met);
    return await delivery.catch(error => {
      refusedTokens.note(access, error);
      return failures.ofUpload(error, zipped, signal);
    });
  }
}

const UPLOAD_OVERDUE =
  'The time was over during the upload. Check the log of the service and the network to it, or raise --timeout.';

async function deliverZip(
  zipped: ZippedBackup,
  { retries, mayRetry }: Pass,
  { spool, access, progress, signal }: UploadStageOptions & { readonly signal: AbortSignal },
): Promise<FinishedJob> {
  const { backup, path, zipBytes: size } = zipped;
  const { database, fileName } = backup;
  const onBytes = (bytes: number) => progress.onProgress(backup, bytes);
  const isThere = async (signal: AbortSignal) => (await probeService(access, signal)) !== undefined;
  const pending = { database, path, fileName, size, ...(zipped.manifest && { manifest: zipped.manifest }) };
  const options = { ...access, signal, retries, mayRetry, isThere, onBytes };
  const { receipt, manifest, isTooLarge, sha256, notRemoved } = await deliver(pending, spool, options);
  const loss = unacceptedLossIn(receipt);
  return finishJob(backup, {
    ...contentsOf({ ...zipped, ...(manifest && { manifest }) }),
    state: receipt.state === 'complete' ? 'complete' : 'incomplete',
    findings: [
      ...(receipt.findings as Finding[]),
      ...reasonMissing(receipt),
      ...(isTooLarge ? manifestTooLarge(manifest!) : []),
      ...(notRemoved === undefined ? [] : [zipNotRemoved(path, notRemoved)]),
    ],
    sha256: sha256.toString('hex'),
    backupId: receipt.id,
    ...(loss && { loss }),
  });
}
