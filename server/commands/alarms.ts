import { parseArgs } from 'node:util';
import { minuteOf } from '../../protocol/texts/minute.ts';
import { acknowledgeAlarm } from '../alarms/acknowledge.ts';
import { detailOf, isAcknowledged, listOpen, type OpenCause } from '../alarms/list-open.ts';
import { findAlarm, type ListedAlarm } from '../alarms/search-alarms.ts';
import { EVERYTHING } from '../auth/scope.ts';
import { callingUser, userDecides } from '../decisions/who-decides.ts';
import { messageOf } from '../errors/error-code.ts';
import { notFound } from '../errors/errors.ts';
import { oneReason } from '../pins/reason.ts';
import { durationMs } from '../tokens/wanted-token.ts';
import type { Streams } from './command.ts';
import { type CommandStores, NO_TOKEN, withStores } from './with-stores.ts';

const USAGE = `Lists the open alarms, and acknowledges one that someone sees to, also while the service runs.
sudo lumbung runs it as the user of the service, with its variables.

  sudo lumbung alarms
  sudo lumbung alarms acknowledge ID… --reason WHY [--until INSTANT | --for TIME] [--by NAME]

alarms       lists what is open, each cause once: what no one sees to first
acknowledge  stops the reminders. That it gets worse or is over is reported anyway
  --reason   why no reminders are needed, such as: new disk on Monday
  --until    when the reminders come again, such as 2026-12-07 or 2026-12-07T09:00Z; never, when left out
  --for      the same as a time from now on, such as 8h or 3d
  --by       who sees to it; "user" and your name on this machine when left out
`;

const OPTIONS = {
  reason: { type: 'string' },
  until: { type: 'string' },
  for: { type: 'string' },
  by: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/**
 * What `lumbung alarms …` does.
 * @param args behind `alarms`
 * @returns the exit code: 0, or 1 when it could not be done
 */
export async function runAlarmsCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { out, err }: Streams,
): Promise<number> {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const [command = 'list', ...ids] = positionals;
    if (values.help) out.write(USAGE);
    else if (command === 'list' && ids.length === 0 && isBare(values))
      return await withStores(env, err, async ({ em }) => {
        out.write(await openInWords(em));
        return 0;
      });
    else if (command === 'acknowledge' && ids.length > 0) {
      const now = new Date();
      const wanted = { by: oneReason(values.by ?? userDecides()), reason: reasonIn(values), until: endOf(values, now) };
      return await withStores(env, err, stores => acknowledgeAll({ ...stores, err, now, ...wanted }, ids));
    } else throw new Error(`alarms takes no more, or "acknowledge ID… --reason WHY". ${HELP}`);
    return 0;
  } catch (error) {
    err.write(`${messageOf(error)}\n`);
    return 1;
  }
}

const HELP = 'sudo lumbung alarms --help shows more';

interface Values {
  readonly reason?: string | undefined;
  readonly until?: string | undefined;
  readonly for?: string | undefined;
  readonly by?: string | undefined;
}

function isBare({ reason, until, for: span, by }: Values): boolean {
  return [reason, until, span, by].every(value => value === undefined);
}

function reasonIn({ reason }: Values): string {
  if (reason === undefined) throw new Error(`acknowledge needs a reason: --reason WHY. ${HELP}`);
  return oneReason(reason);
}

/** @throws Error when both are given, or one is no time */
function endOf({ until, for: span }: Values, now: Date): Date | undefined {
  if (until !== undefined && span !== undefined) throw new Error('acknowledge takes --until or --for, and not both');
  if (span !== undefined) return new Date(now.getTime() + durationMs('for', span));
  if (until === undefined) return undefined;
  const end = new Date(until);
  if (Number.isNaN(end.getTime()))
    throw new Error(`--until must be a time such as 2026-12-07 or 2026-12-07T09:00Z, and not "${until}"`);
  return end;
}

interface Acknowledging extends CommandStores, Pick<Streams, 'err'> {
  readonly now: Date;
  readonly by: string;
  readonly reason: string;
  readonly until: Date | undefined;
}

