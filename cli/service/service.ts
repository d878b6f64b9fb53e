import ky, { isHTTPError, type Options, type RetryOptions } from 'ky';
import type { InferType, Schema } from 'yup';
import type { AcceptanceRequest } from '../../protocol/acceptance.ts';
import { type Whoami, whoamiAnswer } from '../../protocol/access/whoami.ts';
import { type DrillReport, drillReport } from '../../protocol/reports/drill-report.ts';
import {
  type DrillSummary,
  drillAnswer,
  drillList,
  type RestoreSummary,
  restoreAnswer,
  type TableSearch,
  tableSearch,
} from '../../protocol/reports/report-answers.ts';
import { withinLimits } from '../../protocol/reports/report-limits.ts';
import type { RestoreReport } from '../../protocol/reports/restore-report.ts';
import {
  type BackupReport,
  backupReport,
  type DatabaseHistory,
  type DatabaseList,
  databaseHistory,
  databaseList,
  type ServiceStatus,
  serviceStatus,
} from '../../protocol/responses.ts';
import { type RosterAnswer, type RunAnswer, rosterAnswer, runAnswer } from '../../protocol/runs/run-answers.ts';
import type { RunReport } from '../../protocol/runs/run-report.ts';
import { credentialsOf, type ServiceAccess } from '../access/service-access.ts';
import { fetchOf } from '../access/trusting-fetch.ts';
import { log } from '../log.ts';
import { dashboardOf } from './dashboard-of.ts';
import { explainServiceError } from './explain-service-error.ts';
import { PUT_OFF, pauseOf, tellPause } from './pause.ts';
import { queryOf } from './query-of.ts';
import { readAnswer } from './read-answer.ts';
import { ServiceRefusal, ServiceUnreachable } from './service-errors.ts';

const ANSWER_MS = 30_000;

/** The longest pause that the service may ask for before another attempt, in answers: who waits for longer is told so instead. */
const LONGEST_PAUSE = 2;

/** No redirect is followed: what lies behind it was not named by the administrator, and would be believed. */
const NO_REDIRECT = { redirect: 'manual' } as const;

/** What the commands ask the service. */
export class Service {
  readonly #access: ServiceAccess;
  readonly #signal: AbortSignal | undefined;
  readonly #answerMs: number;
  #dashboard: URL | undefined;

  /**
   * @param signal ends all requests; its reason is thrown then
   * @param answerMs time limit of an answer that needs no work, in milliseconds
   */
  constructor(access: ServiceAccess, signal?: AbortSignal, answerMs = ANSWER_MS) {
    this.#access = access;
    this.#signal = signal;
    this.#answerMs = answerMs;
  }

