import Koa from 'koa';
import type { Logger } from 'pino';
import type { Audit } from './audit/audit.ts';
import { type Access, authenticate } from './auth/authenticate.ts';
import type { DumpLimits } from './backups/assessment/dump-limits.ts';
import type { BackupEvents } from './backups/events/backup-events.ts';
import { backupRoutes } from './backups/routes.ts';
import type { ConfigurationFile } from './configuration/reading/configuration-file.ts';
import { databaseRoutes } from './databases/routes.ts';
import { lossRoutes } from './decisions/loss-routes.ts';
import { originOf } from './error-origin.ts';
import { AppError } from './errors.ts';
import type { Graphql } from './graphql-api/create-graphql.ts';
import { asksForGraphiql, graphqlRoute } from './graphql-api/graphql-route.ts';
import { healthRoutes } from './health/health-routes.ts';
import type { Orm } from './history/orm.ts';
import { countRequests } from './http/auditing/count-requests.ts';
import { noteRefusal } from './http/auditing/note-refusal.ts';
import { type LingeringCloseLimits, lingeringClose } from './http/connections/lingering-close.ts';
import { entityManager } from './http/entity-manager.ts';
import { errorHandler } from './http/error-handler.ts';
import { allowedHosts } from './http/hosts/allowed-hosts.ts';
import { isProbe } from './http/hosts/probes.ts';
import { sameOrigin } from './http/hosts/same-origin.ts';
import { createLimits, type LimitSettings } from './http/limits/limits.ts';
import { noSuchRoute } from './http/no-such-route.ts';
import { clientAddress } from './http/proxies/client-address.ts';
import { refuseForwarded } from './http/proxies/refuse-forwarded.ts';
import type { AddressRange } from './http/proxies/trusted-proxies.ts';
import { requestId } from './http/request-id.ts';
import { requestLog } from './http/request-log.ts';
import { requestScope } from './http/request-scope.ts';
import { safeHeaders } from './http/safe-headers.ts';
import type { UploadLimits } from './http/upload-form/file-receiver.ts';
import { FormBudget } from './http/upload-form/form-budget.ts';
import { wellFormedUrl } from './http/well-formed-url.ts';
import type { Scheduler } from './jobs/scheduler.ts';
import { metricsRoutes } from './metrics/metrics-routes.ts';
import { RequestCounter } from './metrics/request-counter.ts';
import type { Notifications } from './notifications/notifications.ts';
import { reportRoutes } from './reports/routes.ts';
import type { Retention } from './retention/retention.ts';
import { runRoutes } from './runs/run-routes.ts';
import { scrubRoutes } from './scrub/routes.ts';
import type { Scrub } from './scrub/scrub.ts';
import type { DailyTotals } from './statistics/daily-totals.ts';
import type { Storage } from './storage/storage.ts';
import { tableRoutes } from './tables/routes.ts';
import type { TokenStore } from './tokens/token-store.ts';
import { whoamiRoutes } from './tokens/whoami-routes.ts';
import { webRoutes } from './web/web-routes.ts';

export interface Dependencies {
  /** Who may use the service. */
  readonly access: Access & { readonly refusesForwarded: boolean };
  readonly history: Orm;
  readonly storage: Storage;
  readonly events: BackupEvents;
  readonly graphql: Graphql;
  readonly scrub: Scrub;
  readonly configuration: ConfigurationFile;
  /** Of all that the service does by itself. */
  readonly scheduler: Scheduler;
  readonly notifications: Notifications;
  readonly totals: DailyTotals;
  readonly retention: Retention;
  readonly tokens: TokenStore;
  readonly audit: Audit;
  readonly log: Logger;
  readonly uploads: UploadLimits;
  /** How long a client may take nothing of a download, in milliseconds. */
  readonly downloadIdleMs: number;
  /** Whether the content of uploads is read. */
  readonly verifyUploads: boolean;
  /** The names that the service answers to, beside IP addresses and loopback names. */
  readonly hosts?: readonly string[];
  /** Where a proxy makes the service known, such as `https://backups.example.com/lumbung/`. */
  readonly publicUrl?: URL | undefined;
  readonly dumpLimits: DumpLimits;
  /** The proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` count; none when left out. */
  readonly trustedProxies?: readonly AddressRange[];
  /** What one client may take of the service; what is left out has no limit. */
  readonly limits?: Partial<LimitSettings>;
  /** What all uploads together may hold in memory; a default when left out. */
  readonly formBudget?: FormBudget;
  readonly lingerLimits?: LingeringCloseLimits;
  /** See `WebParts`. */
  readonly liveLookMs?: number;
}

