import { parseArgs } from 'node:util';
import { parseDuration } from '../../protocol/contract.ts';
import { minuteOf } from '../../protocol/texts/minute.ts';
import { openConfiguration } from '../configuration/reading/configuration-file.ts';
import { callingUser, userDecides } from '../decisions/who-decides.ts';
import { messageOf } from '../errors/error-code.ts';
import { type Deciding, type Decision, pauseDatabase, resumeDatabase, retireDatabase } from '../freshness/decide.ts';
import type { WatchedRow } from '../freshness/read-facts.ts';
import type { Streams } from './command.ts';
import { type CommandStores, errorsTo, NO_TOKEN, withStores } from './with-stores.ts';

const USAGE = `Tells Lumbung of which databases no backup is expected, also while the service runs.
sudo lumbung runs it as the user of the service, with its variables.

  sudo lumbung pause DATABASE… --for TIME --reason TEXT [--by NAME]
  sudo lumbung pause DATABASE… --until INSTANT --reason TEXT [--by NAME]
  sudo lumbung retire DATABASE… --reason TEXT [--by NAME]
  sudo lumbung resume DATABASE…

pause    expects no backup for a while: 90 days at most. A pause that goes on gets the new end
  --for     how long, such as 14d or 12h
  --until   until when, such as 2026-12-24 or 2026-12-24T06:00Z
retire   expects no backup any more. The backups stay
resume   expects backups again: ends a pause, or takes a retirement back
  --reason  why, in one line
  --by      who decided it; "user" and your name on this machine when left out
`;

export type WatchCommand = 'pause' | 'resume' | 'retire';

/**
 * What `lumbung pause|resume|retire …` does.
 * @param args behind the command
 * @returns the exit code: 0, or 1 when it could not be done for one of the databases
 */
export async function runWatchCommand(
  command: WatchCommand,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { out, err }: Streams,
): Promise<number> {
  try {
    if (args.length === 0 || args.includes('--help')) {
      out.write(USAGE);
      return 0;
    }
    const { values, positionals: databases } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    if (databases.length === 0) throw new Error(`${command} takes the names of databases: see ${command} --help`);
    const now = new Date();
    const decided = { by: values.by ?? userDecides(), reason: values.reason ?? '' };
    const until = command === 'pause' ? endOf(values, now) : undefined;
    return await withStores(env, err, async stores => {
      const { em, storage, config } = stores;
      const { current } = await openConfiguration({ path: config.configFile, env, log: errorsTo(err) });
      const parts: Deciding = { em, storage, configuration: current(), now };
      const change = auditing(stores, command);
      const detail = command === 'resume' ? {} : { ...decided, ...(until && { until }) };
      let code = 0;
      for (const database of databases)
        try {
          const row = await change(database, detail, () => decide(database, parts, command, { ...decided, until }));
          out.write(`${database} is ${inWords(row)}\n`);
        } catch (error) {
          err.write(`${database}: ${messageOf(error)}\n`);
          code = 1;
        }
      return code;
    });
  } catch (error) {
    err.write(`${messageOf(error)}\n`);
    return 1;
  }
}

/** @param decided has `until` for a pause */
function decide(
  database: string,
  parts: Deciding,
  command: WatchCommand,
  { until, ...decided }: Decision & { readonly until: Date | undefined },
): Promise<WatchedRow> {
  if (command === 'resume') return resumeDatabase(parts, database);
  if (command === 'retire') return retireDatabase(parts, database, decided);
  return pauseDatabase(parts, database, { ...decided, until: until! });
}

const OPTIONS = {
  for: { type: 'string' },
  until: { type: 'string' },
  reason: { type: 'string' },
  by: { type: 'string' },
} as const;

/** @throws Error when neither or both are given, or one is no time */
function endOf({ for: span, until }: { for?: string | undefined; until?: string | undefined }, now: Date): Date {
  if ((span === undefined) === (until === undefined))
    throw new Error('pause needs an end: --for 14d, or --until 2026-12-24');
  if (until !== undefined) {
    const end = new Date(until);
    if (Number.isNaN(end.getTime())) throw new Error(`--until must be a time such as 2026-12-24, and not "${until}"`);
    return end;
  }
  const ms = parseDuration(span);
  if (typeof ms === 'string') throw new Error(`--for ${ms}`);
  return new Date(now.getTime() + ms);
}

function inWords({ state, paused_until: until, due_at: due }: WatchedRow): string {
  if (state === 'paused') return `paused until ${minuteOf(until!)}`;
  return due ? `${state}: a complete backup is due on ${minuteOf(due)}` : state;
}

/** @returns what does something with an entry in the audit trail */
function auditing({ audit }: CommandStores, action: WatchCommand) {
  return <T>(database: string, detail: Record<string, unknown>, act: () => Promise<T>) =>
    audit.change({ actor: NO_TOKEN, action, database, detail: { ...detail, system_user: callingUser() } }, act);
}
