import { EXIT } from '../errors.ts';
import { hasLiveView } from '../live-view/open-live-view.ts';
import { type LastRun, writeLastRun } from '../report/last-run.ts';
import type { RunReport } from '../report/run-report.ts';
import { snakeCased } from '../report/snake-case.ts';
import { paintState } from '../terminal/colour.ts';
import { printableJson } from '../terminal/printable.ts';
import { composeMail, composeVerdict } from './mail.ts';
import { mergeReports } from './merge-reports.ts';
import { freshWarnings, reportedWarnings } from './reported-warnings.ts';
import { warningsOf } from './warnings.ts';

interface Conclusion {
  readonly settings: { readonly quiet: boolean; readonly json: boolean };
  readonly context: Readonly<Record<'stdout' | 'stderr', NodeJS.WriteStream>>;
  /** The run before this one. */
  readonly before: LastRun | undefined;
  /** The work folder. */
  readonly folder: string;
}

/** Leaves the report for the next run and for doctor, and prints it. */
export async function conclude(report: RunReport, { settings, context, before, folder }: Conclusion): Promise<void> {
  const now = new Date();
  const warnings = warningsOf(report);
  const fresh = freshWarnings(warnings, before, now);
  const isMailed = !settings.quiet || report.exitCode !== EXIT.ok || fresh.length > 0;
  const own: LastRun = { ...report, told: reportedWarnings(warnings, before, { isMailed, now }) };
  const left = report.only && before ? mergeReports(before, own) : own;
  const problem = await writeLastRun(folder, left).then(
    () => undefined,
    (error: Error) => error.message,
  );
  const told = problem ? { ...report, warnings: [...(report.warnings ?? []), problem] } : report;
  const { stdout, stderr } = context;
  const out = settings.json ? stderr : stdout;
  const isShown = hasLiveView(out, settings);
  if (isShown) out.write(`\n${composeVerdict(told, now, word => paintState(word, out))}\n`);
  else if (isMailed || problem) out.write(`${composeMail(told, { isQuiet: settings.quiet, fresh, now })}\n`);
  if (settings.json) stdout.write(`${printableJson(snakeCased(told))}\n`);
}
