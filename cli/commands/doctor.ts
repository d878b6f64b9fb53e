import type { ServiceAccess } from '../access/service-access.ts';
import { refuseToOverwrite, writeBundle } from '../doctor/bundle.ts';
import { bundleDocuments } from '../doctor/bundle-documents.ts';
import { askCutOff } from '../doctor/checks/replace-check.ts';
import { DoctorScreen } from '../doctor/doctor-screen.ts';
import { examine } from '../doctor/examine.ts';
import { reportOf } from '../doctor/render.ts';
import type { Typed } from '../options/option.ts';
import { readDoctorSettings } from '../options/settings.ts';
import manifest from '../package.json' with { type: 'json' };
import { learningPreflight } from '../preflight/hanging-servers.ts';
import { runPreflight } from '../preflight/preflight.ts';
import { visibleDatabases } from '../preflight/visible-databases.ts';
import { snakeCased } from '../report/snake-case.ts';
import { knownSecrets } from '../secrets/known-secrets.ts';
import { redactor } from '../secrets/redactor.ts';
import { Service } from '../service/service.ts';
import { formatBytes } from '../terminal/format.ts';
import { printableInLine, printableJson } from '../terminal/printable.ts';
import type { CommandContext } from './command.ts';

/**
 * `sade doctor`: looks at all that a backup needs, and tells what is wrong with it and what to do.
 * @returns the exit code: 1 when there is any problem
 * @throws {ConfigurationError} the signal's reason when aborted
 */
export async function doctor(options: Typed, context: CommandContext): Promise<number> {
  const { env, stdout, stderr, signal } = context;
  const { bundle, ...settings } = readDoctorSettings(options, env);
  if (bundle !== undefined) await refuseToOverwrite(bundle);
  const { json } = settings;
  const { version } = manifest;
  const at = (access: ServiceAccess) => new Service(access, signal);
  using screen = json ? undefined : new DoctorScreen(stdout, settings);
  const examination = await examine(settings, {
    ...{ env, signal, version, preflight: learningPreflight(runPreflight) },
    tell: checks => screen?.tell(checks),
    progress: progress => screen?.show(progress),
    askWhoami: access => at(access).whoami(),
    askService: access => at(access).status(),
    beyondRun: {
      askStored: access => at(access).databases(),
      askReport: (access, id) => at(access).report(id),
      askRoster: (access, which) => at(access).roster(which),
      askVisible: visibleDatabases,
      askCutOff,
    },
  });

  const report = reportOf(examination.checks);
  screen?.end(report.checks);
  if (json) stdout.write(`${printableJson(snakeCased(report))}\n`);
  if (bundle !== undefined) {
    const redact = redactor(await knownSecrets(settings.config, env));
    const size = await writeBundle(bundle, bundleDocuments(examination, settings, { version, redact }));
    stderr.write(
      `${printableInLine(bundle)}: ${formatBytes(size)}. Read it before you send it to someone: it names your databases.\n`,
    );
  }
  return report.exitCode;
}
