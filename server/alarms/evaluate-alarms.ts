import { IsolationLevel, UniqueConstraintViolationException } from '@mikro-orm/core';
import type { Logger } from 'pino';
import type { Configuration } from '../configuration/configuration.ts';
import { groupOf } from '../configuration/group-of.ts';
import { AlarmRound } from '../entities/alarms/alarm-round.entity.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { query } from '../history/tables.ts';
import type { PageLinks } from '../notifications/notification.ts';
import { enqueue } from '../notifications/outbox.ts';
import { isChanged, readAlarms, readChanges, writeAlarms } from './alarm-rows.ts';
import { reconcile } from './changes/reconcile.ts';
import { readConditions } from './conditions/read-conditions.ts';
import { forgetOldAlarms } from './forget-old-alarms.ts';
import { freshnessEndings } from './looking/endings.ts';
import type { Looking } from './looking/looking.ts';
import type { AlarmState } from './model/alarm-state.ts';
import { type Condition, keyOf } from './model/condition.ts';
import { sharesOf } from './telling/channels-for.ts';
import { messageOf } from './telling/message.ts';
import { afterTelling, MESSAGES_LOOKED_AT, type News, toTell } from './telling/what-to-tell.ts';

export interface Evaluating extends Pick<Looking, 'em' | 'now' | 'space' | 'bytesPerDay'> {
  readonly configuration: Configuration;
  readonly log: Logger;
  /** For links to the dashboard; without it messages have none. */
  readonly pages?: PageLinks | undefined;
}

/** What an evaluation did. */
export interface Evaluated {
  readonly opened: number;
  readonly closed: number;
  /** How many alarms were told, reminders among them. */
  readonly told: number;
}

const NOTHING: Evaluated = { opened: 0, closed: 0, told: 0 };

/**
 * Compares what is not as it should be with the open alarms, opens and closes alarms, and puts what is to be told into the outbox:
 * in one transaction, so that a crash neither loses nor doubles a message. Where nothing has changed, nothing is written. Of two
 * evaluations at once one does it, and the other does nothing.
 * @throws the error of the store's driver
 */
export async function evaluateAlarms(parts: Evaluating): Promise<Evaluated> {
  const { em, now, configuration } = parts;
  const round = await readRound(em);
  const before = await readAlarms(em);
  const conditions = await readConditions({ ...parts, openSubjects: subjectsOf(before) });
  const compared = await compare(parts, before, conditions);
  const { timezone, quietHours, alarms } = configuration;
  const { remindEveryMs } = alarms;
  const messagesAt = await readMessages(em);
  const news = toTell(compared, { now, timezone, quietHours, remindEveryMs, messagesAt });
  const after = withTold(compared, news, now);
  const known = new Map(before.map(alarm => [alarm.id, alarm]));
  if (news.length === 0 && after.every(alarm => known.has(alarm.id) && !isChanged(known.get(alarm.id)!, alarm)))
    return NOTHING;
  const wasFirst = await write(parts, { round, before, after, news });
  if (!wasFirst) return NOTHING;
  const opened = after.filter(({ id }) => id === undefined).length;
  if (opened > 0) await forgetOldAlarms(em.fork(), now, { atMost: 2 * opened + 100 });
  return {
    opened,
    closed: after.filter(({ id, closedAt }) => closedAt !== null && known.get(id)?.closedAt === null).length,
    told: news.length,
  };
}

function subjectsOf(alarms: readonly AlarmState[]): Looking['openSubjects'] {
  const open = Map.groupBy(
    alarms.filter(({ closedAt }) => closedAt === null),
    ({ kind }) => kind,
  );
  return kind => (open.get(kind) ?? []).map(({ subject }) => subject);
}