/** Builds the service. The order is the architecture: what stands further up sees all that happens below. */
export function createApp({
  access,
  history,
  storage,
  events,
  graphql,
  scrub,
  configuration,
  scheduler,
  notifications,
  totals,
  retention,
  tokens,
  audit,
  log,
  uploads,
  downloadIdleMs,
  verifyUploads,
  hosts = [],
  publicUrl,
  dumpLimits,
  trustedProxies = [],
  limits = {},
  formBudget = new FormBudget(),
  lingerLimits,
  liveLookMs,
}: Dependencies): Koa {
  const { uploadSlots, reportRate, ...rates } = createLimits(limits);
  const known = { access, storage, events, scrub, configuration, scheduler, notifications, totals };
  const settings = { publicUrl, downloadIdleMs, liveLookMs };
  const web = webRoutes({ ...known, retention, tokens, audit, log, ...settings }, rates);
  const app = new Koa();
  app.on('error', error => logTransferError(log, error));
  app.use(requestId());
  app.use(clientAddress(trustedProxies));
  app.use(requestLog({ log }));
  const requests = new RequestCounter();
  app.use(countRequests(request => requests.add(request)));
  app.use(lingeringClose(lingerLimits));
  const onAnswered = (ctx: Koa.Context, error: AppError) => noteRefusal(audit, ctx, error);
  app.use(errorHandler({ log, storage, onAnswered, sendPage: web.sendError }));
  app.use(requestScope());
  app.use(safeHeaders());
  app.use(wellFormedUrl());
  app.use(allowedHosts(hosts));
  app.use(sameOrigin({ publicOrigin: publicUrl?.origin }));
  app.use(refuseForwarded(async () => (await access.isOpen()) && access.refusesForwarded));
  app.use(entityManager({ history }));
  const isAnonymous = () => configuration.current().metrics.anonymous;
  const isPage = (ctx: Koa.Context) =>
    asksForGraphiql(ctx) || web.isUi(ctx) || (ctx.path === '/-/metrics' && isAnonymous());
  app.use(authenticate({ access, limits: rates, isProbe, isPage, findSession: web.findSession }));
  for (const middleware of web.middleware) app.use(middleware);
  const sizes = { maxUploadBytes: uploads.maxFileBytes, maxDumpBytes: dumpLimits.maxDumpBytes };
  app.use(
    healthRoutes({ storage, scrub, configuration, scheduler, notifications, audit, verifyUploads, ...sizes }).routes(),
  );
  app.use(metricsRoutes({ storage, scrub, scheduler, notifications, totals, requests, isAnonymous }).routes());
  app.use(scrubRoutes({ scrub, audit }).routes());
  app.use(lossRoutes({ storage, events, audit, log }).routes());
  app.use(reportRoutes({ storage, budget: formBudget, audit, log }).routes());
  app.use(runRoutes({ budget: formBudget, rate: reportRate, audit, log }).routes());
  app.use(tableRoutes().routes());
  app.use(whoamiRoutes().routes());
  app.use(graphqlRoute({ graphql, access, audit, notifications }).routes());
  app.use(databaseRoutes().routes());
  app.use(
    backupRoutes({
      access,
      storage,
      events,
      audit,
      uploads,
      budget: formBudget,
      slots: uploadSlots,
      downloadIdleMs,
      verifyUploads,
      dumpLimits,
      publicUrl,
    }).routes(),
  );
  app.use(noSuchRoute());
  return app;
}

/** What goes wrong once an answer is on its way: mostly a client that went away, which is no error of ours. */
function logTransferError(log: Logger, error: NodeJS.ErrnoException): void {
  const codes = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'];
  const wasClient = originOf(error) === undefined && codes.includes(error.code ?? '');
  if (error instanceof AppError && error.status < 500)
    log.info({ reason: error.code }, 'an answer was cut: its reader may not have it any longer');
  else if (wasClient)
    log.info({ reason: error.code }, 'the client closed the connection before the answer was complete');
  else log.error({ err: error }, 'an answer was not sent completely');
}
