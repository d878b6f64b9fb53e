import { expect } from 'chai';
import type { FleetDatabase } from './read-databases.ts';
import { type Newest, rankOf, standingOf } from './standing.ts';

describe('how a database stands', () => {
  const now = new Date('2026-11-29T08:00:00Z');
  const database = (state: FleetDatabase['state']): FleetDatabase => ({
    ...{ name: 'pt_xyz', state, stateSince: now, countsAt: now, countedFrom: now },
    contract: {
      every: { kind: 'interval', ms: 86_400_000 },
      graceMs: 7_200_000,
      group: null,
      from: { every: '', grace: '' },
    },
    pausedUntil: null,
  });
  const newest = (state: Newest['state'], taken: string, rest: Partial<Newest> = {}): Newest => ({
    ...{ state, damage: null, sortedAt: new Date(taken), receivedAt: new Date(taken), completeAt: null },
    ...rest,
  });
  const standing = (state: FleetDatabase['state'], backup?: Newest, failedAt?: Date) =>
    standingOf(database(state), backup, { now, dayOf: instant => instant.toISOString().slice(0, 10), failedAt });

  it('without a complete backup in time is what came instead of it, or that nothing arrived', () => {
    expect(standing('late', newest('incomplete', '2026-11-29T01:30Z'))).to.equal('incomplete');
    expect(standing('critical', newest('unverified', '2026-11-29T01:30Z'))).to.equal('unverified');
    expect(standing('late', newest('complete', '2026-11-29T01:30Z', { damage: 'cut' }))).to.equal('damaged');
    expect(standing('late')).to.equal('nothing');
    expect(standing('never')).to.equal('never');
    expect(standing('never', newest('incomplete', '2026-11-29T01:30Z'))).to.equal('incomplete');
  });

  it('of which the newest backup is older than the last complete one is that nothing arrived', () => {
    const completeAt = new Date('2026-11-27T01:30Z');
    expect(standing('late', newest('complete', '2026-11-27T01:30Z', { completeAt }))).to.equal('nothing');
    expect(standing('late', newest('incomplete', '2026-11-26T01:30Z', { completeAt }))).to.equal('nothing');
  });

  it('is fine at once when its backup comes, before the next evaluation', () => {
    expect(standing('late', newest('complete', '2026-11-29T07:59Z'))).to.equal('fine');
    expect(standing('late', newest('complete', '2026-11-20T01:30Z', { receivedAt: now })), 'an old zip').to.equal(
      'nothing',
    );
  });

  it('that keeps its contract is incomplete where last night is, and fine where a complete one is of the same day', () => {
    const completeAt = new Date('2026-11-28T01:30Z');
    expect(standing('ok')).to.equal('fine');
    expect(standing('ok', newest('incomplete', '2026-11-29T01:30Z', { completeAt }))).to.equal('incomplete');
    expect(standing('ok', newest('incomplete', '2026-11-28T09:00Z', { completeAt }))).to.equal('fine');
    expect(standing('new')).to.equal('waiting');
    expect(standing('new', newest('incomplete', '2026-11-29T01:30Z'))).to.equal('incomplete');
  });

  it('of which the last run failed is that nothing arrived, but for a run on a day that has a complete backup', () => {
    const completeAt = new Date('2026-11-28T01:30Z');
    const last = newest('complete', '2026-11-28T01:30Z', { completeAt });
    expect(standing('ok', last, new Date('2026-11-29T01:31Z'))).to.equal('nothing');
    expect(standing('ok', last, new Date('2026-11-28T14:00Z'))).to.equal('fine');
    expect(standing('new', undefined, new Date('2026-11-29T01:31Z'))).to.equal('nothing');
    const partial = newest('incomplete', '2026-11-29T01:30Z', { completeAt });
    expect(standing('ok', partial, new Date('2026-11-29T02:00Z'))).to.equal('incomplete');
  });

  it('decides how much its row needs someone, with the alarms that are open', () => {
    expect(rankOf({ state: 'critical' }, 'nothing', 'warning')).to.equal(0);
    expect(rankOf({ state: 'late' }, 'nothing', 'warning')).to.equal(1);
    expect(rankOf({ state: 'dropped' }, 'dropped', 'warning')).to.equal(2);
    expect(rankOf({ state: 'ok' }, 'fine', 'warning')).to.equal(3);
    expect(rankOf({ state: 'ok' }, 'fine', undefined)).to.equal(4);
    expect(rankOf({ state: 'ok' }, 'fine', 'critical')).to.equal(0);
    expect(rankOf({ state: 'paused' }, 'paused', undefined)).to.equal(5);
    expect(rankOf({ state: 'retired' }, 'retired', 'critical')).to.equal(6);
  });
});