  /** Response 1. @throws {ExplainedError} */
  async databases(): Promise<DatabaseList['data']> {
    return (await this.#get('', databaseList)).data;
  }

  /** The page for people that the service named with its last Response 1; an earlier service has none. */
  get dashboard(): URL | undefined {
    return this.#dashboard;
  }

  /** Response 2. @throws {ExplainedError} */
  async history(database: string, page: { limit?: number; before?: number } = {}): Promise<DatabaseHistory['data']> {
    return (await this.#get(`${encodeURIComponent(database)}${queryOf(page)}`, databaseHistory)).data;
  }

  /** How the service is. @throws {ExplainedError} */
  async status(): Promise<ServiceStatus['data']> {
    return (await this.#get('-/status', serviceStatus)).data;
  }

  /** Who the service takes the caller for; undefined for one of an earlier version, which has no tokens. @throws {ExplainedError} */
  async whoami(): Promise<Whoami['data'] | undefined> {
    try {
      return (await this.#get('-/whoami', whoamiAnswer)).data;
    } catch (error) {
      if (error instanceof ServiceRefusal && error.status === 404) return undefined;
      throw error;
    }
  }

  /** All that is known of one backup. @throws {ExplainedError} */
  async report(id: string): Promise<BackupReport['data']> {
    return (await this.#get(`${encodeURIComponent(id)}/manifest`, backupReport)).data;
  }

  /** Accepts what a backup has lost. @throws {ExplainedError} */
  async accept(id: string, request: AcceptanceRequest): Promise<BackupReport['data']> {
    return (
      await this.#ask(`-/backups/${encodeURIComponent(id)}/accept`, backupReport, {
        ...{ method: 'post', json: request, isRepeatable: false },
      })
    ).data;
  }

  /** Stores how a restore went; longer than the service takes, it is cut. The same report twice is stored once. @throws {ExplainedError} */
  async reportRestore(report: RestoreReport): Promise<RestoreSummary> {
    return (await this.#send('-/restores', restoreAnswer, withinLimits(report))).data;
  }

  /** The same of a drill. @throws {ExplainedError} */
  async reportDrill(report: DrillReport): Promise<DrillSummary> {
    return (await this.#send('-/drills', drillAnswer, withinLimits(report))).data;
  }

  /** Stores how a run of `sade backup` went; see `withinRunLimits`. The same report twice is stored once. @throws {ExplainedError} */
  async reportRun(report: RunReport, retries: number): Promise<RunAnswer['data']> {
    return (await this.#ask('-/runs', runAnswer, { method: 'post', json: report, retries })).data;
  }

  /** What is known of a source, as far as the token may see it. @throws {ExplainedError} */
  async roster(which: { source: string; shard?: string }): Promise<RosterAnswer['data']> {
    return (await this.#get(`-/roster${queryOf(which)}`, rosterAnswer)).data;
  }

  /** What one drill reported; undefined where this version does not understand it. @throws {ExplainedError} */
  async drillReport(id: number): Promise<DrillReport | undefined> {
    const { report } = (await this.#get(`-/drills/${id}`, drillAnswer)).data;
    return drillReport.isValidSync(report, { strict: true }) ? report : undefined;
  }

  /** The drills of a database or of one backup, newest first; `before` is the id of a drill. @throws {ExplainedError} */
  async drills(which: {
    database?: string;
    backup?: number;
    limit?: number;
    before?: number;
  }): Promise<DrillSummary[]> {
    return (await this.#get(`-/drills${queryOf(which)}`, drillList)).data;
  }

  /**
   * Which backups of a database hold a table, newest first, a page of them.
   * @param which `until` is an ISO 8601 instant: no dump that began later is looked at; `before` is `next` of the page before
   * @throws {ExplainedError}
   */
  async findTable(which: {
    database: string;
    table: string;
    until?: string;
    limit?: number;
    before?: number;
  }): Promise<TableSearch['data']> {
    return (await this.#get(`-/tables${queryOf(which)}`, tableSearch)).data;
  }

  /**
   * Asks for a stored zip.
   * @param method HEAD tells its name, size and digest
   * @param headers such as Range; the signal ends the request: read the body by `bodyChunks`
   * @throws {ExplainedError}
   */
  async download(
    id: string,
    method: 'head' | 'get',
    { headers = {}, signal }: { headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<Response> {
    const url = new URL(`${encodeURIComponent(id)}/download`, this.#access.server);
    try {
      return await ky(url, {
        ...{ ...this.#common(headers), method, signal: this.#until(signal), timeout: this.#answerMs },
        retry: { ...this.#retry(), limit: 3 },
      });
    } catch (error) {
      this.#signal?.throwIfAborted();
      // The answer to HEAD has no body that says why: ask in the way that has one.
      if (method === 'head' && isHTTPError(error)) await (await this.download(id, 'get')).body?.cancel();
      throw explainServiceError(error, this.#access);
    }
  }

  /** What all requests have. */
  #common(headers: Record<string, string> = {}): Options {
    return {
      ...NO_REDIRECT,
      fetch: fetchOf(this.#access),
      headers: { ...headers, ...credentialsOf(this.#access) },
    };
  }

  /** @param isRepeatable whether the same request twice does no harm; one that was put off has done nothing */
  #retry(isRepeatable = true): RetryOptions {
    const longest = LONGEST_PAUSE * this.#answerMs;
    return {
      methods: ['get', 'head', 'post'],
      maxRetryAfter: longest,
      shouldRetry: ({ error }) => {
        const pause = pauseOf(error);
        if (!pause) return isRepeatable ? undefined : false;
        if (pause.ms > longest) return false;
        tellPause(pause, this.#access);
        return undefined;
      },
    };
  }

  #get<S extends Schema>(path: string, schema: S): Promise<InferType<S>> {
    return this.#ask(path, schema, {});
  }

  /** Sends what the service stores once, however often it gets it: so it may be tried again. */
  #send<S extends Schema>(path: string, schema: S, json: object): Promise<InferType<S>> {
    return this.#ask(path, schema, { method: 'post', json });
  }

  async #ask<S extends Schema>(
    path: string,
    schema: S,
    {
      isRepeatable = true,
      retries,
      ...request
    }: { method?: 'post'; json?: unknown; isRepeatable?: boolean; retries?: number },
  ): Promise<InferType<S>> {
    const { server } = this.#access;
    // One clock for the answer's head and its body: ky's stops at the head. It stands still in the pause before another attempt.
    const clock = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const start = () => {
      clearTimeout(timer);
      timer = setTimeout(() => clock.abort(tooSlow(server, this.#answerMs)), this.#answerMs);
    };
    const common = this.#common();
    const fetch: typeof common.fetch = async (input, init) => {
      start();
      const answer = await common.fetch!(input, init);
      if (PUT_OFF.has(answer.status)) clearTimeout(timer);
      return answer;
    };
    try {
      const signal = this.#until(clock.signal);
      const retry = { ...this.#retry(isRepeatable), ...(retries !== undefined && { limit: retries }) };
      const answer = await ky(new URL(path, server), { ...common, fetch, ...request, timeout: false, signal, retry });
      log.debug('the service answers', { path, status: answer.status });
      if (path === '') this.#dashboard = dashboardOf(answer.headers.get('link'), server);
      return await readAnswer(answer, schema, server, this.#all(clock.signal));
    } catch (error) {
      log.debug('the service gives no good answer', { path, error });
      this.#signal?.throwIfAborted();
      throw clock.signal.aborted ? clock.signal.reason : explainServiceError(error, this.#access);
    } finally {
      clearTimeout(timer);
    }
  }

  #until(signal: AbortSignal | undefined): AbortSignal {
    return AbortSignal.any(this.#all(signal));
  }

  #all(signal: AbortSignal | undefined): AbortSignal[] {
    return [this.#signal, signal].filter(each => each !== undefined);
  }
}

function tooSlow(server: URL, ms: number): ServiceUnreachable {
  return new ServiceUnreachable(`the service at ${server.origin} did not answer within ${ms / 1000} s`, {
    reason: 'timeout',
    advice: 'Check the service and its log. GET /-/ready shows whether it reaches its history and its storage.',
  });
}
