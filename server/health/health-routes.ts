import Router from '@koa/router';
import manifest from '../../package.json' with { type: 'json' };
import type { ServiceStatus } from '../../protocol/responses.ts';
import type { Audit } from '../audit/audit.ts';
import { authorize } from '../auth/policy.ts';
import { AppError } from '../errors.ts';
import { checkWritable } from '../history/check-writable.ts';
import { presentScrub } from '../scrub/presenter.ts';
import type { Scrub } from '../scrub/scrub.ts';
import { type Storage, StorageAway } from '../storage/storage.ts';

interface Dependencies {
  readonly storage: Storage;
  readonly scrub: Scrub;
  readonly audit: Audit;
  /** Whether the content of uploads is read. */
  readonly verifyUploads: boolean;
  /** The largest zip and the largest plain dump that are taken, in bytes; undefined means no limit. */
  readonly maxUploadBytes: number | undefined;
  readonly maxDumpBytes: number;
}

/** How the service is. Under `/-/`, so that no database's name is taken away. */
export function healthRoutes({
  storage,
  scrub,
  audit,
  verifyUploads,
  maxUploadBytes,
  maxDumpBytes,
}: Dependencies): Router {
  const router = new Router({ sensitive: true });
  const startedAt = new Date().toISOString();

  router.get('/-/healthy', ctx => {
    ctx.body = { message: 'healthy' };
  });

  router.get('/-/ready', async ctx => {
    const { em } = ctx.state;
    await checkWritable(em);
    await storage.checkUsable().catch(storageUnavailable('cannot be written to'));
    await audit.checkStored();
    ctx.body = { message: 'ready' };
  });

  router.get('/-/status', async ctx => {
    const { em, principal } = ctx.state;
    authorize(principal, 'status');
    const { free, total } = await storage.space().catch(storageUnavailable('cannot be read'));
    const data = {
      version: manifest.version,
      time: new Date().toISOString(),
      started_at: startedAt,
      storage: { free_bytes: free, total_bytes: total },
      verify_uploads: verifyUploads,
      limits: { max_upload_bytes: maxUploadBytes ?? null, max_dump_bytes: maxDumpBytes },
      scrub: presentScrub(await scrub.progress(em)),
    };
    ctx.body = { data, message: 'success' } satisfies ServiceStatus;
  });

  return router;
}

function storageUnavailable(why: string): (error: unknown) => never {
  return error => {
    if (error instanceof StorageAway) throw error;
    throw new AppError(503, 'STORAGE_UNAVAILABLE', `The storage folder ${why}`, [], error);
  };
}
