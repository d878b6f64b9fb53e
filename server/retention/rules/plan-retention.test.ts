import { expect } from 'chai';
import { retained } from '../../../testing/retention/arbitraries.ts';
import { clockBrakes, fleetWaits } from './brakes.ts';
import { type PlanInput, planRetention } from './plan-retention.ts';
import type { RetainedBackup } from './retained-backup.ts';

const NOW = new Date('2026-11-29T12:00:00Z');
const DAY_MS = 86_400_000;

const night = (ago: number, wish: Partial<RetainedBackup> = {}) =>
  retained({ id: ago, takenAt: new Date(NOW.getTime() - ago * DAY_MS), ...wish });

/** 30 nights, of which 3 go by the policy. */
const INPUT: PlanInput = {
  database: 'pt_xyz',
  backups: Array.from({ length: 30 }, (_, index) => night(index + 1)),
  policy: { last: 27, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, timezone: 'UTC' },
  now: NOW,
  lateness: undefined,
  isPolicyNew: false,
  receiptsAcceptedUntil: null,
  perDay: 1,
  mostPerDay: 4,
};

const plan = (wish: Partial<PlanInput> = {}) => planRetention({ ...INPUT, ...wish });
const replaced = (ago: number, wish: Partial<RetainedBackup>) =>
  INPUT.backups.map(backup => (backup.id === ago ? night(ago, wish) : backup));

