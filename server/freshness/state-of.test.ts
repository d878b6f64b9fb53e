import { expect } from 'chai';
import fc from 'fast-check';
import { anyContract, anyInstant, DAILY, DAY, HOUR, MINUTE } from '../../testing/freshness/contracts.ts';
import type { FreshnessState } from '../entities/freshness/watched-database.entity.ts';
import type { Contract } from './contract-of.ts';
import { dueTimes } from './due-times.ts';
import { type Assessment, type Facts, type LastComplete, stateOf } from './state-of.ts';

const START = new Date('2026-03-01T02:00:00Z');
const later = (ms: number, from = START) => new Date(from.getTime() + ms);

/** One database that is evaluated again and again, as the service does it. */
class Watched {
  facts: Facts;
  states: FreshnessState[] = [];
  #found: Assessment | undefined;

  constructor(contract: Contract = DAILY, given: Partial<Facts> = {}) {
    const nothing = { roster: undefined, lastComplete: undefined, pause: undefined, retirement: undefined };
    this.facts = { contract, ...nothing, before: undefined, ...given };
  }

  evaluate(now: Date): FreshnessState {
    this.#found = stateOf(this.facts, now);
    const { state, countedFrom, countsAt, due } = this.#found;
    const { before } = this.facts;
    const from = countsAt && countsAt > countedFrom ? countsAt : countedFrom;
    const stateSince = before?.state === state ? before.stateSince : now;
    if (before?.state !== state) this.states.push(state);
    this.facts = { ...this.facts, before: { state, stateSince, countedFrom, known: due ? { from, due } : undefined } };
    return state;
  }

  /** As the history does it: the newest by the time when it was taken is the last one. */
  receive(takenAt: Date, receivedAt = takenAt): void {
    const { lastComplete } = this.facts;
    if (lastComplete && lastComplete.takenAt > takenAt) return;
    this.change({ lastComplete: { id: 1, takenAt, receivedAt } satisfies LastComplete });
  }

  change(facts: Partial<Facts>): void {
    this.facts = { ...this.facts, ...facts };
  }

  get found(): Assessment {
    return this.#found!;
  }
}

const listed = { firstSeenAt: START, goneAt: undefined };
const decision = { by: 'Ana', reason: 'the server moves' };

