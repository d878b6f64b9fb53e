import { type FoundLoss, lossOfIncomplete } from '../losses.ts';
import { EXIT } from '../problems.ts';
import { Service } from '../service.ts';
import { readServer } from '../settings.ts';
import { printableInLine, printableJson } from '../terminal/printable.ts';
import type { CommandContext } from './command.ts';
import { DEFAULT_OLDER_THAN, duration, filtered, readListFilter } from './list-filter.ts';
import { renderList } from './list-screen.ts';
import { viewOf } from './list-view.ts';

/**
 * `sade list`: the databases that the service knows, each with what its latest backup is worth and how old the newest complete one
 * is, the worst first.
 * @returns 0, whatever they are worth: `sade doctor` is the one that judges
 * @throws {ConfigurationError} {ExplainedError}
 */
export async function list(options: Record<string, unknown>, { env, stdout, signal }: CommandContext): Promise<number> {
  const filter = readListFilter(options);
  const service = new Service(readServer(options, env), signal);
  const answers = await service.databases();
  const found = new Map<string, FoundLoss>();
  for (const { database_name, latest_backup } of answers) {
    const loss = await lossOfIncomplete(latest_backup, id => service.report(id));
    if (loss) found.set(database_name, loss);
  }
  const now = new Date();
  const staleMs = filter.olderThanMs ?? duration(DEFAULT_OLDER_THAN);
  const all = answers.map(answer => viewOf(answer, found.get(answer.database_name), { now, staleMs }));
  const databases = filtered(all, filter);
  if (options.json) stdout.write(`${printableJson(databases.map(({ answer }) => answer))}\n`);
  else if (all.length === 0) stdout.write('The service has no backups yet.\n');
  else if (databases.length === 0) stdout.write(`None of the ${all.length} databases matches ${inWords(options)}.\n`);
  else {
    const { olderThan } = filter;
    const screen = {
      databases,
      total: all.length,
      staleMs,
      olderThan,
      isWide: options.wide === true,
      server: options.server,
      now,
    };
    stdout.write(renderList(screen, stdout));
  }
  return EXIT.ok;
}

/** @returns the filters as they were given, such as `--state damaged --search shop` */
function inWords(options: Record<string, unknown>): string {
  const given = ['state', 'older-than', 'search'].filter(name => options[name] !== undefined);
  return given.map(name => `--${name} ${printableInLine(String(options[name]))}`).join(' ');
}
