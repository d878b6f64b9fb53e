import type { BackupSummary, DatabaseHistory } from '../../protocol/responses.ts';
import { EXIT, ExplainedError } from '../errors.ts';
import { lossOfIncomplete } from '../losses/losses.ts';
import { reachedBy } from '../options/command-line.ts';
import type { Typed } from '../options/option.ts';
import { readCommand } from '../options/settings.ts';
import { namedHistory } from '../service/named-history.ts';
import type { Service } from '../service/service.ts';
import { formatCount } from '../terminal/format.ts';
import { printableInLine, printableJson } from '../terminal/printable.ts';
import { type CommandContext, openService } from './command.ts';
import { renderHistory } from './screens/history-screen.ts';

/** So many nights are a month; on a terminal more would scroll away. */
const ON_A_TERMINAL = 30;

/** The most that the service gives in one answer. */
const PAGE = 1000;

/**
 * `sade history DATABASE`: the backups of one database, newest first; on a terminal the last 30 unless `--limit` says otherwise.
 * @throws {ConfigurationError} {ExplainedError}
 */
export async function history(database: string, options: Typed, context: CommandContext): Promise<number> {
  const { env, stdout } = context;
  const { json, wide, ...given } = readCommand('history', options, env);
  const limit = given.limit ?? (stdout.isTTY && !json ? ON_A_TERMINAL : undefined);
  const service = await openService(given, context);
  const { histories, ...rest } = await pages(service, database, limit);
  if (json) stdout.write(`${printableJson(histories)}\n`);
  else if (histories.length === 0) stdout.write(`The service has no backups of ${printableInLine(database)}.\n`);
  else {
    const found = await lossOfIncomplete(histories[0], id => service.report(id));
    const screen = {
      ...rest,
      histories,
      found,
      isWide: wide,
      server: reachedBy(options),
      now: new Date(),
    };
    stdout.write(renderHistory(screen, stdout));
  }
  return EXIT.ok;
}

/** 270 years of nights: a service that lists more is not Lumbung. */
const MOST = 100_000;

/** Asks for as many as are wanted, a page at a time: a history may be years long. @throws {ExplainedError} when it never ends */
async function pages(service: Service, database: string, limit: number | undefined): Promise<DatabaseHistory['data']> {
  const wanted = limit ?? Number.POSITIVE_INFINITY;
  const first = await namedHistory(service, database, { limit: Math.min(wanted, PAGE) });
  const histories: BackupSummary[] = [...first.histories];
  for (let size = histories.length; size === PAGE && histories.length < wanted; ) {
    const page = { limit: Math.min(wanted - histories.length, PAGE), before: histories.at(-1)!.id };
    const next = (await service.history(database, page)).histories;
    histories.push(...next);
    size = next.length;
    if (histories.length > MOST)
      throw new ExplainedError(`the service lists more than ${formatCount(MOST)} backups of one database`, {
        advice: 'Check --server: something else seems to answer there.',
      });
  }
  return { ...first, histories };
}
