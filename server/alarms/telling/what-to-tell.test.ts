import { expect } from 'chai';
import fc from 'fast-check';
import { reconcile } from '../changes/reconcile.ts';
import type { AlarmState } from '../model/alarm-state.ts';
import type { Condition } from '../model/condition.ts';
import { afterTelling, GROUP_INTERVAL_MS, GROUP_WAIT_MS, type News, toTell } from './what-to-tell.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.parse('2026-11-30T12:00:00Z');

/** Evaluates conditions one round after the other, as the service does, without a history. */
class Rounds {
  alarms: AlarmState[] = [];
  readonly all = new Map<number, AlarmState>();
  readonly told: Array<News & { at: number }> = [];
  quietHours: { from: string; to: string } | undefined;
  now = START;
  #ids = 0;

  /** @returns what was told in this round */
  at(now: number, conditions: readonly Condition[]): News[] {
    this.now = now;
    const date = new Date(now);
    const compared = reconcile(this.alarms, conditions, {
      now: date,
      groupOf: () => undefined,
      endingOf: () => undefined,
      changesOf: key => this.#changes(key),
    });
    const news = toTell(compared, { now: date, timezone: 'UTC', quietHours: this.quietHours, remindEveryMs: DAY });
    const told = new Map(news.map(item => [item.alarm, item]));
    const after = compared
      .map(alarm => (told.has(alarm) ? afterTelling(told.get(alarm)!, date) : alarm))
      .map(alarm => ({ ...alarm, id: alarm.id ?? ++this.#ids }));
    for (const alarm of after) this.all.set(alarm.id, alarm);
    this.alarms = after.filter(({ closedAt, untoldSince }) => closedAt === null || untoldSince !== null);
    this.told.push(...news.map(item => ({ ...item, at: now })));
    return news;
  }

  /** Goes on with the same conditions, a minute at a time. @returns what was told */
  pass(ms: number, conditions: readonly Condition[], step = MINUTE): News[] {
    const end = this.now + ms;
    const told: News[] = [];
    while (this.now < end) told.push(...this.at(this.now + step, conditions));
    return told;
  }

  #changes(key: string): number {
    const since = this.now - 7 * DAY;
    const closed = [...this.all.values()].filter(alarm => alarm.alarmKey === key && alarm.closedAt);
    const times = closed.flatMap(({ openedAt, closedAt }) => [openedAt, closedAt!]);
    return times.filter(at => at.getTime() > since).length;
  }
}

function condition(kind: Condition['kind'], subject: string, more: Partial<Condition> = {}): Condition {
  const severity = kind === 'critical' ? 'critical' : 'warning';
  const base = {
    kind,
    subject,
    severity,
    since: new Date(START),
    summary: `${subject}: ${kind}`,
    advice: 'Act',
  } as const;
  return { ...base, database: subject, source: 'db7', ...more };
}

const briefly = (news: readonly News[]) => news.map(({ alarm, as }) => `${as} ${alarm.kind} ${alarm.subject}`);

describe('the messages about alarms', () => {
  let rounds: Rounds;
  beforeEach(() => {
    rounds = new Rounds();
  });

  it('tells that a database is late once, and once that it no longer is', () => {
    const late = [condition('late', 'pt_xyz')];
    expect(briefly(rounds.pass(12 * HOUR, late))).to.deep.equal(['opened late pt_xyz']);
    expect(briefly(rounds.pass(12 * HOUR, []))).to.deep.equal(['closed late pt_xyz']);
  });

  it('waits for the other alarms of a run, and tells them together', () => {
    const some = ['a', 'b', 'c'].map(name => condition('run_failed', name));
    rounds.at(START, some.slice(0, 1));
    expect(rounds.at(START + MINUTE, some)).to.deep.equal([]);
    expect(briefly(rounds.at(START + GROUP_WAIT_MS, some))).to.have.length(3);
  });

  it('tells what follows in the same group together half an hour later', () => {
    const some = ['a', 'b', 'c'].map(name => condition('late', name));
    rounds.at(START, some.slice(0, 1));
    rounds.at(START + GROUP_WAIT_MS, some.slice(0, 1));
    rounds.at(START + 3 * MINUTE, some.slice(0, 2));
    const told = rounds.pass(GROUP_INTERVAL_MS - MINUTE, some);
    expect(briefly(told)).to.deep.equal(['opened late b', 'opened late c']);
  });

  it('makes one alarm of late and critical, and tells once that it has grown worse', () => {
    rounds.pass(HOUR, [condition('late', 'pt_xyz')]);
    const told = rounds.pass(12 * HOUR, [condition('critical', 'pt_xyz')]);
    expect(briefly(told)).to.deep.equal(['worse critical pt_xyz']);
    expect(rounds.all.size).to.equal(1);
  });

  it('tells only that a run is missing, and not that its databases are late', () => {
    const missing = condition('run_missing', 'db7', { database: undefined, databases: ['a', 'b'] });
    const both = [missing, condition('late', 'a'), condition('late', 'b')];
    expect(briefly(rounds.pass(12 * HOUR, both))).to.deep.equal(['opened run_missing db7']);
    expect(briefly(rounds.pass(12 * HOUR, both.slice(1)))).to.have.members([
      'closed run_missing db7',
      'opened late a',
      'opened late b',
    ]);
  });

  it('tells that a database was not backed up, not that it is late too, but that a second backup is missing', () => {
    const failed = condition('run_failed', 'a');
    expect(briefly(rounds.pass(HOUR, [failed, condition('late', 'a')]))).to.deep.equal(['opened run_failed a']);
    expect(briefly(rounds.pass(2 * HOUR, [failed, condition('critical', 'a')]))).to.deep.equal(['opened critical a']);
  });

  it('tells nothing of late databases while the storage takes no backups, but tells them while it is only low', () => {
    const storage = { database: undefined, source: undefined } as const;
    const low = condition('storage_low', 'storage', storage);
    const full = { ...low, severity: 'critical' } as const;
    expect(briefly(rounds.pass(HOUR, [full, condition('late', 'a')]))).to.deep.equal(['opened storage_low storage']);
    expect(briefly(rounds.pass(HOUR, [low, condition('late', 'a')]))).to.deep.equal(['opened late a']);
  });

  it('reminds once a day, of all that is open, until someone acknowledges it; the closing is told', () => {
    const open = [condition('late', 'a'), condition('dropped', 'b', { source: 'db8' })];
    rounds.at(START, open.slice(0, 1));
    rounds.pass(6 * HOUR, open.slice(0, 1));
    rounds.pass(HOUR, open);
    const told = rounds.pass(3 * DAY, open);
    expect(briefly(told)).to.deep.equal(Array(3).fill(['reminder late a', 'reminder dropped b']).flat());
    rounds.alarms = rounds.alarms.map(alarm => ({ ...alarm, acknowledgedAt: new Date(rounds.now) }));
    expect(rounds.pass(3 * DAY, open)).to.deep.equal([]);
    expect(briefly(rounds.pass(HOUR, []))).to.deep.equal(['closed late a', 'closed dropped b']);
  });

  it('reminds again when an acknowledgement has ended', () => {
    const open = [condition('late', 'a')];
    rounds.pass(HOUR, open);
    const [acknowledgedAt, acknowledgedUntil] = [new Date(rounds.now), new Date(rounds.now + 3 * DAY)];
    rounds.alarms = rounds.alarms.map(alarm => ({ ...alarm, acknowledgedAt, acknowledgedUntil }));
    expect(rounds.pass(3 * DAY - MINUTE, open)).to.deep.equal([]);
    expect(briefly(rounds.pass(2 * MINUTE, open))).to.deep.equal(['reminder late a']);
  });

  it('keeps what is not critical for the end of the quiet hours, and tells it together then', () => {
    rounds.quietHours = { from: '22:00', to: '07:00' };
    const evening = START + 11 * HOUR;
    rounds.at(evening, [condition('late', 'a')]);
    expect(rounds.pass(HOUR, [condition('late', 'a')])).to.deep.equal([]);
    const other = condition('incomplete', 'b', { source: 'db8' });
    const loud = condition('damaged', 'c', { severity: 'critical', source: 'db9' });
    expect(briefly(rounds.pass(4 * HOUR, [condition('late', 'a'), other, loud]))).to.deep.equal(['opened damaged c']);
    const told = rounds.pass(4 * HOUR, [other, loud]);
    expect(new Set(rounds.told.slice(1).map(({ at }) => at)).size).to.equal(1);
    expect(briefly(told)).to.deep.equal(['closed late a', 'opened incomplete b']);
  });

  it('gives one notice of an alarm that changes more than 4 times a week, and tells it again when it is stable', () => {
    const failed = [condition('run_failed', 'a')];
    const told = [0, 1, 2, 3, 4, 5].flatMap(day => rounds.pass(DAY, day % 2 === 0 ? failed : [], 10 * MINUTE));
    expect(briefly(told)).to.deep.equal([
      'opened run_failed a',
      'closed run_failed a',
      'opened run_failed a',
      'closed run_failed a',
      'flapping run_failed a',
    ]);
    expect(briefly(rounds.pass(7 * DAY, [], 10 * MINUTE))).to.deep.equal(['stable run_failed a']);
    expect(briefly(rounds.pass(DAY, failed))).to.deep.equal(['opened run_failed a']);
  });

  it('tells that one that changes too often is critical', () => {
    for (const day of [0, 1, 2, 3, 4]) rounds.pass(DAY, day % 2 === 0 ? [condition('late', 'a')] : [], 10 * MINUTE);
    rounds.told.length = 0;
    rounds.pass(2 * DAY, [condition('critical', 'a')], 10 * MINUTE);
    expect(briefly(rounds.told)).to.deep.equal(['worse critical a']);
  });

  it('goes on when the clock was set back by a day', () => {
    rounds.pass(2 * DAY, [condition('late', 'a')]);
    rounds.now -= DAY;
    expect(briefly(rounds.pass(HOUR, []))).to.deep.equal(['closed late a']);
  });
});

describe('the messages about any series of conditions', () => {
  const KINDS = ['late', 'critical', 'run_failed', 'run_missing', 'storage_low', 'damaged'] as const;
  const steps = fc.array(
    fc.record({
      wait: fc.constantFrom(MINUTE, 5 * MINUTE, HOUR, 7 * HOUR, DAY),
      present: fc.uniqueArray(fc.nat(11), { maxLength: 6 }),
      acknowledges: fc.boolean(),
    }),
    { minLength: 1, maxLength: 40 },
  );
  const possible: Condition[] = ['a', 'b'].flatMap(name =>
    KINDS.map(kind =>
      condition(kind, kind === 'run_missing' ? 'db7' : kind === 'storage_low' ? 'storage' : name, {
        ...(kind === 'run_missing' && { database: undefined, databases: ['a', 'b'] }),
        ...(kind === 'storage_low' && { database: undefined, source: undefined }),
        severity: kind === 'critical' || (kind !== 'late' && name === 'b') ? 'critical' : 'warning',
      }),
    ),
  );
  const quiet = fc.constantFrom(undefined, { from: '22:00', to: '07:00' });

  it('has each transition once, nothing without a change or a reminder that is due, and nothing is missed', () => {
    fc.assert(
      fc.property(steps, quiet, (steps, quietHours) => {
        const rounds = new Rounds();
        rounds.quietHours = quietHours;
        let present: Condition[] = [];
        for (const { wait, present: indexes, acknowledges } of steps) {
          present = indexes.map(i => possible[i]!);
          rounds.at(rounds.now + wait, present);
          if (acknowledges)
            rounds.alarms = rounds.alarms.map(alarm => ({ ...alarm, acknowledgedAt: new Date(rounds.now) }));
        }
        // All is quiet for so long that what is held back must have been told.
        rounds.pass(5 * DAY, present, 30 * MINUTE);
        checkHistories(rounds);
        checkEnd(rounds);
      }),
      { numRuns: 100 },
    );
  });

  function checkHistories({ told }: Rounds) {
    for (const [id, news] of Map.groupBy(told, ({ alarm }) => alarm.id)) {
      const of = (as: News['as']) => news.filter(item => item.as === as);
      expect(of('opened').length, `openings of ${id}`).to.be.at.most(1);
      expect(of('closed').length, `closings of ${id}`).to.be.at.most(1);
      expect(of('flapping').length, `notices of ${id}`).to.be.at.most(1);
      if (of('closed').length > 0) expect(news.at(-1)!.as).to.equal('closed');
      for (const { alarm, as, at } of news) {
        if (as === 'reminder') expect(at - alarm.lastToldAt!.getTime()).to.be.at.least(DAY / 2);
        if (as === 'reminder') expect(alarm.acknowledgedAt).to.equal(null);
        if (as === 'worse') expect(alarm.severity).to.equal('critical');
        if (alarm.mutedBy !== null) expect(alarm.closedAt, 'a muted one is told when it closes').to.not.equal(null);
      }
    }
    for (const [, news] of Map.groupBy(
      told.filter(({ as }) => as === 'reminder'),
      ({ at }) => at,
    ))
      expect(Math.max(...news.map(({ alarm, at }) => at - alarm.lastToldAt!.getTime()))).to.be.at.least(DAY);
  }

  function checkEnd({ all, told }: Rounds) {
    for (const alarm of all.values()) {
      const { id, closedAt, mutedBy, toldAs, severity, untoldSince } = alarm;
      expect(untoldSince, `nothing is left of ${id}`).to.equal(null);
      const news = told.filter(item => item.alarm.id === id);
      if (closedAt === null && mutedBy === null) {
        expect(news.length, `${id} was told`).to.be.greaterThan(0);
        if (severity === 'critical') expect(toldAs).to.equal('critical');
      }
      if (closedAt && news.some(({ as }) => as === 'opened')) expect(toldAs, `${id} has closed`).to.equal('closed');
    }
  }
});
