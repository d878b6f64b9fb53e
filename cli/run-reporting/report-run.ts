import { accessFor, type ServiceAccess } from '../access/service-access.ts';
import type { ServiceToken } from '../config/secret-file.ts';
import { messageOf } from '../errors.ts';
import { log } from '../log.ts';
import { type Composing, composeReports, type PartReport } from './compose-run.ts';
import { partsOf } from './parts.ts';
import { ReportSpool } from './report-spool.ts';
import { type Sending, sendRunReport } from './send-report.ts';

/** How long all reports together may take, those of earlier runs included: the run is over. */
const SEND_MS = 60_000;
/** The same after Ctrl-C, when someone waits. */
const INTERRUPTED_MS = 3_000;
/** How often a report is tried again where nothing is known of an outage. */
const RETRIES = 2;

export interface Reporting {
  readonly access: ServiceAccess;
  /** The work folder, where reports wait that can't be sent. */
  readonly folder: string;
  /** Of the run: once it is aborted, someone waits for the end. */
  readonly signal: AbortSignal;
  /** Whether the uploads have found the service out of order: the mail says so already. */
  readonly isServiceOut: boolean;
}

/**
 * Tells the service how a run went, and before that what it has missed of earlier runs. What can't be sent is kept for the
 * next run. Never throws, and changes nothing of how the run ended.
 * @returns what to warn of: each text is the same from night to night, so that it is mailed once
 */
export async function reportRun(composing: Composing, reporting: Reporting): Promise<string[]> {
  try {
    using limit = timeLimit(reporting.signal);
    const spool = new ReportSpool(reporting.folder);
    const sender = new Sender(composing, { ...reporting, signal: limit.signal });
    for (const name of await spool.names()) {
      const waiting = await sender.sendAll(await spool.read(name));
      if (waiting.length === 0) await spool.forget(name);
      else await spool.keep(waiting);
      if (sender.isAway) break;
    }
    await spool.keep(await sender.sendAll(composeReports(composing).map(({ report }) => report)));
    return reporting.isServiceOut ? [] : [...sender.warnings];
  } catch (error) {
    return [`the report of this run to the service was lost: ${messageOf(error)}`];
  }
}

/** Tells the service that a run could not begin. What can't be sent is lost: the run has no right to the work folder. Never throws. */
export async function reportBroken(composing: Composing, access: ServiceAccess, signal: AbortSignal): Promise<void> {
  try {
    using limit = timeLimit(signal);
    const sender = new Sender(composing, { access, signal: limit.signal, isServiceOut: true });
    await sender.sendAll(composeReports(composing).map(({ report }) => report));
  } catch (error) {
    log.debug('the service does not know that the run could not begin', { error });
  }
}

/** Sends one report after the other, until the service turns out to be away. */
class Sender {
  readonly #reporting: Pick<Reporting, 'access' | 'signal' | 'isServiceOut'>;
  /** By the key of the part. */
  readonly #tokens: ReadonlyMap<string, ServiceToken | undefined>;
  readonly warnings = new Set<string>();
  isAway = false;

  constructor({ listed = [], token }: Composing, reporting: Pick<Reporting, 'access' | 'signal' | 'isServiceOut'>) {
    this.#reporting = reporting;
    this.#tokens = new Map(partsOf(listed, token).map(({ key, token }) => [key, token]));
  }

  /** @returns those that are to be sent later */
  async sendAll(reports: readonly PartReport['report'][]): Promise<PartReport['report'][]> {
    const waiting: PartReport['report'][] = [];
    for (const report of reports) {
      if (!this.isAway) {
        const { end, warning } = await this.#send(report);
        if (warning !== undefined) this.warnings.add(warning);
        this.isAway = end === 'away';
        if (end === 'sent' || end === 'lost') continue;
      }
      waiting.push(report);
    }
    return waiting;
  }

  #send(report: PartReport['report']): Promise<Sending> {
    const { access, signal, isServiceOut } = this.#reporting;
    // A part that the list no longer has: its databases may be for the token of the run.
    const token = this.#tokens.get(report.part);
    return sendRunReport(report, { access: accessFor(access, { token }), signal, retries: isServiceOut ? 0 : RETRIES });
  }
}

/** @returns a signal that aborts when the time is over; the time is short once someone waits */
function timeLimit(run: AbortSignal): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const end = () => controller.abort(new Error('there was no time left for it'));
  let timer = setTimeout(end, run.aborted ? INTERRUPTED_MS : SEND_MS);
  const hurry = () => {
    clearTimeout(timer);
    timer = setTimeout(end, INTERRUPTED_MS);
  };
  run.addEventListener('abort', hurry, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      run.removeEventListener('abort', hurry);
    },
  };
}
