import { arch, release, type } from 'node:os';
import process from 'node:process';
import type { DatabaseSource } from '../config/databases.ts';
import { composeMail } from '../mail/mail.ts';
import type { BackupSettings } from '../options/settings.ts';
import type { LastRun } from '../report/last-run.ts';
import { snakeCased } from '../report/snake-case.ts';
import type { Redactor } from '../secrets/redactor.ts';
import { inLocalTime } from '../terminal/local-time.ts';
import { nameOf } from './checks/dump-plan.ts';
import type { Examination } from './examine.ts';
import { renderCheck, renderSummary, reportOf } from './render.ts';

/**
 * Writes what helps to find out what is wrong, and no secret.
 * @param version of this program
 * @returns the texts by their names in the bundle
 */
export function bundleDocuments(
  examination: Examination,
  settings: BackupSettings,
  { version, redact }: { readonly version: string; readonly redact: Redactor },
): ReadonlyMap<string, string> {
  const { checks, sources, lastRun } = examination;
  const json = (value: unknown) => JSON.stringify(redact.value(snakeCased(value)), null, 2);
  const documents = {
    'report.txt': [...checks.map(check => renderCheck(check)), renderSummary(checks)].join('\n'),
    'report.json': json(reportOf(checks)),
    'configuration.json': json({ settings: describeSettings(settings), databases: sources.map(describeSource) }),
    'versions.json': json(versions(examination, version)),
    'last-run.json': json(lastRun ?? null),
    'last-run.txt': lastRun ? describeLastRun(lastRun) : 'There was no run from this work folder yet.',
  };
  return new Map(Object.entries(documents).map(([name, text]) => [name, `${redact.text(text)}\n`]));
}

function describeSettings({ server, tokenText, ...settings }: BackupSettings): unknown {
  return { ...settings, server: server.href, tokenGiven: tokenText !== undefined };
}

/** Each field is named here, so that a new one is left out until it is added here on purpose. */
function describeSource(source: DatabaseSource): unknown {
  const { label, database, host, port, socket, user, ssl, sslCa, dumpOptions, shrinkLimitPercent, notBackedUp } =
    source;
  return {
    ...{ label, database, host, port, socket, user, ssl, sslCa, shrinkLimitPercent, notBackedUp },
    dumpOptions: dumpOptions.map(option => `${nameOf(option)}${option.includes('=') ? '=…' : ''}`),
  };
}

function versions({ clients, reports, service }: Examination, version: string): unknown {
  const { deno, node } = process.versions;
  return {
    sade: version,
    runtime: deno === undefined ? `Node ${node}` : `Deno ${deno}`,
    system: `${type()} ${release()} ${arch()}`,
    clients: (clients?.all ?? []).map(({ path, flavour, version }) => ({ path, flavour, version })),
    servers: [...reports].map(([database, { server }]) => ({ database, ...server })),
    service: service?.version ?? null,
  };
}

function describeLastRun(report: LastRun): string {
  const { startedAt, endedAt, exitCode } = report;
  const when = `from ${inLocalTime(startedAt)} to ${inLocalTime(endedAt)}, exit code ${exitCode}`;
  return [when, '', composeMail(report, { isQuiet: false, fresh: [], now: endedAt })].join('\n');
}
