import { readLabels } from '../config/read-labels.ts';
import { EXIT } from '../errors.ts';
import { type FoundLoss, lossOfIncomplete } from '../losses/losses.ts';
import { reachedBy } from '../options/command-line.ts';
import type { Typed } from '../options/option.ts';
import { readCommand } from '../options/settings.ts';
import { STALE_AFTER_HOURS } from '../report/stale-after.ts';
import { printableInLine, printableJson } from '../terminal/printable.ts';
import { screenWidth } from '../terminal/screen-width.ts';
import { wrap } from '../terminal/wrap.ts';
import { type CommandContext, openService } from './command.ts';
import { filtered } from './screens/list-filter.ts';
import { renderList, withoutListLine } from './screens/list-screen.ts';
import { neverBackedUp, viewOf } from './screens/list-view.ts';

/**
 * `sade list`: the databases that the service knows, each with what its latest backup is worth and how old the newest complete one
 * is, the worst first; before them those of the list of databases, where it can be read, of which the service has no backup.
 * @returns 1 where the last proof of a database that it lists is a failed drill, else 0: the ages and states of backups `sade doctor` judges
 * @throws {ConfigurationError} {ExplainedError}
 */
export async function list(options: Typed, context: CommandContext): Promise<number> {
  const { env, stdout } = context;
  const { config, json, wide, ...filter } = readCommand('list', options, env);
  const service = await openService(filter, context);
  const listed = await readLabels(config, env);
  const answers = await service.databases();
  const found = new Map<string, FoundLoss>();
  for (const { database_name, latest_backup } of answers) {
    const loss = await lossOfIncomplete(latest_backup, id => service.report(id));
    if (loss) found.set(database_name, loss);
  }
  const now = new Date();
  const { text: olderThan, ms: staleMs } = filter.olderThan ?? STALE;
  const known = answers.map(answer => viewOf(answer, found.get(answer.database_name), { now, staleMs }));
  const all = [...missingOf(listed.labels ?? [], answers).map(neverBackedUp), ...known];
  const databases = filtered(all, filter);
  const withoutList = listed.reason;
  if (json) stdout.write(`${printableJson(databases.flatMap(({ answer }) => (answer ? [answer] : [])))}\n`);
  else if (all.length === 0) stdout.write('The service has no backups yet.\n');
  else if (databases.length === 0) {
    stdout.write(`None of the ${all.length} databases matches ${inWords(options)}.\n`);
    if (withoutList) stdout.write(`${wrap(withoutListLine(withoutList), screenWidth(stdout), '  ')}\n`);
  } else {
    const screen = {
      ...{ databases, staleMs, olderThan, now, withoutList },
      total: all.length,
      isWide: wide,
      server: reachedBy(options),
    };
    stdout.write(renderList(screen, stdout));
  }
  if (!json && service.dashboard) stdout.write(`\ndashboard: ${printableInLine(service.dashboard.href)}\n`);
  return databases.some(({ states }) => states.includes('drill-failed')) ? EXIT.someFailed : EXIT.ok;
}

/** An older newest complete backup is worth a look: the same as for `sade doctor`. */
const STALE = { text: `${STALE_AFTER_HOURS}h`, ms: STALE_AFTER_HOURS * 3_600_000 };

/** @returns the labels of which the service knows no backup */
function missingOf(labels: readonly string[], answers: readonly { database_name: string }[]): string[] {
  const known = new Set(answers.map(({ database_name }) => database_name.normalize('NFC')));
  return labels.filter(label => !known.has(label.normalize('NFC')));
}

/** @returns the filters as they were given, such as `--state damaged --search shop` */
function inWords(options: Typed): string {
  const given = ['state', 'older-than', 'search'].filter(name => options[name] !== undefined);
  return given.map(name => `--${name} ${printableInLine(String(options[name]))}`).join(' ');
}
