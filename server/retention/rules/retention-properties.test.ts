import { expect } from 'chai';
import fc from 'fast-check';
import { anyPolicy, retained } from '../../../testing/retention/arbitraries.ts';
import { type Happening, SimulatedDatabase } from '../../../testing/retention/simulated-database.ts';
import { FLOOR } from './decide.ts';
import { planRetention } from './plan-retention.ts';
import { isSound } from './retained-backup.ts';

const HOUR_MS = 3_600_000;

/** Nights on which clocks are set forward or back; those of Lord Howe by half an hour. */
const CLOCK_CHANGES = [
  { timezone: 'America/Chicago', at: Date.UTC(2026, 2, 8, 8) },
  { timezone: 'America/Chicago', at: Date.UTC(2026, 10, 1, 7) },
  { timezone: 'Europe/Warsaw', at: Date.UTC(2026, 2, 29, 1) },
  { timezone: 'Europe/Warsaw', at: Date.UTC(2026, 9, 25, 1) },
  { timezone: 'Australia/Lord_Howe', at: Date.UTC(2026, 3, 4, 15) },
  { timezone: 'Australia/Lord_Howe', at: Date.UTC(2026, 9, 3, 15, 30) },
];

const which = fc.nat({ max: 30 });

/** Usually nights that go well: a database where nothing works is pruned rarely. */
const always: ReadonlyArray<fc.WeightedArbitrary<Happening>> = [
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('nights'), count: fc.integer({ min: 1, max: 20 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('bad_night'), state: fc.constantFrom('incomplete', 'unverified') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('silence'), days: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('late_upload'), days: fc.integer({ min: 0, max: 90 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('damage'), which }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('pin', 'unpin', 'forget'), which }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom('loss', 'accept', 'safety_backup', 'drill', 'heal', 'crash') }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('policy'), policy: anyPolicy }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clock'), hours: fc.integer({ min: -100, max: 100 }) }) },
] as ReadonlyArray<fc.WeightedArbitrary<Happening>>;

const flood = {
  weight: 4,
  arbitrary: fc.record({
    kind: fc.constant('flood'),
    count: fc.integer({ min: 5, max: 30 }),
    hoursBack: fc.nat({ max: 400 }),
  }),
} as fc.WeightedArbitrary<Happening>;

const operator = { weight: 3, arbitrary: fc.constant({ kind: 'operator' }) } as fc.WeightedArbitrary<Happening>;

/** @returns what has happened to a database after these */
function lived(policy: Parameters<typeof planRetention>[0]['policy'], happenings: readonly Happening[]) {
  const database = new SimulatedDatabase(policy);
  for (const happening of happenings) database.happen(happening);
  return database;
}

const HISTORIES = Number(process.env.TEST_HISTORIES ?? 200);

