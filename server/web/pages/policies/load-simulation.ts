import { timezoneProblem } from '../../../../protocol/contract.ts';
import { covers } from '../../../auth/scope.ts';
import { localTime } from '../../../digest/local-time.ts';
import { AppError } from '../../../errors/errors.ts';
import type { Decision } from '../../../retention/rules/decide.ts';
import { type RetentionPolicy, RULES, type Rule } from '../../../retention/rules/policy.ts';
import { timeOf } from '../../../retention/rules/retained-backup.ts';
import { simulateRetention } from '../../../retention/simulate.ts';
import { termsOf } from '../../../retention/terms-of.ts';
import type { PageRequest, WebParts } from '../../shell/page.ts';

/** What was asked for, as it stands in the address. */
export interface Wanted {
  readonly database: string;
  readonly policy: RetentionPolicy;
  /** The fields that are wrong; then nothing is simulated. */
  readonly mistakes: ReadonlySet<Rule | 'timezone' | 'database'>;
}

export interface DayOfPolicy {
  readonly kept: number;
  readonly goes: number;
}

export interface Simulation {
  readonly all: number;
  readonly goes: readonly Decision[];
  /** Bytes. */
  readonly goesBytes: number;
  /** By day of the policy's zone, such as `2026-11-29`. */
  readonly days: ReadonlyMap<string, DayOfPolicy>;
}

/** As in lumbung.yaml. */
export const MOST_KEPT = 100_000;

/**
 * @returns the policy in the address, each rule that is left out as it is for the database now. Of a database out of scope nothing
 *   shows, not even which policy it has
 */
export async function wantedIn(
  { query, em, scope, view }: Pick<PageRequest, 'query' | 'em' | 'scope' | 'view'>,
  { configuration }: Pick<WebParts, 'configuration'>,
): Promise<Wanted> {
  const database = query.get('database')?.trim() ?? '';
  const named = covers(scope, database) ? database : '';
  const terms = await termsOf({ em, configuration: configuration.current(), now: view.now }, [named]);
  const now = terms(named).policy;
  const mistakes = new Set<Rule | 'timezone' | 'database'>();
  const counts = RULES.map(rule => {
    const text = query.get(rule)?.trim() ?? String(now[rule]);
    const count = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    if (!(count <= MOST_KEPT)) mistakes.add(rule);
    return [rule, mistakes.has(rule) ? now[rule] : count] as const;
  });
  const timezone = query.get('timezone')?.trim() || now.timezone;
  if (timezoneProblem(timezone) !== undefined) mistakes.add('timezone');
  const policy = {
    ...now,
    ...Object.fromEntries(counts),
    timezone: mistakes.has('timezone') ? now.timezone : canonical(timezone),
  };
  return { database, policy, mistakes };
}

/** @returns undefined when there is no such database in scope */
export async function loadSimulation(
  { em, scope, view }: Pick<PageRequest, 'em' | 'scope' | 'view'>,
  { database, policy }: Wanted,
): Promise<Simulation | undefined> {
  try {
    return summed(await simulateRetention({ em, scope, now: view.now }, database, policy), policy.timezone);
  } catch (error) {
    if (error instanceof AppError && error.status === 404) return undefined;
    throw error;
  }
}

/** Formats are kept by the name of their zone, and a zone can be written in thousands of ways: `asia/JAKARTA`. */
function canonical(timeZone: string): string {
  return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
}

function summed(decisions: readonly Decision[], timezone: string): Simulation {
  const days = new Map<string, { kept: number; goes: number }>();
  for (const { backup, isKept } of decisions) {
    const { day } = localTime(timezone, timeOf(backup));
    const of = days.get(day) ?? { kept: 0, goes: 0 };
    of[isKept ? 'kept' : 'goes'] += 1;
    days.set(day, of);
  }
  const goes = decisions.filter(({ isKept }) => !isKept);
  return { all: decisions.length, goes, goesBytes: goes.reduce((sum, { backup }) => sum + backup.size, 0), days };
}