describe('the state of a database', () => {
  it('is new, then never, until its first complete backup', () => {
    const watched = new Watched(DAILY, { roster: listed });
    expect(watched.evaluate(START)).to.equal('new');
    expect(watched.evaluate(later(26 * HOUR - 1))).to.equal('new');
    expect(watched.evaluate(later(26 * HOUR))).to.equal('never');
    expect(watched.evaluate(later(90 * DAY))).to.equal('never');
    watched.receive(later(90 * DAY));
    expect(watched.evaluate(later(90 * DAY + 1))).to.equal('ok');
  });

  it('is ok, late and critical, and ok again with a complete backup', () => {
    const watched = new Watched(DAILY, { roster: listed });
    watched.receive(START);
    const at = [0, 26 * HOUR - 1, 26 * HOUR, 50 * HOUR - 1, 50 * HOUR];
    expect(at.map(ms => watched.evaluate(later(ms)))).to.deep.equal(['ok', 'ok', 'late', 'late', 'critical']);
    expect(watched.found.why).to.equal(
      'the last complete backup was received on 2026-03-01 02:00 UTC, and the next was due on 2026-03-02 02:00 UTC (every 1d, grace 2h)',
    );
    watched.receive(later(60 * HOUR));
    expect(watched.evaluate(later(60 * HOUR))).to.equal('ok');
  });

  it('of one that was never on a list follows from its own backups', () => {
    const watched = new Watched();
    watched.receive(later(-10 * DAY));
    expect(watched.evaluate(START)).to.equal('critical');
    watched.receive(START);
    expect(watched.evaluate(later(HOUR))).to.equal('ok');
    expect(watched.evaluate(later(26 * HOUR))).to.equal('late');
  });

  it('whose backup was due while the service was off is late when its grace has passed since then, and critical after the next due time', () => {
    const watched = new Watched();
    watched.receive(START);
    watched.evaluate(later(HOUR));
    const off = { from: later(20 * HOUR), until: later(30 * HOUR) };
    watched.change({ unseen: [off] });
    const at = [30 * HOUR, 32 * HOUR - 1, 32 * HOUR, 50 * HOUR - 1, 50 * HOUR];
    expect(at.map(ms => watched.evaluate(later(ms)))).to.deep.equal(['ok', 'ok', 'late', 'late', 'critical']);
    const long = new Watched();
    long.receive(START);
    long.evaluate(later(HOUR));
    long.change({ unseen: [{ from: later(20 * HOUR), until: later(96 * HOUR) }] });
    const after = [96 * HOUR, 98 * HOUR, 122 * HOUR - 1, 122 * HOUR];
    expect(after.map(ms => long.evaluate(later(ms)))).to.deep.equal(['ok', 'late', 'late', 'critical']);
  });

  it('that was late before the service was off stays late, and a service that is off again and again hides nothing', () => {
    const watched = new Watched();
    watched.receive(START);
    expect(watched.evaluate(later(26 * HOUR))).to.equal('late');
    watched.change({ unseen: [{ from: later(26 * HOUR + 1), until: later(30 * HOUR) }] });
    expect(watched.evaluate(later(30 * HOUR))).to.equal('late');
    const restless = new Watched();
    restless.receive(START);
    for (let hours = 1; hours < 80; hours += 1) {
      const until = later(hours * HOUR);
      const last = { from: later((hours - 0.9) * HOUR), until };
      restless.change({ unseen: [...(restless.facts.unseen ?? []), last] });
      restless.evaluate(until);
    }
    expect(restless.states.at(-1)).to.equal('critical');
  });

  it('is not changed by an old backup that is uploaded now', () => {
    const watched = new Watched();
    watched.receive(START);
    expect(watched.evaluate(later(60 * HOUR))).to.equal('critical');
    watched.receive(later(-300 * DAY), later(61 * HOUR));
    expect(watched.evaluate(later(62 * HOUR))).to.equal('critical');
    const empty = new Watched(DAILY, { roster: listed });
    empty.receive(later(-300 * DAY), later(HOUR));
    expect(empty.evaluate(later(2 * HOUR))).to.equal('critical');
  });

  it('is shown as late soon when a zip of the night before comes from the spool, and none of this night', () => {
    const watched = new Watched();
    watched.receive(later(-DAY));
    watched.receive(START, later(DAY));
    expect(watched.evaluate(later(DAY))).to.equal('ok');
    expect(watched.evaluate(later(38 * HOUR - 1))).to.equal('ok');
    expect(watched.evaluate(later(38 * HOUR))).to.equal('late');
  });

  it('is dropped when it goes from the last list, until it is on a list again', () => {
    const watched = new Watched(DAILY, { roster: listed });
    watched.receive(START);
    watched.evaluate(later(HOUR));
    watched.change({ roster: { firstSeenAt: undefined, goneAt: later(DAY) } });
    expect(watched.evaluate(later(DAY + 1))).to.equal('dropped');
    expect(watched.found.due).to.equal(null);
    expect(watched.evaluate(later(40 * DAY))).to.equal('dropped');
    watched.change({ roster: { firstSeenAt: later(41 * DAY), goneAt: undefined } });
    expect(watched.evaluate(later(41 * DAY))).to.equal('new');
    expect(watched.evaluate(later(41 * DAY + 26 * HOUR))).to.equal('late');
  });

  it('of a dropped one follows from its own backups once someone else has backed it up, and not from what was in a spool', () => {
    const watched = new Watched(DAILY, { roster: { firstSeenAt: undefined, goneAt: START } });
    watched.receive(later(-HOUR), later(HOUR));
    expect(watched.evaluate(later(2 * HOUR))).to.equal('dropped');
    watched.receive(later(3 * HOUR));
    expect(watched.evaluate(later(4 * HOUR))).to.equal('ok');
    expect(watched.evaluate(later(3 * HOUR + 26 * HOUR))).to.equal('late');
  });

  it('is paused until the end of the pause, and no backup of that time is missed', () => {
    const watched = new Watched();
    watched.receive(START);
    watched.change({ pause: { from: later(HOUR), until: later(10 * DAY), ...decision } });
    expect(watched.evaluate(later(HOUR))).to.equal('paused');
    expect(watched.found.why).to.equal('Ana paused it until 2026-03-11 02:00 UTC: the server moves');
    expect(watched.evaluate(later(10 * DAY - 1))).to.equal('paused');
    expect(watched.evaluate(later(10 * DAY))).to.equal('new');
    expect(watched.evaluate(later(10 * DAY + 26 * HOUR))).to.equal('late');
    // A service that did not run meanwhile finds the same.
    const asleep = new Watched();
    asleep.receive(START);
    asleep.evaluate(later(MINUTE));
    asleep.change({ pause: watched.facts.pause });
    expect(asleep.evaluate(later(10 * DAY + 25 * HOUR))).to.equal('new');
  });

  it('of a late one is the same after a pause: no pause makes a backup', () => {
    const watched = new Watched();
    watched.receive(START);
    expect(watched.evaluate(later(30 * HOUR))).to.equal('late');
    watched.change({ pause: { from: later(30 * HOUR), until: later(31 * HOUR), ...decision } });
    expect(watched.evaluate(later(30.5 * HOUR))).to.equal('paused');
    expect(watched.evaluate(later(31 * HOUR))).to.equal('late');
    watched.change({ retirement: { at: later(31 * HOUR), ...decision } });
    expect(watched.evaluate(later(31 * HOUR))).to.equal('retired');
    watched.change({ retirement: undefined });
    expect(watched.evaluate(later(32 * HOUR))).to.equal('late');
  });

  it('is retired until it is resumed, and then counts from there, also when it was dropped before', () => {
    const watched = new Watched(DAILY, { roster: { firstSeenAt: undefined, goneAt: later(HOUR) } });
    watched.receive(START);
    expect(watched.evaluate(later(HOUR))).to.equal('dropped');
    expect(watched.evaluate(later(40 * HOUR))).to.equal('dropped');
    watched.change({ retirement: { at: later(40 * HOUR), ...decision } });
    expect(watched.evaluate(later(40 * HOUR))).to.equal('retired');
    expect(watched.evaluate(later(400 * DAY))).to.equal('retired');
    watched.change({ retirement: undefined, roster: listed });
    expect(watched.evaluate(later(400 * DAY))).to.equal('new');
    expect(watched.evaluate(later(400 * DAY + 26 * HOUR))).to.equal('late');
  });

  it('goes back to the last backup that is still sound when a newer one is found damaged', () => {
    const watched = new Watched();
    watched.receive(later(2 * DAY));
    expect(watched.evaluate(later(2 * DAY))).to.equal('ok');
    watched.change({ lastComplete: { id: 1, takenAt: START, receivedAt: START } });
    expect(watched.evaluate(later(2 * DAY + HOUR))).to.equal('late');
    watched.change({ lastComplete: undefined });
    expect(watched.evaluate(later(2 * DAY + HOUR))).to.equal('never');
  });
});

