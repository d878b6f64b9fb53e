import { scopeCovers } from '../../protocol/access/scope-names.ts';
import { firstNames } from '../../protocol/first-names.ts';
import type { RunReport as SentReport } from '../../protocol/runs/run-report.ts';
import type { ServiceAccess } from '../access/service-access.ts';
import { messageOf } from '../errors.ts';
import { log } from '../log.ts';
import { Service } from '../service/service.ts';
import { ServiceRefusal, StrangeAnswer } from '../service/service-errors.ts';

/** How long the service may take to store a report: the run is over. */
const ANSWER_MS = 10_000;

/**
 * `sent`: the service has it, or is of a version that takes none. `lost`: it never takes it. `later`: it did not take it this time, and
 * `away`: nor would it take another one.
 */
export type Sending =
  | { readonly end: 'sent'; readonly warning?: string }
  | { readonly end: 'lost' | 'later' | 'away'; readonly warning: string };

/**
 * Sends one report. Databases that the token is not for are left out.
 * @param signal ends the sending: the report may go later then
 * @param retries how often it is tried again
 */
export async function sendRunReport(
  report: SentReport,
  {
    access,
    signal,
    retries,
  }: { readonly access: ServiceAccess; readonly signal: AbortSignal; readonly retries: number },
): Promise<Sending> {
  const service = new Service(access, signal, ANSWER_MS);
  try {
    await service.reportRun(report, retries);
    return { end: 'sent' };
  } catch (error) {
    if (!isOutOfScope(error)) return endOf(error);
  }
  try {
    const { scope = [] } = (await service.whoami()) ?? {};
    const { narrowed, foreign } = withinScope(report, scope);
    await service.reportRun(narrowed, retries);
    return {
      end: 'sent',
      warning: `${UNKNOWN}: its token (${access.token?.from ?? 'none'}) is not for ${firstNames(foreign)}`,
    };
  } catch (error) {
    return endOf(error);
  }
}

const UNKNOWN = 'the service does not know how this run went';

function endOf(error: unknown): Sending {
  const status = error instanceof ServiceRefusal || error instanceof StrangeAnswer ? error.status : undefined;
  // An older version has no such route, and needs none.
  if (error instanceof ServiceRefusal && (status === 404 || status === 405)) {
    log.debug('the service takes no reports of runs', { status });
    return { end: 'sent' };
  }
  // How long the service asks to wait is another each night: it would look like news.
  const why = messageOf(error).replace(/; it asks to wait .*$/, '');
  if (FOR_GOOD.has(status ?? 0)) return { end: 'lost', warning: `${UNKNOWN}: ${why}` };
  return { end: status === 401 ? 'later' : 'away', warning: `${UNKNOWN}: ${why}. The next run sends the report again` };
}

/** Answers that would be the same the next time. */
const FOR_GOOD = new Set([400, 403, 404, 405, 409, 413, 415, 422]);

function isOutOfScope(error: unknown): boolean {
  return error instanceof ServiceRefusal && error.code === 'OUT_OF_SCOPE';
}

/** @returns the report without the databases that are out of scope, and their names */
function withinScope(report: SentReport, scope: readonly string[]): { narrowed: SentReport; foreign: string[] } {
  const { roster, outcomes, left_out } = report;
  const isForeign = ({ database }: { database: string }) => !scopeCovers(scope, database);
  const kept = outcomes.filter(each => !isForeign(each));
  const foreign = [...new Set([...(roster ?? []), ...outcomes].filter(isForeign).map(({ database }) => database))];
  const narrowed = {
    ...{ ...report, roster: roster && roster.filter(each => !isForeign(each)), outcomes: kept },
    left_out: left_out + outcomes.length - kept.length,
  };
  return { narrowed, foreign };
}
