import Router from '@koa/router';
import type { DefaultState } from 'koa';
import manifest from '../../package.json' with { type: 'json' };
import type { ServiceStatus } from '../../protocol/responses.ts';
import { countOpen } from '../alarms/search-alarms.ts';
import type { Audit } from '../audit/audit.ts';
import { authorize, can } from '../auth/policy.ts';
import { countBackups } from '../backups/queries/search-backups.ts';
import type { ConfigurationFile } from '../configuration/reading/configuration-file.ts';
import { AppError } from '../errors/errors.ts';
import { checkWritable } from '../history/check-writable.ts';
import type { Reading } from '../history/reading/in-scope.ts';
import type { Scheduler } from '../jobs/scheduler.ts';
import type { Delivery } from '../notifications/delivery.ts';
import type { Heartbeat } from '../notifications/heartbeat.ts';
import { presentScrub } from '../scrub/presenter.ts';
import type { Scrub, ScrubProgress } from '../scrub/scrub.ts';
import { type Storage, StorageAway } from '../storage/storage.ts';
import { presentChannels, presentConfiguration, presentHeartbeat, presentJobs } from './presenter.ts';

interface Dependencies {
  readonly storage: Storage;
  readonly scrub: Scrub;
  readonly configuration: ConfigurationFile;
  readonly scheduler: Scheduler;
  readonly notifications: { readonly delivery: Delivery; readonly heartbeat: Heartbeat };
  readonly audit: Audit;
  /** Whether the content of uploads is read. */
  readonly verifyUploads: boolean;
  /** The largest zip and the largest plain dump that are taken, in bytes; undefined means no limit. */
  readonly maxUploadBytes: number | undefined;
  readonly maxDumpBytes: number;
}

/** How the service is. Under `/-/`, so that no database's name is taken away. */
export function healthRoutes(dependencies: Dependencies): Router {
  const { storage, audit } = dependencies;
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
    authorize(ctx.state.principal, 'status');
    const { free, total } = await storage.space().catch(storageUnavailable('cannot be read'));
    const data = {
      version: manifest.version,
      time: new Date().toISOString(),
      started_at: startedAt,
      storage: { free_bytes: free, total_bytes: total },
      verify_uploads: dependencies.verifyUploads,
      limits: { max_upload_bytes: dependencies.maxUploadBytes ?? null, max_dump_bytes: dependencies.maxDumpBytes },
      ...(await partsFor(ctx.state, dependencies)),
    };
    ctx.body = { data, message: 'success' } satisfies ServiceStatus;
  });

  return router;
}

/** How each part of the service is. A message may name a database that is out of scope. */
async function partsFor(
  { em, principal }: Pick<DefaultState, 'em' | 'principal'>,
  { configuration, scheduler, notifications, scrub }: Dependencies,
) {
  const seesAll = can(principal, 'progress');
  const reading = { em, scope: principal.scope };
  return {
    configuration: presentConfiguration(configuration.state(), { showsMistakes: seesAll }),
    jobs: presentJobs(scheduler.status(), { showsErrors: seesAll }),
    alarms: await countOpen(reading),
    channels: seesAll ? presentChannels(await notifications.delivery.states(em)) : [],
    heartbeat: presentHeartbeat(notifications.heartbeat.state, { showsError: seesAll }),
    scrub: presentScrub(seesAll ? await scrub.progress(em) : await damageInScope(reading)),
  };
}

/** How many files are read, and how many there are, is not for those who may see some of them. */
async function damageInScope(reading: Reading): Promise<ScrubProgress> {
  return {
    run: undefined,
    filesDue: 0,
    backupsDamaged: await countBackups(reading, { states: ['damaged'], isPresent: true }),
  };
}

function storageUnavailable(why: string): (error: unknown) => never {
  return error => {
    if (error instanceof StorageAway) throw error;
    throw new AppError(503, 'STORAGE_UNAVAILABLE', `The storage folder ${why}`, [], error);
  };
}
