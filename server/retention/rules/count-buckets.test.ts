import { expect } from 'chai';
import fc from 'fast-check';
import { anyPolicy } from '../../../testing/retention/arbitraries.ts';
import { bucketLabels } from './bucket-labels.ts';
import { countBuckets } from './count-buckets.ts';
import { type RetentionPolicy, RULES, type Rule } from './policy.ts';

const NONE: RetentionPolicy = { last: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, timezone: 'UTC' };
const at = (...times: string[]) => times.map((time, index) => ({ id: index + 1, time: new Date(time) }));
const words = (kept: ReturnType<typeof countBuckets>) =>
  [...kept].map(([id, { rule, label, number, of }]) => `${id}: ${label ?? '-'} (${rule} ${number} of ${of})`);

describe('count buckets', () => {
  it('keeps the newest of each day, and does not count days without a backup', () => {
    const backups = at('2026-11-20T23:00:00Z', '2026-11-20T01:00:00Z', '2026-11-10T01:00:00Z', '2026-11-01T01:00:00Z');
    const kept = countBuckets(backups, { ...NONE, daily: 2 });
    expect(words(kept)).to.deep.equal(['1: 2026-11-20 (daily 1 of 2)', '3: 2026-11-10 (daily 2 of 2)']);
  });

  it('lets the rules add up: what an earlier rule has kept does not use up the count of a later one', () => {
    const days = Array.from({ length: 40 }, (_, day) => new Date(Date.UTC(2026, 10, 29 - day, 1)).toISOString());
    const kept = countBuckets(at(...days), { ...NONE, last: 2, daily: 3, weekly: 2 });
    expect(words(kept)).to.deep.equal([
      '1: - (last 1 of 2)',
      '2: - (last 2 of 2)',
      '3: 2026-11-27 (daily 1 of 3)',
      '4: 2026-11-26 (daily 2 of 3)',
      '5: 2026-11-25 (daily 3 of 3)',
      '8: 2026-W47 (weekly 1 of 2)',
      '15: 2026-W46 (weekly 2 of 2)',
    ]);
  });

  it('begins its days in the zone of the policy', () => {
    const backups = at('2026-11-20T18:00:00Z', '2026-11-20T16:00:00Z');
    expect(countBuckets(backups, { ...NONE, daily: 5 }).size).to.equal(1);
    expect(countBuckets(backups, { ...NONE, daily: 5, timezone: 'Asia/Jakarta' }).size).to.equal(2);
  });

  it('counts the hour that comes twice in a night when clocks are set back as two', () => {
    const backups = at('2026-10-25T01:30:00Z', '2026-10-25T00:30:00Z');
    const kept = countBuckets(backups, { ...NONE, hourly: 5, timezone: 'Europe/Warsaw' });
    expect(words(kept)).to.deep.equal([
      '1: 2026-10-25 02:00 GMT+01:00 (hourly 1 of 5)',
      '2: 2026-10-25 02:00 GMT+02:00 (hourly 2 of 5)',
    ]);
  });

  it('counts ISO weeks, which belong to the year of their Thursday', () => {
    const weekly = (time: string) => bucketLabels('UTC')(new Date(time)).weekly;
    expect(['2027-01-03T12:00:00Z', '2027-01-04T00:00:00Z', '2024-12-30T00:00:00Z'].map(weekly)).to.deep.equal([
      '2026-W53',
      '2027-W01',
      '2025-W01',
    ]);
    expect(weekly('2021-01-03T23:59:59Z')).to.equal('2020-W53');
  });

  it('keeps what the algorithm of Proxmox Backup Server keeps, in 1,000 random histories', () => {
    const hours = fc.uniqueArray(fc.integer({ min: 0, max: 300 * 24 }), { maxLength: 60 });
    fc.assert(
      fc.property(anyPolicy, hours, (policy, hours) => {
        const times = hours.toSorted((a, b) => b - a).map(hour => new Date(START + hour * 3_600_000));
        const backups = times.map((time, index) => ({ id: index + 1, time }));
        expect([...countBuckets(backups, policy).keys()]).to.have.members(keptByProxmox(backups, policy));
      }),
      { numRuns: 1_000 },
    );
  });
});

const START = Date.UTC(2026, 0, 15);

/** Its `compute_prune_info`, as its source describes it: marks, one rule after the other. */
function keptByProxmox(backups: ReturnType<typeof at>, policy: RetentionPolicy): number[] {
  const marks = new Map<number, 'keep' | 'remove'>();
  const labels = bucketLabels(policy.timezone);
  for (const rule of RULES) {
    const keep = policy[rule];
    const selectId = ({ id, time }: (typeof backups)[number]) =>
      rule === 'last' ? `${id}` : labels(time)[rule as Exclude<Rule, 'last'>];
    const already = new Set(backups.filter(({ id }) => marks.get(id) === 'keep').map(selectId));
    const included = new Set<string>();
    if (keep === 0) continue;
    for (const backup of backups) {
      if (marks.has(backup.id)) continue;
      const selected = selectId(backup);
      if (already.has(selected)) continue;
      if (included.has(selected)) marks.set(backup.id, 'remove');
      else {
        if (included.size >= keep) break;
        included.add(selected);
        marks.set(backup.id, 'keep');
      }
    }
  }
  return [...marks].filter(([, mark]) => mark === 'keep').map(([id]) => id);
}
