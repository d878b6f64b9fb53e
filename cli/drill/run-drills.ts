import type { DrillOutcome } from '../../protocol/last-drill.ts';
import type { DrillReport } from '../../protocol/reports/drill-report.ts';
import { accessFor } from '../access/service-access.ts';
import { messageOf } from '../errors.ts';
import { redactedReport } from '../secrets/report-redactor.ts';
import { sourcesRedactor } from '../secrets/source-redactor.ts';
import { Service } from '../service/service.ts';
import { type DrillRun, drillBackup } from './drill-backup.ts';
import type { ChosenBackup } from './steps/choose-backups.ts';

/** A drill that has ended, and whether the service knows of it. */
export interface EndedDrill {
  readonly report: DrillReport;
  /** Why the service has no report of it; undefined where it has. */
  readonly unreported: string | undefined;
}

/**
 * Drills one backup after another, and reports each to the service as soon as it has ended.
 * @throws the signal's reason when aborted
 */
export async function* runDrills(chosen: readonly ChosenBackup[], run: DrillRun): AsyncGenerator<EndedDrill, void> {
  for (const backup of chosen) {
    run.signal.throwIfAborted();
    const report = withoutSecrets(await drillBackup(backup, run), backup, run);
    yield { report, unreported: await tell(report, backup, run) };
  }
}

/** Servers and dumps may say anything. */
function withoutSecrets(report: DrillReport, { label }: ChosenBackup, { entries, servers }: DrillRun): DrillReport {
  const entry = entries.get(label);
  const restorer = entry?.restoreUser ? [{ ...entry, ...entry.restoreUser }] : [];
  const { text } = sourcesRedactor([...servers.named, ...(entry ? [entry] : []), ...restorer]);
  const orNull = (given: string | null) => (given === null ? null : text(given));
  return {
    ...redactedReport(report, text),
    checks: report.checks.map(check => ({ ...check, found: orNull(check.found), error: orNull(check.error) })),
  };
}

async function tell(report: DrillReport, { label }: ChosenBackup, run: DrillRun): Promise<string | undefined> {
  const { access, entries, signal } = run;
  // The backup itself is not known where the service could not be asked about it.
  try {
    await new Service(accessFor(access, entries.get(label)), signal).reportDrill(report);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return messageOf(error);
  }
}

/** @returns how often each outcome came; what has no complete backup could not be tested */
export function countOutcomes(
  drills: readonly EndedDrill[],
  withoutComplete: readonly string[],
): Readonly<Record<DrillOutcome, number>> {
  const of = (outcome: DrillOutcome) => drills.filter(({ report }) => report.outcome === outcome).length;
  return {
    restorable: of('restorable'),
    not_restorable: of('not_restorable'),
    could_not_test: of('could_not_test') + withoutComplete.length,
  };
}