async function compare({ em, now, configuration }: Evaluating, before: readonly AlarmState[], conditions: Condition[]) {
  const wanted = new Set(conditions.map(keyOf));
  const open = before.filter(({ closedAt }) => closedAt === null);
  const known = new Set(open.map(({ alarmKey }) => alarmKey));
  const ending = open.filter(({ alarmKey }) => !wanted.has(alarmKey));
  const changing = [...ending.map(({ alarmKey }) => alarmKey), ...[...wanted].filter(key => !known.has(key))];
  const changes = await readChanges(em, changing, now);
  const names = ending.flatMap(({ kind, databaseName }) => (OF_FRESHNESS.has(kind) ? (databaseName ?? []) : []));
  const endings = await freshnessEndings(em, [...new Set(names)], configuration.timezone);
  return reconcile(before, conditions, {
    now,
    groupOf: ({ database, rosterGroup }) =>
      database === undefined ? undefined : groupOf(configuration, database, rosterGroup),
    endingOf: ({ kind, databaseName }) => (OF_FRESHNESS.has(kind) ? endings.get(databaseName ?? '') : undefined),
    changesOf: key => changes.get(key) ?? 0,
  });
}

const OF_FRESHNESS: ReadonlySet<string> = new Set(['late', 'critical', 'never', 'dropped']);

function withTold(alarms: readonly AlarmState[], news: readonly News[], now: Date): AlarmState[] {
  const told = new Map(news.map(item => [item.alarm, item]));
  return alarms.map(alarm => {
    const item = told.get(alarm);
    return item ? afterTelling(item, now) : alarm;
  });
}

interface Result {
  readonly round: number | undefined;
  readonly before: readonly AlarmState[];
  readonly after: readonly AlarmState[];
  readonly news: readonly News[];
}

/** @returns false when another evaluation was faster: then all that was read is old, and nothing is written */
async function write({ em, now, configuration, log, pages }: Evaluating, result: Result): Promise<boolean> {
  const { round, before, after, news } = result;
  const shared = sharesOf(news, configuration);
  try {
    await em.fork().transactional(
      async own => {
        if (!(await takeRound(own, round, now))) throw new Overtaken();
        await writeAlarms(own, before, after);
        for (const [i, { channels, news }] of shared.entries())
          await enqueue(own, {
            channels,
            dedupeKey: `alarms ${(round ?? 0) + 1} ${i} ${now.toISOString()}`,
            notification: messageOf(news, now, pages),
            now,
          });
      },
      { isolationLevel: IsolationLevel.READ_COMMITTED },
    );
  } catch (error) {
    if (error instanceof Overtaken || error instanceof UniqueConstraintViolationException) return false;
    throw error;
  }
  for (const { channels, news } of shared)
    if (channels.length === 0)
      log.error(messageOf(news, now, pages), 'An alarm reaches no one: lumbung.yaml has no channels');
  return true;
}

class Overtaken extends Error {}

/** @returns when the newest messages about alarms were made; one that goes to several channels counts once */
async function readMessages(em: EntityManager): Promise<Date[]> {
  const rows = await readRows(em, MESSAGES);
  return [...new Set(rows.map(({ madeAt }) => madeAt.getTime()))].slice(0, MESSAGES_LOOKED_AT).map(at => new Date(at));
}

/** One row for each channel. */
const MESSAGES = query
  .selectFrom('outbox as o')
  .where('o.dedupe_key', 'like', 'alarms %')
  .orderBy('o.id', 'desc')
  .limit(20 * MESSAGES_LOOKED_AT)
  .select('o.made_at as madeAt');

async function readRound(em: EntityManager): Promise<number | undefined> {
  const [row] = await readRows(em, query.selectFrom('alarm_rounds as r').where('r.id', '=', 1).select('r.round'));
  return row && Number(row.round);
}

/** The row is locked until the transaction ends: one that comes meanwhile waits, and finds another round. */
async function takeRound(em: EntityManager, round: number | undefined, now: Date): Promise<boolean> {
  if (round === undefined) {
    await em.insert(AlarmRound, { id: 1, round: 1, endedAt: now });
    return true;
  }
  return (await em.nativeUpdate(AlarmRound, { id: 1, round }, { round: round + 1, endedAt: now })) === 1;
}
