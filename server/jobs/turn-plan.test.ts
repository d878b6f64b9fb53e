import { expect } from 'chai';
import fc from 'fast-check';
import type { Period } from './job.ts';
import { lastTime, planText } from './period.ts';
import { afterTurn, fitted, type TurnPlan } from './turn-plan.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** What can happen to a service and its clock between two looks; with each restart only the plan is kept. */
const step = fc.record({
  /** `pass`: time passes, also while the service is down or the machine sleeps. `set`: someone sets the clock. */
  kind: fc.constantFrom('pass' as const, 'pass' as const, 'pass' as const, 'set' as const),
  ms: fc.oneof(
    fc.integer({ min: 1, max: 90 * MINUTE }),
    fc.integer({ min: 1, max: 3 * DAY }),
    fc.constantFrom(DAY, 30 * DAY, 400 * DAY),
  ),
  isBack: fc.boolean(),
});

/** Around the nights on which these zones change their clocks, and others. */
const start = fc.oneof(
  fc.constantFrom('2026-03-28T20:00:00Z', '2026-10-24T20:00:00Z', '2026-11-01T00:00:00Z', '2027-02-28T00:00:00Z'),
  fc.integer({ min: 0, max: 700 }).map(day => new Date(Date.UTC(2026, 0, 1) + day * DAY).toISOString()),
);

const cron = fc.record({
  cron: fc.constantFrom('0 7 * * *', '30 2 * * *', '0 0 * * *', '30 1 * * 1', '15 */6 * * *'),
  timezone: fc.constantFrom('UTC', 'Asia/Jakarta', 'Europe/Warsaw', 'America/Chicago', 'Australia/Lord_Howe'),
});

/** Looks once. @returns the plan, and the time that got its turn, if one did */
function look(known: TurnPlan | undefined, every: Period, now: Date): { plan: TurnPlan; turn: number | undefined } {
  const plan = fitted(known, every, now);
  if (!plan.nextAt || plan.nextAt > now) return { plan, turn: undefined };
  return { plan: afterTurn(plan, every, now), turn: plan.nextAt.getTime() };
}

const moved = (now: Date, ms: number) => new Date(now.getTime() + ms);

describe('the turns of a job', () => {
  it('by a cron expression: each time gets one turn at most, and none that passes is skipped, however the clock is set', () => {
    fc.assert(
      fc.property(cron, start, fc.array(step, { minLength: 1, maxLength: 40 }), (every, from, steps) => {
        let now = new Date(from);
        let { plan, turn } = look(undefined, every, now);
        expect(turn, 'a job that is new waits for its time').to.equal(undefined);
        const turns = new Set<number>();
        for (const { kind, ms, isBack } of steps) {
          const before = now;
          now = moved(now, kind === 'set' && isBack ? -ms : ms);
          ({ plan, turn } = look(JSON.parse(JSON.stringify(plan), revived), every, now));
          if (turn !== undefined) {
            expect(turns.has(turn), `${new Date(turn).toISOString()} comes twice`).to.equal(false);
            turns.add(turn);
            expect(turn).to.equal(lastTime(every, now)!.getTime());
          }
          const last = lastTime(every, now);
          if (kind === 'pass' && last && last > before)
            expect(turns.has(last.getTime()), `${last.toISOString()} is skipped at ${now.toISOString()}`).to.equal(
              true,
            );
          expect(look(plan, every, now).turn, 'a second look begins nothing').to.equal(undefined);
          expect(plan.nextAt! > now).to.equal(true);
          expect(turns.has(plan.nextAt!.getTime()), 'a time that had its turn is not shown as the next').to.equal(
            false,
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('by an interval: it is silent for less than a period, one more for each time the clock is set back, with one turn for any jump', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 120 }),
        start,
        fc.array(step, { minLength: 1, maxLength: 60 }),
        (minutes, from, steps) => {
          const every = { ms: minutes * MINUTE };
          let now = new Date(from);
          let { plan, turn } = look(undefined, every, now);
          expect(turn, 'a job that is new runs at once').to.equal(now.getTime());
          let silentMs = 0;
          let timesBack = 0;
          let isSteady = true;
          for (const { kind, ms, isBack } of steps) {
            const by = kind === 'pass' ? ms % (every.ms / 2) : ms;
            const isSetBack = kind === 'set' && isBack;
            now = moved(now, isSetBack ? -by : by);
            timesBack += Number(isSetBack);
            if (kind === 'pass') silentMs += by;
            else isSteady = false;
            ({ plan, turn } = look(plan, every, now));
            if (turn !== undefined && isSteady) expect(silentMs).to.be.at.least(every.ms);
            if (turn !== undefined) [silentMs, timesBack, isSteady] = [0, 0, true];
            expect(silentMs).to.be.lessThan((1 + timesBack) * every.ms);
            expect(look(plan, every, now).turn).to.equal(undefined);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('follow a new period at once, and a time that has passed by the old one gets no turn', () => {
    const now = new Date('2026-11-29T06:50:00Z');
    const old = fitted(undefined, { cron: '0 7 * * *', timezone: 'UTC' }, now);
    const later = moved(now, 30 * MINUTE);
    const plan = fitted(old, { cron: '0 18 * * *', timezone: 'UTC' }, later);
    expect(plan.nextAt).to.deep.equal(new Date('2026-11-29T18:00:00Z'));
    expect(fitted(plan, undefined, later)).to.deep.equal({ plan: planText(undefined), nextAt: null, taken: [] });
  });

  it('at a night in which clocks are changed: 02:30 comes at 03:00 in spring, and once in autumn', () => {
    const every = { cron: '30 2 * * *', timezone: 'Europe/Warsaw' };
    const turnsFrom = (from: string) => {
      let plan: TurnPlan | undefined;
      const turns: string[] = [];
      for (let now = new Date(from), i = 0; i < 3 * 24 * 4; now = moved(now, 15 * MINUTE), i++) {
        const looked = look(plan, every, now);
        plan = looked.plan;
        if (looked.turn !== undefined) turns.push(new Date(looked.turn).toISOString());
      }
      return turns;
    };
    expect(turnsFrom('2026-03-28T00:00:00Z')).to.deep.equal([
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
    expect(turnsFrom('2026-10-24T00:00:00Z')).to.deep.equal([
      '2026-10-24T00:30:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });
});

function revived(key: string, value: unknown): unknown {
  return key === 'nextAt' && typeof value === 'string' ? new Date(value) : value;
}
