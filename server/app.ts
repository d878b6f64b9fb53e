import type Router from '@koa/router';
import Koa from 'koa';
import type { Logger } from 'pino';
import { type Access, authenticate } from './auth/authenticate.ts';
import type { DumpLimits } from './backups/assessment/dump-limits.ts';
import { backupRoutes } from './backups/routes.ts';
import { databaseRoutes } from './databases/routes.ts';
import { lossRoutes } from './decisions/loss-routes.ts';
import { originOf } from './errors/error-origin.ts';
import { AppError } from './errors/errors.ts';
import type { Graphql } from './graphql-api/create-graphql.ts';
import { asksForGraphiql, graphqlRoute } from './graphql-api/graphql-route.ts';
import { healthRoutes } from './health/health-routes.ts';
import type { Orm } from './history/orm.ts';
import { countRequests } from './http/auditing/count-requests.ts';
import { noteRefusal } from './http/auditing/note-refusal.ts';
import { cutStalled } from './http/connections/cut-stalled.ts';
import { type LingeringCloseLimits, lingeringClose } from './http/connections/lingering-close.ts';
import { entityManager } from './http/entity-manager.ts';
import { errorHandler } from './http/error-handler.ts';
import { allowedHosts } from './http/hosts/allowed-hosts.ts';
import { isProbe } from './http/hosts/probes.ts';
import { sameOrigin } from './http/hosts/same-origin.ts';
import type { DailyBytes } from './http/limits/daily-bytes.ts';
import { createLimits, type LimitSettings } from './http/limits/limits.ts';
import type { ReportRate } from './http/limits/report-rate.ts';
import type { UploadSlots } from './http/limits/upload-slots.ts';
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
import { metricsRoutes } from './metrics/metrics-routes.ts';
import { RequestCounter } from './metrics/request-counter.ts';
import { reportRoutes } from './reports/routes.ts';
import type { RunningParts } from './running-parts.ts';
import { runRoutes } from './runs/run-routes.ts';
import { scrubRoutes } from './scrub/routes.ts';
import { tableRoutes } from './tables/routes.ts';
import { whoamiRoutes } from './tokens/whoami-routes.ts';
import { webRoutes } from './web/web-routes.ts';

export interface Dependencies extends RunningParts {
  readonly access: Access & { readonly refusesForwarded: boolean };
  readonly history: Orm;
  readonly graphql: Graphql;
  readonly uploads: UploadLimits;
  /** Whether the content of uploads is read. */
  readonly verifyUploads: boolean;
  readonly dumpLimits: DumpLimits;
  /** The names that the service answers to, beside IP addresses and loopback names. */
  readonly hosts?: readonly string[];
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

/** How long a client may take nothing of an answer other than a download; Node looks twice, so it may be twice as long. */
const ANSWER_IDLE_MS = 60_000;

/** Builds the service. The order is the architecture: what stands further up sees all that happens below. */
export function createApp({ hosts = [], trustedProxies = [], limits = {}, lingerLimits, ...parts }: Dependencies): Koa {
  const { access, history, storage, configuration, audit, log, publicUrl } = parts;
  const { uploadSlots, reportRate, dailyBytes, ...rates } = createLimits(limits);
  const web = webRoutes(parts, rates);
  const requests = new RequestCounter();
  const isAnonymous = () => configuration.current().metrics.anonymous;
  const isPage = (ctx: Koa.Context) =>
    asksForGraphiql(ctx) || web.isUi(ctx) || (ctx.path === '/-/metrics' && isAnonymous());
  const onAnswered = (ctx: Koa.Context, error: AppError) => noteRefusal(audit, ctx, error);

  const app = new Koa();
  app.on('error', error => logTransferError(log, error));
  app.use(requestId());
  app.use(clientAddress(trustedProxies));
  app.use(requestLog({ log }));
  app.use(countRequests(request => requests.add(request)));
  app.use(cutStalled(ANSWER_IDLE_MS));
  app.use(lingeringClose(lingerLimits));
  app.use(errorHandler({ log, storage, onAnswered, sendPage: web.sendError }));
  app.use(requestScope());
  app.use(safeHeaders());
  app.use(wellFormedUrl());
  app.use(allowedHosts(hosts));
  app.use(sameOrigin({ publicOrigin: publicUrl?.origin }));
  app.use(refuseForwarded(async () => (await access.isOpen()) && access.refusesForwarded));
  app.use(entityManager({ history }));
  app.use(authenticate({ access, limits: rates, isProbe, isPage, findSession: web.findSession }));
  for (const middleware of web.middleware) app.use(middleware);
  for (const router of routersOf({ ...parts, isAnonymous, requests, slots: uploadSlots, rate: reportRate, dailyBytes }))
    app.use(router.routes());
  app.use(noSuchRoute());
  return app;
}

interface Routing extends Dependencies {
  readonly isAnonymous: () => boolean;
  readonly requests: RequestCounter;
  readonly slots: UploadSlots;
  readonly dailyBytes: DailyBytes;
  readonly rate: ReportRate;
}

/** The last two take any path of their shape, so they come last. */
function routersOf({ formBudget: budget = new FormBudget(), ...parts }: Routing): Router[] {
  const { uploads, dumpLimits } = parts;
  return [
    healthRoutes({ ...parts, maxUploadBytes: uploads.maxFileBytes, maxDumpBytes: dumpLimits.maxDumpBytes }),
    metricsRoutes(parts),
    scrubRoutes(parts),
    lossRoutes(parts),
    reportRoutes({ ...parts, budget }),
    runRoutes({ ...parts, budget }),
    tableRoutes(),
    whoamiRoutes(),
    graphqlRoute(parts),
    databaseRoutes(),
    backupRoutes({ ...parts, budget }),
  ];
}

/** What goes wrong once an answer is on its way: usually a client that went away, which is no error of ours. */
function logTransferError(log: Logger, error: NodeJS.ErrnoException): void {
  const codes = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'];
  const wasClient = originOf(error) === undefined && codes.includes(error.code ?? '');
  if (error instanceof AppError && error.status < 500)
    log.info({ reason: error.code }, 'an answer was cut: its reader may not have it any longer');
  else if (wasClient)
    log.info({ reason: error.code }, 'the client closed the connection before the answer was complete');
  else log.error({ err: error }, 'an answer was not sent completely');
}
