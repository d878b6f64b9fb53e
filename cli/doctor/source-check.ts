import { formatTimestamp } from '../../protocol/backup-name.ts';
import { firstNames } from '../../protocol/first-names.ts';
import type { RosterAnswer } from '../../protocol/runs/run-answers.ts';
import { accessFor, type ServiceAccess } from '../access/service-access.ts';
import type { DatabaseSource } from '../config/databases.ts';
import type { LastRun } from '../report/last-run.ts';
import { partsOf } from '../run-reporting/parts.ts';
import { ServiceRefusal, ServiceUnreachable } from '../service/service-errors.ts';
import { count, formatAge } from '../terminal/format.ts';
import { inLocalTime } from '../terminal/local-time.ts';
import { type Check, type Checked, checkReporter } from './checks/check.ts';

export interface SourceCheckOptions {
  readonly source: string;
  readonly shard: string | undefined;
  readonly access: ServiceAccess;
  /** All of the list. */
  readonly listed: readonly DatabaseSource[];
  readonly lastRun: LastRun | 'unreadable' | undefined;
  readonly ask: (access: ServiceAccess, which: { source: string; shard?: string }) => Promise<RosterAnswer['data']>;
}

/** With so many tokens it is asked, and no more: the databases of the others are not compared. */
const MOST_TOKENS = 20;

/** Tells when the service last got the report of a run of this machine, and whether it knows the databases of the list. */
export async function checkSource(options: SourceCheckOptions, now = new Date()): Promise<Checked> {
  const { source, shard, access, listed, lastRun, ask } = options;
  const parts = partsOf(listed, access.token).slice(0, MOST_TOKENS);
  const answers: RosterAnswer['data'][] = [];
  try {
    for (const { token } of parts)
      answers.push(await ask(accessFor(access, { token }), { source, ...(shard !== undefined && { shard }) }));
  } catch (error) {
    // An older version keeps no rosters. That the service is away, or refuses a token, has a check of its own.
    if (error instanceof ServiceUnreachable) return { checks: [] };
    if (error instanceof ServiceRefusal && [401, 403, 404].includes(error.status)) return { checks: [] };
    throw error;
  }
  const report = checkReporter(
    'service',
    shard === undefined ? `source ${source}` : `source ${source}, shard ${shard}`,
  );
  const heard = answers
    .flatMap(({ last_run }) => last_run ?? [])
    .sort((a, b) => (a.started_at < b.started_at ? 1 : -1));
  const checks = [describeHeard(heard[0], { lastRun, now, ...report })];
  if (!heard[0]) return { checks };
  const known = new Set(answers.flatMap(({ databases }) => databases));
  const compared = parts.flatMap(({ sources }) => sources.map(({ label }) => label));
  return { checks: [...checks, ...describeRoster({ known, compared, listed }, report)] };
}

function describeHeard(
  heard: RosterAnswer['data']['last_run'] | undefined,
  { lastRun, now, ok, warn }: ReturnType<typeof checkReporter> & { lastRun: SourceCheckOptions['lastRun']; now: Date },
): Check {
  if (heard) {
    const started = new Date(heard.started_at);
    const age = formatAge(formatTimestamp(started), now);
    return ok(
      `the last run that the service has a report of is that of ${inLocalTime(started)}, ${age} ago: it ended with exit code ${heard.exit_code}`,
    );
  }
  if (!lastRun) return ok('the service has no report of a run of it yet');
  return warn(
    'the service has no report of a run of it, although there was a run from this work folder',
    'Use the same --source (SADE_SOURCE) and --shard here as the run. Or run sade backup: its mail shows why the report does not arrive.',
  );
}

function describeRoster(
  {
    known,
    compared,
    listed,
  }: { known: ReadonlySet<string>; compared: readonly string[]; listed: readonly DatabaseSource[] },
  { ok, warn }: ReturnType<typeof checkReporter>,
): Check[] {
  const labels = new Set(listed.map(({ label }) => label));
  const missing = compared.filter(label => !known.has(label));
  const surplus = [...known].filter(label => !labels.has(label));
  if (missing.length === 0 && surplus.length === 0)
    return [ok(`its roster there equals the list here: ${count(compared.length, 'database')}`)];
  return [
    ...(missing.length > 0
      ? [warn(`its roster there lacks ${firstNames(missing)}`, 'The next run adds what is on the list: sade backup.')]
      : []),
    ...(surplus.length > 0
      ? [
          warn(
            `its roster there also has ${firstNames(surplus)}`,
            'If they are of another list of this machine, give each list its own --shard. If not, the next run takes them off.',
          ),
        ]
      : []),
  ];
}