describe(`retention over random histories, ${HISTORIES} of each kind`, function () {
  this.timeout(0);
  let pruned = 0;

  it('never leaves fewer than 3 complete, undamaged backups by pruning, and stores the reason of each removal', () => {
    const happenings = fc.array(fc.oneof(...always, flood, operator), { maxLength: 30 });
    fc.assert(
      fc.property(anyPolicy, happenings, (policy, happenings) => {
        const { removed } = lived(policy, happenings);
        pruned += removed.length;
        for (const { soundLeft, backup, why } of removed) {
          expect(soundLeft, `after backup ${backup.id}`).to.be.at.least(isSound(backup) ? FLOOR : 0);
          expect(why).to.match(/^to be removed: .{10}/);
        }
      }),
      { numRuns: HISTORIES },
    );
    expect(pruned, 'removals that were looked at').to.be.above(3 * HISTORIES);
  });

  it('never lets a flood of forged uploads push a good backup out, while no operator applies a plan', () => {
    const happenings = fc.array(fc.oneof(...always, flood), { maxLength: 20 });
    fc.assert(
      fc.property(anyPolicy, happenings, (policy, happenings) => {
        const { removed } = lived(policy, happenings);
        const pushed = removed.filter(({ wasForged, wouldStayWithoutForged }) => !wasForged && wouldStayWithoutForged);
        expect(pushed.map(({ backup }) => backup.id)).to.deep.equal([]);
      }),
      { numRuns: HISTORIES },
    );
  });

  /** Up to 48 a day: fewer days are as many backups. */
  const hourly = always.map(({ weight, arbitrary }, i) =>
    i === 0
      ? { weight, arbitrary: fc.record({ kind: fc.constant('nights'), count: fc.integer({ min: 1, max: 3 }) }) }
      : { weight, arbitrary },
  ) as typeof always;
  const change = fc.constantFrom(...CLOCK_CHANGES);
  const perDay = fc.constantFrom(24, 48);
  const often = fc.record({ perDay, start: change.map(({ at }) => at - 5 * 24 * HOUR_MS) });
  const HOURLY_HISTORIES = Math.ceil(HISTORIES / 4);

  it(`does both with ${HOURLY_HISTORIES} histories of 24 or 48 backups a day, over nights on which clocks are changed`, () => {
    const largeFlood = {
      weight: 1,
      arbitrary: fc.record({
        ...{ kind: fc.constant('flood'), count: fc.integer({ min: 100, max: 150 }), hoursBack: fc.nat({ max: 100 }) },
      }),
    } as fc.WeightedArbitrary<Happening>;
    const happenings = fc.array(fc.oneof(...hourly, largeFlood), { maxLength: 12 });
    let removals = 0;
    fc.assert(
      fc.property(anyPolicy, often, happenings, (policy, start, happenings) => {
        const database = new SimulatedDatabase(policy, start);
        for (const happening of happenings) database.happen(happening);
        removals += database.removed.length;
        for (const { soundLeft, backup, why, wasForged, wouldStayWithoutForged } of database.removed) {
          expect(soundLeft, `after backup ${backup.id}`).to.be.at.least(isSound(backup) ? FLOOR : 0);
          expect(why).to.match(/^to be removed: .{10}/);
          expect(!wasForged && wouldStayWithoutForged, `backup ${backup.id} was pushed out`).to.equal(false);
        }
      }),
      { numRuns: HOURLY_HISTORIES },
    );
    expect(removals, 'removals that were looked at').to.be.above(3 * HOURLY_HISTORIES);
  });

  it(`keeps one of each hour and of each day, up to a night on which clocks are changed (${HOURLY_HISTORIES} histories)`, () => {
    let removals = 0;
    const hourly = fc.integer({ min: 1, max: 30 });
    const days = fc.integer({ min: 8, max: 14 });
    const hoursBehind = fc.integer({ min: 0, max: 30 });
    fc.assert(
      fc.property(change, hourly, perDay, days, hoursBehind, ({ timezone, at }, hourly, perDay, count, behind) => {
        const policy = { last: 0, hourly, daily: 6, weekly: 0, monthly: 0, yearly: 0, timezone };
        const start = at + (behind - 24 * count) * HOUR_MS;
        const database = new SimulatedDatabase(policy, { perDay, start });
        database.happen({ kind: 'nights', count });
        removals += database.removed.length;
        const staying = database.plan().decisions.filter(({ isKept }) => isKept);
        const times = staying.map(({ backup }) => backup.takenAt.getTime()).sort((a, b) => b - a);
        const hoursBetween = times.slice(1).map((time, i) => (times[i]! - time) / HOUR_MS);
        const [recent, older] = [hoursBetween.slice(0, hourly - 1), hoursBetween.slice(hourly - 1)];
        expect(Math.max(0, ...recent), 'hours between two of different hours').to.be.at.most(1);
        expect(Math.max(...older), 'hours between two of different days').to.be.at.most(25);
        expect(times.length).to.be.at.least(hourly + 5);
      }),
      { numRuns: HOURLY_HISTORIES },
    );
    expect(removals).to.be.above(100 * HOURLY_HISTORIES);
  });

  it('makes the same plan twice, in any order of the backups', () => {
    const backups = fc.array(
      fc.record({
        hours: fc.integer({ min: 0, max: 5_000 }),
        lateHours: fc.constantFrom(0, 0, 0, 1, 60, 500),
        state: fc.constantFrom('complete' as const, 'complete' as const, 'incomplete' as const),
        damage: fc.constantFrom(null, null, 'its bytes have changed'),
        isProven: fc.boolean(),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(anyPolicy, backups, fc.integer(), (policy, rows, seed) => {
        const all = rows.map(({ hours, lateHours, ...rest }, id) => {
          const takenAt = new Date(Date.UTC(2026, 2, 1) + hours * 3_600_000);
          return retained({ id, takenAt, receivedAt: new Date(takenAt.getTime() + lateHours * 3_600_000), ...rest });
        });
        const input = {
          ...{ database: 'pt_xyz', policy, now: new Date('2027-01-01T00:00:00Z'), lateness: undefined },
          ...{ isPolicyNew: false, receiptsAcceptedUntil: null, perDay: 1, mostPerDay: 4 },
        };
        const shuffled = all.toSorted((a, b) => ((a.id * 7919) ^ seed) - ((b.id * 7919) ^ seed));
        expect(planRetention({ ...input, backups: shuffled })).to.deep.equal(planRetention({ ...input, backups: all }));
      }),
      { numRuns: HISTORIES },
    );
  });
});
