import Router, { type RouterContext } from '@koa/router';
import type { Context } from 'koa';
import type { Logger } from 'pino';
import { drillReport } from '../../protocol/reports/drill-report.ts';
import { MAX_REPORT_BYTES } from '../../protocol/reports/report-parts.ts';
import { restoreReport } from '../../protocol/reports/restore-report.ts';
import type { Audit } from '../audit/audit.ts';
import { authorize } from '../auth/policy.ts';
import { tokenNameOf } from '../auth/principal.ts';
import type { ReportKind } from '../entities/report.entity.ts';
import { AppError } from '../errors/errors.ts';
import { actorOf } from '../http/auditing/actor.ts';
import type { DailyBytes } from '../http/limits/daily-bytes.ts';
import type { FormBudget } from '../http/upload-form/form-budget.ts';
import { readInBudget } from '../http/upload-form/read-in-budget.ts';
import type { Storage } from '../storage/storage.ts';
import { parseReport } from './parse-report.ts';
import { presentDrill, presentDrills, presentRestore, presentRestores } from './presenter.ts';
import { receiveReport, type SentReport } from './receive-report.ts';
import { reportIdIn, reportQuery } from './report-query.ts';
import { findReport, searchReports } from './search-reports.ts';

interface Dependencies {
  readonly storage: Storage;
  /** What all uploads together may hold in memory. */
  readonly budget: FormBudget;
  /** How much a token may store. */
  readonly dailyBytes: DailyBytes;
  readonly audit: Audit;
  readonly log: Logger;
}

type Bounds = Pick<Dependencies, 'budget' | 'dailyBytes'>;

const BODY_LIMITS = { maxBytes: MAX_REPORT_BYTES, maxMs: 30_000 };

/** Takes the reports of drills and restores, and lists them. Nothing deletes one. */
export function reportRoutes({ storage, audit, log, ...bounds }: Dependencies): Router {
  const router = new Router({ sensitive: true });

  router.post('/-/drills', async ctx => {
    authorize(ctx.state.principal, 'report');
    const sent = await parseReport(drillReport, await bodyOf(ctx, bounds));
    ctx.body = presentDrill(await store(ctx, { kind: 'drill', ...sent }, { storage, audit, log }));
  });

  router.post('/-/restores', async ctx => {
    authorize(ctx.state.principal, 'report');
    const sent = await parseReport(restoreReport, await bodyOf(ctx, bounds));
    ctx.body = presentRestore(await store(ctx, { kind: 'restore', ...sent }, { storage, audit, log }));
  });

  router.get('/-/drills', async ctx => {
    ctx.body = presentDrills(await search(ctx, 'drill'));
  });

  router.get('/-/restores', async ctx => {
    ctx.body = presentRestores(await search(ctx, 'restore'));
  });

  router.get('/-/drills/:id', async ctx => {
    ctx.body = presentDrill(await find(ctx, 'drill'));
  });

  router.get('/-/restores/:id', async ctx => {
    ctx.body = presentRestore(await find(ctx, 'restore'));
  });

  return router;
}

function search(ctx: Context, kind: ReportKind) {
  const { em, principal } = ctx.state;
  authorize(principal, 'list');
  const { limit, before, ...which } = reportQuery(ctx.query);
  return searchReports({ em, scope: principal.scope }, { kind, ...which }, { limit, before });
}

function find(ctx: RouterContext, kind: ReportKind) {
  const { em, principal } = ctx.state;
  authorize(principal, 'list');
  return findReport({ em, scope: principal.scope }, kind, reportIdIn(ctx.params.id!));
}

async function bodyOf(ctx: Context, { budget, dailyBytes }: Bounds): Promise<string> {
  if (ctx.request.type.toLowerCase() !== 'application/json')
    throw new AppError(415, 'NOT_JSON', 'Send a JSON object, with Content-Type: application/json');
  using spending = dailyBytes.begin(tokenNameOf(ctx.state.principal), Number(ctx.get('Content-Length')));
  const body = await readInBudget(ctx, budget, BODY_LIMITS);
  spending.add(Buffer.byteLength(body));
  spending.keep();
  return body;
}

async function store(ctx: Context, sent: SentReport, { storage, audit, log }: Omit<Dependencies, keyof Bounds>) {
  const { em, principal } = ctx.state;
  authorize(principal, 'report', sent.report.database);
  const { stored, isNew } = await receiveReport({ em, scope: principal.scope, storage }, sent);
  const { id, databaseName: database, backupId: backup, outcome } = stored;
  const action = sent.kind === 'drill' ? 'drill_report' : 'restore_report';
  const deed = { actor: actorOf(ctx), action, database, backupId: backup ?? undefined } as const;
  const detail = { report: id, outcome, ...(!isNew && { again: true }) };
  void audit.record({ ...deed, detail, result: 'done' });
  if (isNew)
    log.info({ report: id, database, backup, outcome }, `A ${sent.kind} of ${database} is reported: ${outcome}`);
  ctx.status = isNew ? 201 : 200;
  return stored;
}
