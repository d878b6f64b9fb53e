import Router, { type RouterContext } from '@koa/router';
import type { Context } from 'koa';
import type { Audit } from '../audit/audit.ts';
import type { AuditAction, Deed } from '../audit/entry.ts';
import { type Access, isShutOut, refuseRevoked } from '../auth/authenticate.ts';
import { authorize } from '../auth/policy.ts';
import { tokenNameOf } from '../auth/principal.ts';
import { drillsOfBackups } from '../drills/last-drills.ts';
import type { Backup } from '../entities/backup.entity.ts';
import { checkReachable } from '../history/check-reachable.ts';
import type { EntityManager } from '../history/orm.ts';
import { actorOf } from '../http/auditing/actor.ts';
import type { DailyBytes } from '../http/limits/daily-bytes.ts';
import type { UploadSlots } from '../http/limits/upload-slots.ts';
import { sendFile } from '../http/send-file/send-file.ts';
import type { UploadLimits } from '../http/upload-form/file-receiver.ts';
import type { FormBudget } from '../http/upload-form/form-budget.ts';
import { readUploadForm } from '../http/upload-form/upload-form.ts';
import type { Storage } from '../storage/storage.ts';
import type { DumpLimits } from './assessment/dump-limits.ts';
import type { BackupEvents } from './events/backup-events.ts';
import { lossSurroundings } from './losses/loss-surroundings.ts';
import { openDownload } from './open-download.ts';
import { downloadPath, presentReceipt, presentReport } from './presenter.ts';
import { findBackup, idIn } from './queries/find-backup.ts';
import { receiveBackup } from './upload/receive-backup.ts';
import { uploadReceiver } from './upload/upload-receiver.ts';
import { checkDatabaseName, readReprDigest } from './upload/upload-validation.ts';

interface Dependencies {
  readonly access: Access;
  readonly storage: Storage;
  readonly events: BackupEvents;
  readonly audit: Audit;
  readonly uploads: UploadLimits;
  /** What all uploads together may hold in memory. */
  readonly budget: FormBudget;
  /** How many uploads may run at once. */
  readonly slots: UploadSlots;
  /** How much a token may store. */
  readonly dailyBytes: DailyBytes;
  /** How long a client may take nothing of a download, in milliseconds. */
  readonly downloadIdleMs: number;
  /** Whether the content of uploads is read. */
  readonly verifyUploads: boolean;
  /** Where a proxy makes the service known. */
  readonly publicUrl?: URL | undefined;
  readonly dumpLimits: DumpLimits;
}

export function backupRoutes(dependencies: Dependencies): Router {
  const router = new Router({ sensitive: true });
  router.post('/:db_name', ctx => receive(ctx, dependencies));
  router.get('/:id_file/download', ctx => download(ctx, dependencies));
  router.get('/:id_file/manifest', ctx => showManifest(ctx, dependencies));
  return router;
}

async function receive(ctx: RouterContext, { access, events, audit, publicUrl, ...parts }: Dependencies) {
  const { storage, verifyUploads, dumpLimits, uploads: limits, budget, slots, dailyBytes } = parts;
  const { em, principal } = ctx.state;
  const database = ctx.params.db_name!;
  authorize(principal, 'upload', database);
  checkDatabaseName(database);
  const claimedSha256 = readReprDigest('repr-digest' in ctx.headers ? ctx.get('Repr-Digest') : undefined);
  using _slot = slots.take(tokenNameOf(principal));
  using spending = dailyBytes.begin(tokenNameOf(principal), Number(ctx.get('Content-Length')));
  // A client should not send gigabytes that cannot be recorded.
  await checkReachable(em);
  const receiver = uploadReceiver({ storage, database, verifyUploads, dumpLimits });
  const checkSender = () => refuseRevoked(ctx, access, database);
  using form = await readUploadForm(ctx, { limits, budget, checkSender, onBytes: spending.add }, receiver);
  const deed = { actor: actorOf(ctx), action: 'upload', database, result: 'done' } as const;
  const alongside = (em: EntityManager, { id: backupId }: Backup) => audit.within(em, { ...deed, backupId });
  const keeping = { em, storage, verifyUploads, dumpLimits, events, alongside, checkSender };
  const { backup, isNew, isAlone } = await receiveBackup(keeping, { ...form.upload, claimedSha256 });
  if (isNew) spending.keep();
  if (!isNew || isAlone)
    void audit.record({ ...deed, backupId: backup.id, ...(!isNew && { detail: { again: true } }) });
  ctx.status = isNew ? 201 : 200;
  ctx.set('Location', publicUrl ? new URL(`.${downloadPath(backup)}`, publicUrl).href : downloadPath(backup));
  ctx.body = presentReceipt(backup, await lossSurroundings({ em }, backup), form.upload.manifest?.formerCodes);
}

async function download(ctx: RouterContext, { access, storage, events, audit, downloadIdleMs }: Dependencies) {
  const { em, principal } = ctx.state;
  authorize(principal, 'download');
  const downloading = { em, scope: principal.scope, storage, events, audit, actor: actorOf(ctx) };
  const download = await openDownload(downloading, idIn(ctx.params.id_file!));
  await using _ = download.file;
  await sendFile(ctx, { ...download, idleMs: downloadIdleMs, isShutOut: () => isShutOut(ctx, access) });
}

async function showManifest(ctx: RouterContext, { audit }: Dependencies) {
  const { em, principal } = ctx.state;
  authorize(principal, 'list');
  const backup = await findBackup({ em, scope: principal.scope }, idIn(ctx.params.id_file!), { withManifest: true });
  const drills = (await drillsOfBackups({ em }, [backup.id])).get(backup.id) ?? null;
  ctx.body = presentReport(backup, await lossSurroundings({ em }, backup), drills);
  if (ctx.method === 'GET') void audit.record({ ...deedOn(ctx, 'manifest', backup), result: 'done' });
}

function deedOn(ctx: Context, action: AuditAction, { id: backupId, database }: Backup): Deed {
  return { actor: actorOf(ctx), action, database: database.name, backupId };
}
