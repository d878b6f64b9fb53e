import { randomUUID } from 'node:crypto';
import { openAccess, type ServiceAccess } from '../access/service-access.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { CommandError, EXIT, messageOf } from '../errors.ts';
import type { Outcome } from '../report/outcome.ts';
import { redactor } from '../secrets/redactor.ts';
import type { Composing, EndedRun, ReportSettings } from './compose-run.ts';
import { reportBroken, reportRun } from './report-run.ts';

/** How a run ended, beside its outcomes. */
export interface ToldEnd extends Pick<Composing, 'clients' | 'uploadSeconds'> {
  /** What has ended it, where that was neither a signal nor its last database. */
  readonly error?: unknown;
}

interface Telling {
  readonly settings: ReportSettings & { readonly server: URL };
  readonly access: ServiceAccess;
  readonly listed: readonly DatabaseSource[];
  /** The work folder. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/**
 * Tells the service how a run went. Never throws.
 * @returns what to warn of
 */
export function tellService(run: EndedRun, ended: ToldEnd, { settings, access, listed, ...rest }: Telling) {
  const problem = 'error' in ended ? problemOf(ended.error, listed) : undefined;
  const { clients, uploadSeconds } = ended;
  const of = { runId: randomUUID(), settings, run, listed, token: access.token };
  const composing = { ...of, problem, clients, uploadSeconds };
  return reportRun(composing, { access, isServiceOut: isServiceOut(run.outcomes, settings.server), ...rest });
}

interface Broken {
  readonly settings: ReportSettings & Parameters<typeof openAccess>[0];
  readonly startedAt: Date;
  readonly signal: AbortSignal;
  /** Undefined where the list could not be read. */
  readonly listed: readonly DatabaseSource[] | undefined;
}

/** Tells the service that a run could not begin. Never throws. */
export async function tellBroken(error: unknown, { settings, startedAt, signal, listed }: Broken): Promise<void> {
  if (!(error instanceof CommandError) || error.exitCode === EXIT.anotherRun || signal.aborted) return;
  const opened = await openAccess(settings, listed).catch(() => undefined);
  if (!opened) return;
  const { access } = opened;
  const run = { startedAt, endedAt: new Date(), exitCode: error.exitCode, outcomes: [], notDone: [] };
  const composing: Composing = {
    ...{ runId: randomUUID(), settings, run, listed, token: access.token, clients: undefined },
    problem: problemOf(error, listed ?? []),
  };
  await reportBroken(composing, access, signal);
}

/** What is unforeseen may quote anything. */
function problemOf(error: unknown, sources: readonly DatabaseSource[]): string {
  return redactor(sources.map(({ password }) => password)).text(messageOf(error)) || 'unknown';
}

/** Whether uploads have failed because of the service: the mail has the reason. */
function isServiceOut(outcomes: readonly Outcome[], { origin }: URL): boolean {
  return outcomes.some(({ failure }) => failure?.stage === 'upload' && failure.cause?.where === origin);
}