describe('the plan for a database', () => {
  it('lets go what no rule keeps, and needs no operator for a few', () => {
    const { goes, holds, waits } = plan();
    expect(goes.map(({ backup }) => backup.id)).to.deep.equal([28, 29, 30]);
    expect([holds, waits]).to.deep.equal([[], []]);
  });

  const HOLDS: ReadonlyArray<[string, Partial<PlanInput>, string]> = [
    ['is late', { lateness: 'its state has been late since yesterday' }, 'its state has been late since yesterday'],
    ['has an incomplete newest backup', { backups: replaced(1, { state: 'incomplete' }) }, 'its newest backup, 1, is'],
    ['has an unverified newest backup', { backups: replaced(1, { state: 'unverified' }) }, 'is unverified'],
    ['has a damaged newest backup', { backups: replaced(1, { damage: 'its file is gone' }) }, '1, is damaged'],
    ['has an unaccepted loss', { backups: replaced(1, { shrunkFrom: 'x.zip' }) }, 'has lost something'],
  ];
  for (const [what, wish, words] of HOLDS)
    it(`lets nothing go of a database that ${what}`, () => {
      const { goes, holds, decisions } = plan(wish);
      expect(goes).to.deep.equal([]);
      expect(holds.map(({ words }) => words).join()).to.include(words);
      expect(decisions.find(({ backup }) => backup.id === 30)!.why).to.match(
        /^kept: .* Without that: to be removed: no rule/,
      );
    });

  it('prunes a database again when its loss is accepted, or a newer complete backup has none', () => {
    expect(plan({ backups: replaced(1, { shrunkFrom: 'x.zip', acceptedAt: NOW }) }).goes).to.have.length(3);
    expect(plan({ backups: replaced(2, { shrunkFrom: 'x.zip' }) }).goes).to.have.length(3);
  });

  it('waits for an operator when more than 4 backups were received within 24 hours, also long ago', () => {
    const flood = [0, 1, 2, 3].map(hour =>
      night(20, { id: 100 + hour, receivedAt: new Date(night(20).receivedAt.getTime() + hour * 3_600_000) }),
    );
    const backups = [...INPUT.backups, ...flood];
    const waits = (wish: Partial<PlanInput>) =>
      plan({ policy: { ...INPUT.policy, last: 30 }, ...wish }).waits.map(({ words }) => words);
    expect(waits({ backups })).to.deep.equal([
      '5 of its backups were received within 24 hours up to 2026-11-09 15:00 UTC, more than 4: they could push good ones out',
    ]);
    expect(waits({ backups: backups.slice(0, -1) })).to.deep.equal([]);
    expect(waits({ backups, receiptsAcceptedUntil: NOW })).to.deep.equal([]);
    expect(waits({ backups, mostPerDay: 48 })).to.deep.equal([]);
  });

  it('waits for an operator when its policy is new, but not while it lets nothing go', () => {
    expect(plan({ isPolicyNew: true }).waits.map(({ kind }) => kind)).to.deep.equal(['policy_changed']);
    expect(plan({ isPolicyNew: true, policy: { ...INPUT.policy, last: 30 } }).waits).to.deep.equal([]);
  });

  it('waits for an operator when more than 20 % and more than 3 would go', () => {
    const last = (count: number) => ({ policy: { ...INPUT.policy, last: count } });
    expect(plan(last(24)).waits).to.deep.equal([]);
    expect(plan(last(23)).waits.map(({ words }) => words)).to.deep.equal([
      '7 of its 30 backups would be removed, more than 20 %',
    ]);
    const few = plan({ backups: INPUT.backups.slice(0, 6), ...last(3) });
    expect([few.goes.length, few.waits]).to.deep.equal([3, []]);
  });

  describe('of a database with a backup each hour', () => {
    const HOUR_MS = DAY_MS / 24;
    const policy = { last: 3, hourly: 0, daily: 5, weekly: 2, monthly: 0, yearly: 0, timezone: 'Europe/Warsaw' };
    const hourly = { policy, perDay: 24, mostPerDay: 48 };
    const hour = (at: number) => retained({ id: at, takenAt: new Date(Date.UTC(2026, 9, 1) + at * HOUR_MS) });
    const hours = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => hour(from + at));

    it('needs no operator each day, also in the night when clocks are set back, where one of a day needs one', () => {
      let [backups, waited, removed]: [RetainedBackup[], number, number] = [[], 0, 0];
      for (let day = 0; day < 40; day++) {
        const now = new Date(Date.UTC(2026, 9, 1) + (day * 24 + 33) * HOUR_MS);
        const fromHour = day === 0 ? 0 : day * 24 + 10;
        backups = [...backups, ...hours(fromHour, (day + 1) * 24 + 10)];
        const { goes, waits, usual } = plan({ ...hourly, backups, now });
        const going = new Set(goes.map(({ backup }) => backup.id));
        expect(waits, `day ${day}`).to.deep.equal([]);
        expect(fleetWaits({ goes: goes.length - usual, backups: backups.length }), `day ${day}`).to.deep.equal([]);
        if (plan({ ...hourly, perDay: 1, backups, now }).waits.length > 0) waited += 1;
        backups = backups.filter(({ id }) => !going.has(id));
        removed += going.size;
      }
      expect(waited, 'by the measure for one a day').to.equal(40);
      expect(removed).to.be.above(900);
    });

    it('needs an operator for more than a day, and for days of which nothing stays', () => {
      const kinds = (wish: Partial<PlanInput>) => plan({ ...hourly, ...wish }).waits.map(({ words }) => words);
      expect(kinds({ backups: hours(0, 120) })).to.deep.equal([
        '83 of its 120 backups would be removed beside the 30 of a usual day, more than 20 %',
      ]);
      const last = { ...policy, last: 96, daily: 0, weekly: 0 };
      expect(kinds({ backups: hours(0, 120), policy: last })).to.deep.equal([]);
      expect(kinds({ backups: hours(0, 120), policy: { ...last, last: 48 } })).to.deep.equal([
        '70 of its 120 backups would be removed beside the 2 of a usual day, more than 20 %',
      ]);
    });
  });

  it('names those on their way that stay by the rules of now', () => {
    const going = INPUT.backups.map(backup => ({ ...backup, goesBy: backup.id > 25 ? ('retention' as const) : null }));
    const { goes, stayAgain } = plan({ backups: going });
    expect(stayAgain.map(({ backup }) => backup.id)).to.deep.equal([26, 27]);
    expect(goes).to.deep.equal([]);
    expect(plan({ backups: going, lateness: 'it is late' }).stayAgain.map(({ backup }) => backup.id)).to.deep.equal([
      26, 27,
    ]);
  });
});

describe('the brakes of a whole plan', () => {
  it('wait for an operator when more than 10 % of all backups would be removed', () => {
    expect(fleetWaits({ goes: 100, backups: 1_000 })).to.deep.equal([]);
    expect(fleetWaits({ goes: 3, backups: 4 })).to.deep.equal([]);
    expect(fleetWaits({ goes: 101, backups: 1_000 }).map(({ words }) => words)).to.deep.equal([
      '101 of all 1,000 backups would be removed, more than 10 %',
    ]);
  });

  it('hold everything when the clock was set back behind what the history has', () => {
    const later = new Date(NOW.getTime() + 16 * 60_000);
    expect(clockBrakes(NOW, { what: 'backup 7 of pt_xyz', at: later })[0]!.words).to.include('backup 7 of pt_xyz');
    expect(clockBrakes(NOW, undefined)).to.deep.equal([]);
  });
});
