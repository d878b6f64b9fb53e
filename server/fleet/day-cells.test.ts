import { expect } from 'chai';
import { parseEvery } from '../../protocol/contract.ts';
import type { Every } from '../configuration/configuration.ts';
import { dueFinder } from '../freshness/due-times.ts';
import { type DayBackup, type DayFacts, dayCells, spansOf } from './day-cells.ts';
import { lastLocalDays } from './local-days.ts';

const HOUR = 3_600_000;

describe('how each day of a database went', () => {
  const now = new Date('2026-11-29T08:00:00Z');

  it('is the best result of the day, by the name of the zip: complete, then unverified, incomplete, damaged', () => {
    const backups = [
      ...[backup('2026-11-29T01:30Z', { state: 'incomplete' }), backup('2026-11-29T02:30Z', { id: 7 })],
      ...[backup('2026-11-28T01:30Z', { state: 'incomplete' }), backup('2026-11-28T02:30Z', { state: 'unverified' })],
      ...[backup('2026-11-27T01:30Z', { damage: 'cut' }), backup('2026-11-27T02:30Z', { state: 'incomplete' })],
      backup('2026-11-26T01:30Z', { damage: 'cut' }),
    ];
    const cells = cellsOf({ backups });
    expect(results(cells)).to.equal('damaged incomplete unverified complete');
    expect(cells.at(-1)!.backup!.id).to.equal(7);
  });

  it('leads to a backup that still has its file, of two that are worth the same, and to the newer one', () => {
    const removedAt = new Date(now);
    const cells = cellsOf({
      backups: [
        ...[backup('2026-11-29T01:00Z', { id: 1 }), backup('2026-11-29T02:00Z', { id: 2, removedAt })],
        ...[backup('2026-11-28T01:00Z', { id: 3 }), backup('2026-11-28T02:00Z', { id: 4 })],
        // What went by the retention has been there, and the night went well.
        ...[
          backup('2026-11-27T01:00Z', { id: 5, removedAt }),
          backup('2026-11-27T02:00Z', { id: 6, state: 'incomplete' }),
        ],
      ],
    });
    expect(cells.map(({ backup }) => backup?.id)).to.deep.equal([undefined, 5, 4, 1]);
  });

  it('takes one of 23:59 for the evening, and one that came late for the night on which it was made', () => {
    const zone = 'Asia/Jakarta';
    const late = backup('2026-11-27T16:59:59Z', { receivedAt: new Date('2026-11-29T03:00Z') });
    const early = backup('2026-11-28T17:00Z');
    const cells = cellsOf({ zone, backups: [late, early] });
    expect(cells.map(({ day, result }) => `${day} ${result}`)).to.deep.equal([
      '2026-11-26 none-due',
      '2026-11-27 complete',
      '2026-11-28 none-due',
      '2026-11-29 complete',
    ]);
  });

  it('is missing where one was due, nothing came, and the database was late', () => {
    const backups = [backup('2026-11-26T01:30Z')];
    const states = late('2026-11-27T03:30Z');
    expect(results(cellsOf({ backups, states }))).to.equal('complete missing missing missing');
    const [, , , today] = cellsOf({ backups, states });
    expect(today!.dueAt).to.deep.equal(new Date('2026-11-29T01:30Z'));
    expect(results(cellsOf({ backups, states, every: '48h' }))).to.equal('complete none-due missing none-due');
    expect(results(cellsOf({ backups, states, every: 'cron 30 1 * * sat UTC' }))).to.equal(
      'complete none-due missing none-due',
    );
  });

  it('is not missing while the grace lasts, but tells when it is due', () => {
    const backups = [backup('2026-11-28T07:00Z')];
    const today = cellsOf({ backups, states: [] }).at(-1)!;
    expect(today).to.include({ result: 'none-due' });
    expect(today.dueAt).to.deep.equal(new Date('2026-11-29T07:00Z'));
    expect(cellsOf({ backups: [backup('2026-11-28T09:00Z')], states: [] }).at(-1)!.dueAt).to.deep.equal(
      new Date('2026-11-29T09:00Z'),
    );
  });

  it('is not missing where the backup came around midnight', () => {
    const every = 'cron 30 23 * * * UTC';
    const states = late('2026-11-28T12:00Z');
    const behind = [backup('2026-11-26T23:35Z'), backup('2026-11-28T00:20Z'), backup('2026-11-28T23:40Z')];
    expect(results(cellsOf({ every, backups: behind, states }))).to.equal('complete none-due complete none-due');
    const before = [backup('2026-11-27T23:50Z', { receivedAt: new Date('2026-11-28T00:10Z'), state: 'incomplete' })];
    expect(
      results(cellsOf({ every: 'cron 0 0 * * * UTC', backups: before, states: late('2026-11-26T02:00Z') })),
    ).to.equal('none-due incomplete none-due none-due');
  });

  it('is not missing where what came behind midnight was incomplete', () => {
    const [last, partial] = [backup('2026-11-25T23:35Z'), backup('2026-11-28T00:20Z', { state: 'incomplete' })];
    const given = {
      every: 'cron 30 23 * * * UTC',
      before: last,
      backups: [partial],
      states: late('2026-11-26T01:00Z'),
    };
    expect(results(cellsOf(given))).to.equal('missing none-due incomplete none-due');
  });

  it('is not missing by a contract that holds since today only', () => {
    const backups = [backup('2026-11-25T01:30Z')];
    const changed = spansOf({ state: 'critical', since: new Date('2026-11-29T06:00Z') }, [
      { at: new Date('2026-11-29T06:00Z'), fromState: 'ok', toState: 'critical' },
    ]);
    expect(results(cellsOf({ backups, states: changed, before: backups[0] }))).to.equal(
      'none-due none-due none-due missing',
    );
  });

  it('is paused where nothing came in a pause, and what came in it counts', () => {
    const states = spansOf({ state: 'ok', since: new Date('2026-11-28T12:00Z') }, [
      { at: new Date('2026-11-26T12:00Z'), fromState: 'ok', toState: 'paused' },
      { at: new Date('2026-11-28T12:00Z'), fromState: 'paused', toState: 'ok' },
    ]);
    const backups = [backup('2026-11-26T01:30Z'), backup('2026-11-28T01:30Z', { state: 'incomplete' })];
    expect(results(cellsOf({ backups, states }))).to.equal('complete paused incomplete none-due');
  });

  it('has nothing due before a database was expected, and missing since, if it has never come', () => {
    const states = late('2026-11-28T09:00Z', 'never');
    const countedFrom = new Date('2026-11-27T07:00Z');
    expect(results(cellsOf({ backups: [], states, countedFrom }))).to.equal('none-due none-due missing none-due');
  });

  it('counts a complete backup that is damaged since as one that came', () => {
    const backups = [backup('2026-11-27T01:30Z', { damage: 'cut' }), backup('2026-11-28T01:30Z', { damage: 'cut' })];
    expect(results(cellsOf({ backups, states: late('2026-11-26T00:00Z') }))).to.equal(
      'none-due damaged damaged missing',
    );
  });

  it('is right in the nights in which the clocks change', () => {
    const zone = 'Europe/Warsaw';
    const every = `cron 30 2 * * * ${zone}`;
    const autumn = { zone, every, now: new Date('2026-10-26T08:00Z'), backups: [backup('2026-10-24T00:30Z')] };
    const cells = cellsOf({ ...autumn, states: late('2026-10-24T00:00Z') });
    expect(results(cells)).to.equal('none-due complete missing missing');
    expect(cells[2]!.dueAt).to.deep.equal(new Date('2026-10-25T00:30Z'));
    const twice = [backup('2026-10-24T22:05Z'), backup('2026-10-25T22:55Z')];
    expect(results(cellsOf({ ...autumn, backups: twice, states: [] }))).to.equal('none-due none-due complete none-due');
  });

  interface Given extends Partial<Omit<DayFacts, 'contract' | 'completeBefore'>> {
    readonly every?: string;
    readonly zone?: string;
    readonly now?: Date;
    readonly before?: DayBackup | undefined;
  }

  function cellsOf({ every = '24h', zone = 'UTC', now: at = now, before, ...facts }: Given) {
    const contract = { every: parseEvery(every, 'UTC') as Every, graceMs: 2 * HOUR };
    const given = { contract, backups: [], countedFrom: undefined, states: [], completeBefore: before, ...facts };
    return dayCells(lastLocalDays(zone, at, 4), given, at, dueFinder());
  }
});

function results(cells: ReadonlyArray<{ readonly result: string }>): string {
  return cells.map(({ result }) => result).join(' ');
}

function backup(taken: string, wish: Partial<DayBackup> = {}): DayBackup {
  const sortedAt = new Date(taken);
  return { id: 1, sortedAt, receivedAt: sortedAt, state: 'complete', damage: null, size: 1, removedAt: null, ...wish };
}

function late(since: string, state: 'late' | 'never' = 'late') {
  return spansOf({ state, since: new Date(since) }, [{ at: new Date(since), fromState: 'ok', toState: state }]);
}