/** One that can't be acknowledged keeps no other from it. */
async function acknowledgeAll(acknowledging: Acknowledging, ids: readonly string[]): Promise<number> {
  let code = 0;
  for (const id of ids)
    try {
      await acknowledgeOne(acknowledging, id);
    } catch (error) {
      acknowledging.err.write(`${printable(messageOf(error))}\n`);
      code = 1;
    }
  return code;
}

async function acknowledgeOne({ em, audit, err, now, ...wanted }: Acknowledging, text: string): Promise<void> {
  const reading = { em: em.fork(), scope: EVERYTHING };
  const id = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
  if (id === undefined) throw new Error(`${text} is not the id of an alarm: sudo lumbung alarms lists them`);
  const alarm = await findAlarm(reading, id);
  if (!alarm) throw notFound('ALARM_NOT_FOUND', `No alarm has the id ${id}: sudo lumbung alarms lists them`);
  const { kind, subject, databaseName } = alarm;
  const { by, reason, until } = wanted;
  const detail = { alarm: id, kind, subject, by, reason, until: until ?? null, system_user: callingUser() };
  const deed = { actor: NO_TOKEN, action: 'alarm_acknowledge', database: databaseName ?? undefined, detail } as const;
  await audit.change(deed, () => acknowledgeAlarm(reading, id, wanted, now));
  const end = until ? `until ${minuteOf(until)}` : 'until it is over';
  err.write(`Acknowledged the alarm ${id}, ${end}: ${printable(alarm.summary)}\n`);
}

async function openInWords(em: CommandStores['em']): Promise<string> {
  const now = new Date();
  const { causes, isCut } = await listOpen({ em: em.fork(), scope: EVERYTHING }, now);
  if (causes.length === 0) return 'No alarm is open.\n';
  const more = isCut ? ['There are more, which are not listed.'] : [];
  return `${[...causes.map(cause => causeInWords(cause, now)), ...more].join('\n')}\n`;
}

/** So many entries of a cause are listed. */
const MOST_ENTRIES = 50;

function causeInWords({ alarms, explained, advice }: OpenCause, now: Date): string {
  const shown = alarms.slice(0, MOST_ENTRIES).flatMap(alarm => alarmInWords(alarm, now));
  const hidden = alarms.length - Math.min(alarms.length, MOST_ENTRIES);
  const lines = [
    ...shown,
    ...(hidden > 0 ? [`… and ${hidden} more of the same cause`] : []),
    ...(explained.length > 0 ? [`  It explains ${explained.length} more: ${subjects(explained)}`] : []),
    ...advice.slice(0, 3).map(text => `  What to do: ${text}`),
  ];
  return lines.map(line => `${printable(line)}\n`).join('');
}

function alarmInWords(alarm: ListedAlarm, now: Date): string[] {
  const { id, severity, since, summary, acknowledgedBy, acknowledgedFor, acknowledgedUntil } = alarm;
  const end = acknowledgedUntil ? `, until ${minuteOf(acknowledgedUntil)}` : '';
  const databases = detailOf(alarm).databases ?? [];
  return [
    `${id}  ${severity}  since ${minuteOf(since)}  ${summary}`,
    ...(databases.length > 0
      ? [`  ${databases.slice(0, MOST_ENTRIES).join(', ')}${databases.length > MOST_ENTRIES ? ', …' : ''}`]
      : []),
    ...(isAcknowledged(alarm, now) ? [`  Acknowledged by ${acknowledgedBy}${end}: ${acknowledgedFor}`] : []),
  ];
}

function subjects(alarms: readonly ListedAlarm[]): string {
  const names = alarms.slice(0, MOST_ENTRIES).map(({ kind, subject }) => `${subject} (${kind})`);
  return names.join(', ') + (alarms.length > MOST_ENTRIES ? ', …' : '');
}

/** What a client reported, and names of databases, may have characters that a terminal obeys. */
function printable(line: string): string {
  return line.toWellFormed().replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ');
}
