import { shellWord } from '../../../protocol/texts/shell-word.ts';
import { withValue } from '../../options/command-line.ts';
import { mapped } from '../../restore-filter/rewriting/collations.ts';
import type { TargetFacts } from '../target/target-facts.ts';

type Known = Pick<TargetFacts, 'collations'>;

/** @returns the name that stands for a collation of the backup, as the options ask for */
export function mappedCollation(collation: string, collations: ReadonlyMap<string, string>): string {
  return mapped(collation, collations) ?? collation;
}

/** Whether a server knows a collation; `utf8` is the former name of `utf8mb3`. */
export function isThere({ collations }: Known, name: string): boolean {
  const plain = name.toLowerCase();
  const modern = plain.replace(/^utf8_/, 'utf8mb3_');
  return collations.has(plain) || collations.has(modern) || collations.has(modern.replace(/^utf8mb3_/, 'utf8_'));
}

/** @returns the options that load collations which a server lacks as the nearest ones that it has, as they are typed */
export function collationOptions(missing: readonly string[], known: Known): string {
  return missing
    .flatMap(name => withValue('--collation', `${name}=${nearest(name, known)}`))
    .map(word => (word.startsWith('--collation') ? word : shellWord(word)))
    .join(' ');
}

/** The newest rules for Unicode first. */
const IGNORING_CASE = ['uca1400_ai_ci', '0900_ai_ci', 'unicode_520_ci', 'unicode_ci', 'general_ci'];
const KEEPING_CASE = ['uca1400_as_cs', '0900_as_cs', 'bin'];

function nearest(name: string, { collations }: Known): string {
  const plain = name.toLowerCase();
  const set = /^(?:uca1400_|\d)/.test(plain) ? 'utf8mb4' : plain.split('_')[0]!;
  const endings = /_(?:cs|bin)$/.test(plain) ? KEEPING_CASE : IGNORING_CASE;
  const found = endings.map(ending => `${set}_${ending}`).find(other => collations.has(other));
  return found ?? [...collations].find(other => other.startsWith(`${set}_`)) ?? 'utf8mb4_general_ci';
}
