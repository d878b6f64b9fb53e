import Router from '@koa/router';
import { drillsOfBackups } from '../drills/last-drills.ts';
import { checkReachable } from '../history/check-reachable.ts';
import type { UploadSlots } from '../http/limits/upload-slots.ts';
import { sendFile } from '../http/send-file/send-file.ts';
import type { UploadLimits } from '../http/upload-form/file-receiver.ts';
import type { FormBudget } from '../http/upload-form/form-budget.ts';
import { readUploadForm } from '../http/upload-form/upload-form.ts';
import type { Storage } from '../storage/storage.ts';
import type { DumpLimits } from './assessment/dump-limits.ts';
import type { BackupEvents } from './events/backup-events.ts';
import { lossSurroundings } from './losses/loss-surroundings.ts';
import { openBackup } from './open-backup.ts';
import { downloadPath, presentDigest, presentReceipt, presentReport } from './presenter.ts';
import { findBackup, idIn } from './queries/find-backup.ts';
import { receiveBackup } from './upload/receive-backup.ts';
import { uploadReceiver } from './upload/upload-receiver.ts';
import { checkDatabaseName, readReprDigest } from './upload/upload-validation.ts';

interface Dependencies {
  readonly storage: Storage;
  readonly events: BackupEvents;
  readonly uploads: UploadLimits;
  /** What all uploads together may hold in memory. */
  readonly budget: FormBudget;
  /** How many uploads may run at once. */
  readonly slots: UploadSlots;
  /** How long a client may take nothing of a download, in milliseconds. */
  readonly downloadIdleMs: number;
  /** Whether the content of uploads is read. */
  readonly verifyUploads: boolean;
  /** Where a proxy makes the service known. */
  readonly publicUrl: URL | undefined;
  readonly dumpLimits: DumpLimits;
}

export function backupRoutes({
  storage,
  events,
  uploads,
  budget,
  slots,
  downloadIdleMs,
  verifyUploads,
  publicUrl,
  dumpLimits,
}: Dependencies): Router {
  const router = new Router({ sensitive: true });

  router.post('/:db_name', async ctx => {
    const { em } = ctx.state;
    const database = ctx.params.db_name!;
    checkDatabaseName(database);
    const claimedSha256 = readReprDigest(ctx.headers['repr-digest'] as string | undefined);
    using _slot = slots.take(undefined);
    // A client should not send gigabytes that cannot be recorded.
    await checkReachable(em);
    const receiver = uploadReceiver({ storage, database, verifyUploads, dumpLimits });
    using form = await readUploadForm(ctx, { limits: uploads, budget }, receiver);
    const keeping = { em, storage, verifyUploads, dumpLimits, events };
    const { backup, isNew } = await receiveBackup(keeping, { ...form.upload, claimedSha256 });
    ctx.status = isNew ? 201 : 200;
    ctx.set('Location', publicUrl ? new URL(`.${downloadPath(backup)}`, publicUrl).href : downloadPath(backup));
    ctx.body = presentReceipt(backup, await lossSurroundings({ em }, backup), form.upload.manifest?.formerCodes);
  });

  router.get('/:id_file/download', async ctx => {
    const { em } = ctx.state;
    const { backup, file } = await openBackup({ em, storage }, idIn(ctx.params.id_file!));
    await using _ = file;
    const { fileName, sha256, receivedAt: lastModified } = backup;
    const reprDigest = presentDigest(backup);
    await sendFile(ctx, { file, fileName, etag: `"${sha256}"`, lastModified, reprDigest, idleMs: downloadIdleMs });
  });

  router.get('/:id_file/manifest', async ctx => {
    const { em } = ctx.state;
    const backup = await findBackup({ em }, idIn(ctx.params.id_file!), { withManifest: true });
    const drills = (await drillsOfBackups({ em }, [backup.id])).get(backup.id) ?? null;
    ctx.body = presentReport(backup, await lossSurroundings({ em }, backup), drills);
  });

  return router;
}
