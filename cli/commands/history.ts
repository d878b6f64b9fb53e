import type { BackupSummary, DatabaseHistory } from '../../protocol/responses.ts';
import { ConfigurationError, EXIT, ExplainedError } from '../errors.ts';
import { readServer } from '../options/settings.ts';
import { lossOfIncomplete } from '../restore/losses.ts';
import { namedHistory } from '../service/named-history.ts';
import { Service } from '../service/service.ts';
import { formatCount } from '../terminal/format.ts';
import { printableJson } from '../terminal/printable.ts';
import type { CommandContext } from './command.ts';
import { renderHistory } from './screens/history-screen.ts';

/** So many nights are a month; on a terminal more would scroll away. */
const ON_A_TERMINAL = 30;

/** The most that the service gives in one answer. */
const PAGE = 1000;

/**
 * `sade history DATABASE`: the backups of one database, newest first; on a terminal the last 30 unless `--limit` says otherwise.
 * @throws {ConfigurationError} {ExplainedError}
 */
export async function history(
  database: string,
  options: Record<string, unknown>,
  { env, stdout, signal }: CommandContext,
): Promise<number> {
  const limit = readLimit(options.limit) ?? (stdout.isTTY && !options.json ? ON_A_TERMINAL : undefined);
  const service = new Service(readServer(options, env), signal);
  const { histories, ...rest } = await pages(service, database, limit);
  if (options.json) stdout.write(`${printableJson(histories)}\n`);
  else if (histories.length === 0) stdout.write('There are no backups of that database.\n');
  else {
    const found = await lossOfIncomplete(histories[0], id => service.report(id));
    const screen = {
      ...rest,
      histories,
      found,
      isWide: options.wide === true,
      server: options.server,
      now: new Date(),
    };
    stdout.write(renderHistory(screen, stdout));
  }
  return EXIT.ok;
}

/** @returns undefined where nothing is given @throws {ConfigurationError} */
function readLimit(option: unknown): number | undefined {
  if (option === undefined) return undefined;
  const text = String(Array.isArray(option) ? option.at(-1) : option);
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new ConfigurationError([`--limit is ${JSON.stringify(text)} and must be a whole number from 1 to 9999999`]);
}

/** 270 years of nights: what gives more is no service of ours. */
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
      throw new ExplainedError(`the service gives more than ${formatCount(MOST)} backups of one database`, {
        advice: 'Check --server: something else seems to answer there.',
      });
  }
  return { ...first, histories };
}
