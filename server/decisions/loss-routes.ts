import Router from '@koa/router';
import type { Logger } from 'pino';
import type { Audit } from '../audit/audit.ts';
import { authorize } from '../auth/policy.ts';
import type { BackupEvents } from '../backups/events/backup-events.ts';
import { lossSurroundings } from '../backups/losses/loss-surroundings.ts';
import { presentReport } from '../backups/presenter.ts';
import { idIn } from '../backups/queries/find-backup.ts';
import { drillsOfBackups } from '../drills/last-drills.ts';
import { actorOf } from '../http/auditing/actor.ts';
import { readJsonBody } from '../http/read-json-body.ts';
import type { Storage } from '../storage/storage.ts';
import { accept } from './decide-backup.ts';
import { acceptanceIn } from './loss-validation.ts';

interface Dependencies {
  readonly storage: Storage;
  readonly events: BackupEvents;
  readonly audit: Audit;
  readonly log: Logger;
}

const BODY_LIMITS = { maxBytes: 10_000, maxMs: 30_000 };

/** Lets a person accept that a backup has lost something. */
export function lossRoutes({ storage, events, audit, log }: Dependencies): Router {
  const router = new Router({ sensitive: true });

  router.post('/-/backups/:id_file/accept', async ctx => {
    const { em, principal } = ctx.state;
    authorize(principal, 'accept');
    const id = idIn(ctx.params.id_file!);
    const request = acceptanceIn(await readJsonBody(ctx, BODY_LIMITS));
    const deciding = { em, scope: principal.scope, storage, events, audit, actor: actorOf(ctx) };
    const backup = await accept(deciding, id, request);
    const what = { backup: id, database: backup.database.name, by: request.by ?? null };
    log.info(what, `The loss of backup ${id} of ${backup.database.name} is accepted: ${backup.acceptedFor}`);
    const drills = (await drillsOfBackups({ em }, [id])).get(id) ?? null;
    ctx.body = presentReport(backup, await lossSurroundings({ em }, backup), drills);
  });

  return router;
}
