import Router from '@koa/router';
import { authorize } from '../auth/policy.ts';
import { NO_ONE } from '../auth/principal.ts';
import { EVERYTHING, isEverything } from '../auth/scope.ts';
import type { Reading } from '../history/reading/in-scope.ts';
import { SharedWork } from '../process/shared-work.ts';
import { alarmMetrics } from './alarm-metrics.ts';
import { databaseMetrics } from './database-metrics.ts';
import { expose } from './exposition.ts';
import type { RequestCounter } from './request-counter.ts';
import { type ServiceParts, serviceMetrics } from './service-metrics.ts';

interface Dependencies extends Omit<ServiceParts, 'startedAt'> {
  /** Whether everyone may read the metrics of all databases. */
  readonly isAnonymous: () => boolean;
  readonly requests: RequestCounter;
}

/** For how long those without a token get the same answer: no stranger makes the service measure more often. */
const SHARED_MS = 5_000;

/** What Prometheus scrapes. A token of some databases gets the metrics of these, and none of the service itself. */
export function metricsRoutes({ isAnonymous, requests, ...parts }: Dependencies): Router {
  const router = new Router({ sensitive: true });
  const service = { ...parts, startedAt: new Date() };
  // Of ten thousand databases each takes a hundred megabytes while it is written.
  const scrapes = new SharedWork<Awaited<ReturnType<typeof expose>>>();
  let shared: { readonly at: number; readonly answer: ReturnType<typeof expose> } | undefined;

  const measure = async (reading: Reading) => {
    const metrics = [...(await databaseMetrics(reading)), ...(await alarmMetrics(reading))];
    if (isEverything(reading.scope))
      metrics.push(...(await serviceMetrics(reading.em, service, new Date())), ...requests.metrics());
    return expose(metrics);
  };

  const measureForAll = (reading: Reading) => {
    if (shared && performance.now() - shared.at < SHARED_MS) return shared.answer;
    shared = { at: performance.now(), answer: measure(reading) };
    shared.answer.catch(() => {
      shared = undefined;
    });
    return shared.answer;
  };

  router.get('/-/metrics', async ctx => {
    const { em, principal } = ctx.state;
    const isStranger = principal === NO_ONE && isAnonymous();
    if (!isStranger) authorize(principal, 'metrics');
    const { type, text } = await (isStranger
      ? measureForAll({ em, scope: EVERYTHING })
      : scrapes.run(JSON.stringify(principal.scope), () => measure({ em, scope: principal.scope })));
    ctx.type = type;
    ctx.body = text;
  });

  return router;
}
