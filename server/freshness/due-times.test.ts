import { expect } from 'chai';
import fc from 'fast-check';
import { anyContract, anyInstant, HOUR, MINUTE } from '../../testing/freshness/contracts.ts';
import type { Every } from '../configuration/configuration.ts';
import { countsAt, dueTimes } from './due-times.ts';

const GRACE = 2 * HOUR;

function dueAfter(every: Every, from: string): string {
  return dueTimes({ every, graceMs: GRACE }, new Date(from)).dueAt.toISOString();
}

function hoursBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / HOUR;
}

const nightly = (timezone: string): Every => ({ kind: 'cron', expression: '30 2 * * *', timezone });

describe('due times', () => {
  it('of an interval are one interval later, late after the grace, and critical after the second and the grace', () => {
    const due = dueTimes(
      { every: { kind: 'interval', ms: 24 * HOUR }, graceMs: GRACE },
      new Date('2026-11-28T02:10:00Z'),
    );
    expect(due).to.deep.equal({
      dueAt: new Date('2026-11-29T02:10:00Z'),
      lateAt: new Date('2026-11-29T04:10:00Z'),
      criticalAt: new Date('2026-11-30T04:10:00Z'),
    });
  });

  it('of a cron expression are its next times in its own zone', () => {
    expect(dueAfter(nightly('Asia/Jakarta'), '2026-11-28T19:29:59Z')).to.equal('2026-11-28T19:30:00.000Z');
    expect(dueAfter(nightly('Asia/Jakarta'), '2026-11-28T19:30:00Z')).to.equal('2026-11-29T19:30:00.000Z');
    const due = dueTimes({ every: nightly('UTC'), graceMs: GRACE }, new Date('2026-11-28T03:00:00Z'));
    expect(due.criticalAt).to.deep.equal(new Date('2026-11-30T04:30:00Z'));
  });

  it('of 02:30 come at 03:00 in the night in which the clock goes forward, and once where it goes back', () => {
    expect(dueAfter(nightly('Europe/Warsaw'), '2026-03-28T12:00:00Z')).to.equal('2026-03-29T01:00:00.000Z');
    expect(dueAfter(nightly('Europe/Warsaw'), '2026-03-29T01:00:00Z')).to.equal('2026-03-30T00:30:00.000Z');
    expect(dueAfter(nightly('Europe/Warsaw'), '2026-10-24T12:00:00Z')).to.equal('2026-10-25T00:30:00.000Z');
    expect(dueAfter(nightly('Europe/Warsaw'), '2026-10-25T00:30:00Z')).to.equal('2026-10-26T01:30:00.000Z');
  });

  for (const timezone of ['Europe/Warsaw', 'America/Chicago', 'Australia/Lord_Howe'])
    it(`of a nightly backup come once in each night of the weeks in which clocks change in ${timezone}`, () => {
      for (const begin of ['2026-03-05', '2026-09-28']) {
        let at = dueTimes({ every: nightly(timezone), graceMs: 0 }, new Date(`${begin}T12:00:00Z`)).criticalAt;
        for (let nights = 0; nights < 38; nights += 2) {
          const { dueAt, criticalAt } = dueTimes({ every: nightly(timezone), graceMs: 0 }, at);
          for (const hours of [hoursBetween(at, dueAt), hoursBetween(dueAt, criticalAt)])
            expect(hours, dueAt.toISOString()).to.be.within(23, 25);
          at = criticalAt;
        }
      }
    });

  it('come in their order, and behind what they are counted from', () => {
    fc.assert(
      fc.property(anyContract, anyInstant, (contract, from) => {
        const { dueAt, lateAt, criticalAt } = dueTimes(contract, from);
        expect(from < dueAt && dueAt <= lateAt && lateAt < criticalAt).to.equal(true);
      }),
    );
  });
});

describe('the time from which a backup counts', () => {
  const daily = { every: { kind: 'interval', ms: 24 * HOUR } } as const;
  const counted = (takenAt: string, receivedAt: string) =>
    countsAt(daily, { takenAt: new Date(takenAt), receivedAt: new Date(receivedAt) }).toISOString();

  it('is its receipt, also where the dump and the upload took hours', () => {
    expect(counted('2026-11-28T01:30:00Z', '2026-11-28T01:34:10Z')).to.equal('2026-11-28T01:34:10.000Z');
    expect(counted('2026-11-28T01:30:00Z', '2026-11-28T11:00:00Z')).to.equal('2026-11-28T11:00:00.000Z');
  });

  it('is not the receipt of a zip that waited a day in a spool, nor of an old backup that is uploaded now', () => {
    expect(counted('2026-11-28T01:30:00Z', '2026-11-29T01:40:00Z')).to.equal('2026-11-28T13:30:00.000Z');
    expect(counted('2025-01-01T01:30:00Z', '2026-11-29T01:40:00Z')).to.equal('2025-01-01T13:30:00.000Z');
  });

  it('is never later than the receipt, nor more than twelve hours after the dump began, and never goes back with newer backups', () => {
    const gap = fc.integer({ min: 0, max: 100 * 24 * HOUR });
    fc.assert(
      fc.property(anyContract, anyInstant, gap, gap, gap, (contract, taken, age, newer, later) => {
        const first = { takenAt: taken, receivedAt: new Date(taken.getTime() + age) };
        const second = {
          takenAt: new Date(taken.getTime() + newer),
          receivedAt: new Date(Math.max(first.receivedAt.getTime(), taken.getTime() + newer) + later),
        };
        const [one, other] = [countsAt(contract, first), countsAt(contract, second)];
        expect(one.getTime()).to.be.within(taken.getTime(), first.receivedAt.getTime());
        expect(one.getTime() - taken.getTime()).to.be.at.most(12 * HOUR);
        if (contract.every.kind === 'interval') expect(other >= one).to.equal(true);
      }),
    );
  });

  it('of a contract of minutes still leaves an hour for the dump', () => {
    const contract = { every: { kind: 'interval', ms: 10 * MINUTE } } as const;
    const receivedAt = new Date('2026-11-28T02:20:00Z');
    expect(countsAt(contract, { takenAt: new Date('2026-11-28T01:30:00Z'), receivedAt })).to.deep.equal(receivedAt);
  });
});
