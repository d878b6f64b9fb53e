import Router from '@koa/router';
import type { Context } from 'koa';
import type { Logger } from 'pino';
import { MAX_RUN_BYTES, runReport } from '../../protocol/runs/run-report.ts';
import type { Audit } from '../audit/audit.ts';
import { authorize } from '../auth/policy.ts';
import { type Principal, tokenNameOf } from '../auth/principal.ts';
import { covers, isEverything } from '../auth/scope.ts';
import { AppError } from '../errors/errors.ts';
import { actorOf } from '../http/auditing/actor.ts';
import type { DailyBytes } from '../http/limits/daily-bytes.ts';
import type { ReportRate } from '../http/limits/report-rate.ts';
import type { FormBudget } from '../http/upload-form/form-budget.ts';
import { readInBudget } from '../http/upload-form/read-in-budget.ts';
import { parseReport } from '../reports/parse-report.ts';
import { presentRoster, presentRun } from './presenter.ts';
import { receiveRun, type SentRun } from './receive-run.ts';
import { ReportTurns } from './report-turns.ts';
import { rosterOf } from './roster-of.ts';
import { rosterQuery } from './roster-query.ts';

interface Dependencies {
  /** What all uploads together may hold in memory. */
  readonly budget: FormBudget;
  readonly rate: ReportRate;
  readonly dailyBytes: DailyBytes;
  readonly audit: Audit;
  readonly log: Logger;
}

const BODY_LIMITS = { maxBytes: MAX_RUN_BYTES, maxMs: 30_000 };

/** Takes the reports of the runs of `sade backup`, and shows a source what is known of it. */
export function runRoutes({ budget, rate, dailyBytes, audit, log }: Dependencies): Router {
  const router = new Router({ sensitive: true });
  const turns = new ReportTurns();

  router.post('/-/runs', async ctx => {
    const { principal } = ctx.state;
    authorize(principal, 'reportRun');
    if (ctx.request.type.toLowerCase() !== 'application/json')
      throw new AppError(415, 'NOT_JSON', 'Send a JSON object, with Content-Type: application/json');
    const token = tokenNameOf(principal);
    await rate.countRun(token);
    using spending = dailyBytes.beginRun(token, Number(ctx.get('Content-Length')));
    const body = await readInBudget(ctx, budget, BODY_LIMITS);
    spending.add(Buffer.byteLength(body));
    await turns.take(body.length, async () => {
      const sent = await parseReport(runReport, body);
      refuseForeign(principal, sent);
      const { roster, outcomes } = sent.report;
      await rate.countDatabases(token, outcomes.length + (roster?.length ?? 0));
      await store(ctx, sent, { audit, log });
      spending.keep();
    });
  });

  router.get('/-/roster', async ctx => {
    const { em, principal } = ctx.state;
    authorize(principal, 'report');
    const { scope, name } = principal;
    // A token that may only upload learns of no run but its own.
    const reportedBy = principal.role === 'upload' || !isEverything(scope) ? name : undefined;
    ctx.body = presentRoster(await rosterOf({ em, scope }, { ...rosterQuery(ctx.query), reportedBy }));
  });

  return router;
}

/** All or nothing: a report that is about the databases of others is a mistake in the set-up, or an attack. @throws AppError 403 */
function refuseForeign(principal: Principal, { report: { roster, outcomes } }: SentRun): void {
  for (const { database } of [...(roster ?? []), ...outcomes])
    if (!covers(principal.scope, database)) authorize(principal, 'reportRun', database);
}

async function store(ctx: Context, sent: SentRun, { audit, log }: Pick<Dependencies, 'audit' | 'log'>): Promise<void> {
  const { em, principal } = ctx.state;
  const { source, shard, outcomes, exit_code: exitCode, roster } = sent.report;
  const receipt = { receivedAt: new Date(), reportedBy: principal.name };
  const stored = await receiveRun({ em, scope: principal.scope }, sent, receipt);
  const { id: run, isNew } = stored;
  const failed = outcomes.filter(({ state }) => state === 'failed').length;
  const facts = {
    run,
    source,
    ...(shard !== '' && { shard }),
    databases: outcomes.length,
    failed,
    exit_code: exitCode,
  };
  const detail = { ...facts, listed: roster?.length ?? null, ...stored.roster, ...(!isNew && { again: true }) };
  void audit.record({ actor: actorOf(ctx), action: 'run_report', detail, result: 'done' });
  if (isNew) log.info(detail, `A run of ${source} is reported: it exited with ${exitCode}`);
  ctx.status = isNew ? 201 : 200;
  ctx.body = presentRun(sent, stored);
}
