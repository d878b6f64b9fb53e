import { hash } from 'node:crypto';
import type { RetentionPolicy } from '../../configuration/configuration.ts';

export type { RetentionPolicy };

/** The rules that count buckets, in their order. */
export const RULES = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;
export type Rule = (typeof RULES)[number];

/** Raised when the code keeps other backups by the same policy: that is a change of policy, too, and an operator has to see it. */
const RULES_VERSION = 1;

/** @returns what differs when other backups may be kept, 64 hexadecimal digits */
export function policyDigest(policy: RetentionPolicy): string {
  return hash('sha256', JSON.stringify([RULES_VERSION, policy.timezone, ...RULES.map(rule => policy[rule])]));
}

/** @returns such as `3 last, 14 daily, 8 weekly (Asia/Jakarta)` */
export function policyInWords(policy: RetentionPolicy): string {
  const counts = RULES.filter(rule => policy[rule] > 0).map(rule => `${policy[rule]} ${rule}`);
  return `${counts.length > 0 ? counts.join(', ') : 'nothing but the floor'} (${policy.timezone})`;
}