/** Five properties have so many histories each. More were tried by hand: TEST_HISTORIES. */
const RUNS = Number(process.env.TEST_HISTORIES ?? 60);

describe('random histories', () => {
  const delay = fc.integer({ min: 0, max: 12 * HOUR });
  const moments = fc.array(fc.nat({ max: 60 * DAY }), { maxLength: 12 }).map(all => all.toSorted((a, b) => a - b));

  it('with a silence become late at the end of the grace, then critical, and stay so, in all zones and nights', () => {
    fc.assert(
      fc.property(anyContract, anyInstant, moments, (contract, last, looks) => {
        const watched = new Watched(contract);
        watched.receive(last);
        const { lateAt, criticalAt } = dueTimes(contract, last);
        const boundaries = [lateAt, criticalAt].flatMap(instant => [later(-1, instant), instant]);
        for (const now of [...looks.map(ms => later(ms, last)), ...boundaries].sort((a, b) => +a - +b))
          expect(watched.evaluate(now)).to.equal(now < lateAt ? 'ok' : now < criticalAt ? 'late' : 'critical');
        // In one direction, however often it was looked at.
        expect(watched.states.join()).to.equal('ok,late,critical');
      }),
      { numRuns: RUNS },
    );
  });

  it('with a complete backup are ok at once', () => {
    const anyRoster = fc.constantFrom(undefined, listed, { firstSeenAt: undefined, goneAt: START });
    fc.assert(
      fc.property(anyContract, anyRoster, moments, moments, (contract, roster, looks, backups) => {
        const watched = new Watched(contract, { roster });
        const events = [...looks.map(ms => [ms, false] as const), ...backups.map(ms => [ms, true] as const)];
        for (const [ms, isBackup] of events.sort(([a], [b]) => a - b)) {
          const now = later(ms + 1);
          if (isBackup) watched.receive(now);
          const state = watched.evaluate(now);
          if (isBackup) expect(state).to.equal('ok');
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('with old backups only never leave late and critical', () => {
    const steps = fc.array(fc.tuple(delay, fc.integer({ min: -40 * DAY, max: 40 * DAY })), { maxLength: 10 });
    fc.assert(
      fc.property(anyContract, steps, fc.nat({ max: 40 * DAY }), (contract, steps, silence) => {
        const watched = new Watched(contract);
        watched.receive(START);
        let now = later(silence, dueTimes(contract, START).lateAt);
        expect(watched.evaluate(now)).to.be.oneOf(['late', 'critical']);
        for (const [gap, taken] of steps) {
          now = later(gap, now);
          // So old that its own due time is over, too, however long its dump took.
          if (dueTimes(contract, later(taken + 12 * HOUR)).lateAt <= now) watched.receive(later(taken), now);
          expect(watched.evaluate(now)).to.be.oneOf(['late', 'critical']);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('with a spooled backup are late no later than a dump of twelve hours would make them', () => {
    fc.assert(
      fc.property(anyContract, anyInstant, fc.nat({ max: 30 * DAY }), (contract, taken, wait) => {
        const watched = new Watched(contract);
        const receivedAt = later(wait, taken);
        watched.receive(taken, receivedAt);
        const latest = dueTimes(contract, later(Math.min(wait, 12 * HOUR), taken)).lateAt;
        const now = latest < receivedAt ? receivedAt : latest;
        expect(watched.evaluate(now)).to.be.oneOf(['late', 'critical']);
      }),
      { numRuns: RUNS },
    );
  });

  it('find the same twice: what is evaluated again at the same moment has nothing new', () => {
    const span = fc.tuple(fc.nat({ max: 30 * DAY }), fc.nat({ max: 30 * DAY }));
    fc.assert(
      fc.property(
        anyContract,
        moments,
        moments,
        span,
        fc.boolean(),
        (contract, looks, backups, [from, length], hasPause) => {
          const pause = { from: later(from), until: later(from + length + 1), ...decision };
          const watched = new Watched(contract, { ...(hasPause && { pause }) });
          for (const ms of backups) watched.receive(later(ms));
          for (const ms of looks) {
            watched.evaluate(later(ms));
            const { countedFrom, state } = watched.found;
            const changes = watched.states.length;
            watched.evaluate(later(ms));
            expect(watched.found).to.deep.include({ state, countedFrom });
            expect(watched.states).to.have.length(changes);
          }
        },
      ),
      { numRuns: RUNS },
    );
  });
});
