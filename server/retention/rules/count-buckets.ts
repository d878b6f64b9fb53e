import { type BucketLabels, bucketLabels } from './bucket-labels.ts';
import { type RetentionPolicy, RULES, type Rule } from './policy.ts';

/** Why a backup is kept by a policy: it is the newest of a bucket. */
export interface Mark {
  readonly rule: Rule;
  /** Of the bucket, such as `2026-W47`; undefined for `last`, where each backup is a bucket of its own. */
  readonly label: string | undefined;
  /** Which of the rule's buckets it is, from 1: the newest. */
  readonly number: number;
  /** How many the rule keeps. */
  readonly of: number;
}

/** What can be counted: its time decides in which buckets it is. */
interface Countable {
  readonly id: number;
  readonly time: Date;
}

/**
 * Chooses what a policy keeps, as Proxmox Backup Server counts: the rules go one after the other, from the newest backup to the
 * oldest; each keeps the newest of a bucket. Buckets without a backup don't count, nor do those of which an earlier rule has kept
 * one: so the rules add up.
 * @param backups the newest first
 * @returns by id, why it is kept
 */
export function countBuckets(backups: readonly Countable[], policy: RetentionPolicy): Map<number, Mark> {
  const labels = remembered(bucketLabels(policy.timezone));
  const marks: Marks = { kept: new Map(), passed: new Set() };
  for (const rule of RULES)
    applyRule(backups, marks, {
      ...{ rule, count: policy[rule] },
      bucketOf: ({ id, time }) => (rule === 'last' ? String(id) : labels(id, time)[rule]),
    });
  return marks.kept;
}

interface Marks {
  readonly kept: Map<number, Mark>;
  /** Those that share a bucket with a newer one: no later rule keeps them, as Proxmox has it. */
  readonly passed: Set<number>;
}

interface Counting {
  readonly rule: Rule;
  /** How many buckets it keeps. */
  readonly count: number;
  readonly bucketOf: (backup: Countable) => string;
}

function applyRule(backups: readonly Countable[], { kept, passed }: Marks, { rule, count, bucketOf }: Counting): void {
  if (count === 0) return;
  const covered = new Set(backups.filter(({ id }) => kept.has(id)).map(bucketOf));
  const counted = new Set<string>();
  for (const backup of backups) {
    if (kept.has(backup.id) || passed.has(backup.id)) continue;
    const bucket = bucketOf(backup);
    if (covered.has(bucket)) continue;
    if (counted.has(bucket)) passed.add(backup.id);
    else if (counted.size >= count) return;
    else {
      counted.add(bucket);
      const label = rule === 'last' ? undefined : bucket;
      kept.set(backup.id, { rule, label, number: counted.size, of: count });
    }
  }
}

/** A backup is asked for by each rule, and to format its time takes longer than all the rest. */
function remembered(labels: (time: Date) => BucketLabels): (id: number, time: Date) => BucketLabels {
  const known = new Map<number, BucketLabels>();
  return (id, time) => {
    const labelled = known.get(id) ?? labels(time);
    known.set(id, labelled);
    return labelled;
  };
}
