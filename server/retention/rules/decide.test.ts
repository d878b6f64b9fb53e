import { expect } from 'chai';
import { retained } from '../../../testing/retention/arbitraries.ts';
import { decide } from './decide.ts';
import type { RetentionPolicy } from './policy.ts';
import type { RetainedBackup } from './retained-backup.ts';

const NOW = new Date('2026-11-29T12:00:00Z');
const DAY_MS = 86_400_000;
const LAST_ONE: RetentionPolicy = { last: 1, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, timezone: 'UTC' };

/** The backup of so many nights ago, whose id is that number. */
const night = (ago: number, wish: Partial<RetainedBackup> = {}) =>
  retained({ id: ago, takenAt: new Date(NOW.getTime() - ago * DAY_MS), ...wish });

const nights = (count: number) => Array.from({ length: count }, (_, index) => night(index + 1));

/** @returns why each backup stays or goes, by id */
function whyOf(backups: readonly RetainedBackup[], policy = LAST_ONE): Record<number, string> {
  return Object.fromEntries(decide({ backups, policy, now: NOW }).map(({ backup, why }) => [backup.id, why]));
}

describe('the decision about each backup', () => {
  it('keeps the 3 newest complete ones with any policy, and lets the others go', () => {
    const why = whyOf(nights(5), { ...LAST_ONE, last: 0 });
    for (const id of [1, 2, 3])
      expect(why[id]).to.equal('kept: one of the 3 newest complete backups without an unaccepted loss');
    expect(why[5]).to.equal('to be removed: no rule of its policy keeps it: nothing but the floor (UTC)');
  });

  it('counts damaged, incomplete and shrunken ones and those made for a restore for no floor', () => {
    const why = whyOf([
      night(1, { damage: 'its file is gone' }),
      night(2, { state: 'incomplete' }),
      night(3, { shrunkFrom: 'backup-9.zip' }),
      night(4, { madeFor: 'restore' }),
      ...nights(9).slice(4),
    ]);
    for (const id of [5, 6, 7]) expect(why[id], `${id}`).to.include('one of the 3 newest complete');
    expect(why[8]).to.match(/^to be removed: no rule/);
    expect(why[9]).to.equal('kept: it still has what backup 3 lost, which no one has accepted');
  });

  it('names the bucket of which a backup is the newest', () => {
    const policy = { ...LAST_ONE, daily: 4, weekly: 2 };
    const why = whyOf(nights(20), policy);
    expect(why[4]).to.equal('kept: newest of day 2026-11-25 (daily 3 of 4)');
    expect(why[7]).to.equal('kept: newest of week 2026-W47 (weekly 1 of 2)');
    expect(why[14]).to.equal('kept: newest of week 2026-W46 (weekly 2 of 2)');
    expect(why[8]).to.equal('to be removed: no rule of its policy keeps it: 1 last, 4 daily, 2 weekly (UTC)');
  });

  it('keeps held and pinned ones, which count for no rule, and a pin only until its end', () => {
    const pin = (kind: 'pin' | 'hold', endsAt: Date | null) => [{ kind, reason: 'audit of 2026', endsAt }];
    const why = whyOf([
      night(1, { pins: pin('hold', null) }),
      night(2, { pins: pin('pin', new Date(NOW.getTime() + DAY_MS)) }),
      ...nights(5).slice(2),
      night(6, { pins: pin('pin', NOW) }),
    ]);
    expect(why[1]).to.equal('kept: legal hold: audit of 2026');
    expect(why[2]).to.equal('kept: pinned until 2026-11-30: audit of 2026');
    for (const id of [3, 4, 5]) expect(why[id]).to.match(/^kept: one of the 3 newest/);
    expect(why[6]).to.match(/^to be removed: /);
  });

  it('keeps the newest one that a drill has restored, at any age', () => {
    const why = whyOf([...nights(10), night(300, { isProven: true }), night(400, { isProven: true })]);
    expect(why[300]).to.equal('kept: the newest one that a drill has restored');
    expect(why[400]).to.match(/^to be removed: /);
  });

  it('keeps the newest one that was proven a month ago beside it', () => {
    const old = { isProven: false, isLongProven: true };
    const why = whyOf([...nights(10), night(50, { isProven: true }), night(300, old), night(400, old)]);
    for (const id of [50, 300]) expect(why[id]).to.equal('kept: the newest one that a drill has restored');
    expect(why[400]).to.match(/^to be removed: /);
  });

  it('keeps a backup that came late beside the others, and never instead of one', () => {
    // Taken after the backup of 5 nights ago, on the same day.
    const late = night(4.75, { id: 100, receivedAt: NOW });
    const policy = { ...LAST_ONE, last: 0, daily: 6 };
    const why = whyOf([late, ...nights(6)], policy);
    const without = whyOf(nights(6), policy);
    for (const id of [1, 2, 3, 4, 5, 6]) expect(why[id]).to.equal(without[id]);
    expect(why[100]).to.equal(
      'kept: newest of day 2026-11-24 (daily 5 of 6); it came more than 48 hours after its dump, so it displaces no other backup',
    );
    const old = whyOf([night(9, { id: 101, receivedAt: NOW }), ...nights(6)], policy);
    expect(old[101]).to.match(/^to be removed: /);
  });

  it('sorts a backup with a time in the future by its receipt', () => {
    const ahead = night(5, { id: 50, takenAt: new Date('2030-01-01T00:00:00Z'), receivedAt: night(5).receivedAt });
    const policy = { ...LAST_ONE, last: 0, yearly: 3 };
    const why = whyOf([...nights(4), ahead], policy);
    expect(why[50]).to.match(/^to be removed: /);
  });

  it('keeps at most 3 incomplete ones, and only those newer than the last complete one', () => {
    const incomplete = [1, 2, 3, 4].map(ago => night(ago, { state: 'incomplete' as const }));
    const why = whyOf([...incomplete, night(5), night(6, { state: 'incomplete' })]);
    for (const id of [1, 2, 3]) expect(why[id]).to.equal('kept: incomplete, but newer than the last complete backup');
    for (const id of [4, 6]) expect(why[id]).to.equal('to be removed: incomplete, and a newer complete backup stays');
  });

  it('keeps one that was made before a restore for 30 days', () => {
    const why = whyOf([...nights(5), night(29, { madeFor: 'restore' }), night(31, { madeFor: 'restore' })]);
    expect(why[29]).to.equal('kept: made before a restore replaced this data, for 30 days');
    expect(why[31]).to.match(/^to be removed: made before a restore replaced this data, more than 30 days ago/);
  });

  it('lets a damaged one go only when 3 sound ones stay, and none newer than the last sound one', () => {
    const damaged = night(4, { damage: 'its bytes have changed' });
    expect(whyOf([...nights(2), damaged])[4]).to.equal(
      'kept: damaged, but the database has fewer than 3 complete backups that are not',
    );
    expect(whyOf([...nights(3), damaged])[4]).to.equal(
      'to be removed: damaged (its bytes have changed), and newer complete backups stay',
    );
    expect(whyOf([night(1, { damage: 'x' }), ...nights(5).slice(1)])[1]).to.match(/^kept: damaged, but newer/);
  });

  it('keeps 3 complete ones where all have lost something, or were made before a restore', () => {
    const lossy = [1, 2, 3, 4, 5].map(ago => night(ago, { shrunkFrom: 'gone.zip' }));
    const why = whyOf(lossy, { ...LAST_ONE, last: 0 });
    expect(Object.values(why).filter(text => text.startsWith('kept: fewer than 3 other'))).to.have.length(3);
    const old = [100, 200, 300, 400].map(ago => night(ago, { madeFor: 'restore' as const }));
    expect(Object.values(whyOf(old)).filter(text => text.startsWith('kept: '))).to.have.length(3);
  });

  it('does not count one that someone removes on purpose', () => {
    const why = whyOf([night(1, { goesBy: 'person' }), ...nights(5).slice(1)]);
    expect(why[1]).to.equal('to be removed: someone removes it on purpose');
    for (const id of [2, 3, 4]) expect(why[id]).to.match(/^kept: one of the 3/);
  });
});
