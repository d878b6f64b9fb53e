import type { Severity } from '../configuration/alarm-kinds.ts';
import type { Contract } from '../freshness/contract-of.ts';
import { dueFinder, isPastGrace } from '../freshness/due-times.ts';
import { type FleetRow, isFine, needsSomeone } from './arrange-rows.ts';
import { STANDINGS, type Standing, WITHOUT } from './standing.ts';

/** What the sentence of the page says: how the night went. */
export interface Verdict {
  /** Databases of which backups are expected: those that are paused or retired are not among them. */
  readonly databases: number;
  /** How many of them have no complete backup where one should be. */
  readonly without: number;
  /** How many databases stand how; what none does is left out. */
  readonly standings: Readonly<Partial<Record<Standing, number>>>;
  /** How many are past their grace, and not late: the service was off when they were due, and gives them time. */
  readonly forgiven: number;
  /** How many rows need someone: those, and others with an open alarm. */
  readonly needing: number;
  /** How many are as they should be, and have no open alarm. */
  readonly fine: number;
  /** Open alarms beside those databases, one for each cause: what was lost, a full storage, a channel that fails. */
  readonly alsoOpen: number;
  /** The worst of all. `empty`: there is no database at all. */
  readonly tone: 'critical' | 'warning' | 'well' | 'empty';
  /** Whether all that lack one are backed up once a night. */
  readonly isNightly: boolean;
}

/** @param others the severity of each cause that is about more than databases without a complete backup */
export function verdictOf(rows: readonly FleetRow[], others: readonly Severity[], now: Date): Verdict {
  const standings = countStandings(rows);
  const without = rows.filter(({ standing }) => WITHOUT.has(standing));
  const idle = (standings.paused ?? 0) + (standings.retired ?? 0);
  const forgiven = rows.filter(row => isForgiven(row, now)).length;
  const isCritical = rows.some(({ rank }) => rank === 0) || others.includes('critical');
  const isWarning = without.length > 0 || forgiven > 0 || others.length > 0 || rows.some(needsSomeone);
  const tone = isCritical ? 'critical' : isWarning ? 'warning' : rows.length === 0 ? 'empty' : 'well';
  return {
    databases: rows.length - idle,
    without: without.length,
    forgiven,
    needing: rows.filter(needsSomeone).length,
    fine: rows.filter(isFine).length,
    standings,
    alsoOpen: others.length,
    tone,
    // Thousands of databases share a few contracts.
    isNightly: [...new Set(without.map(({ database }) => database.contract))].every(one => isNightly(one, now)),
  };
}

/** A sentence that all is well would be a false success. */
function isForgiven({ standing, database: { state, countsAt, contract } }: FleetRow, now: Date): boolean {
  return standing === 'fine' && state === 'ok' && countsAt !== null && isPastGrace(contract, countsAt, now);
}

function countStandings(rows: readonly FleetRow[]): Partial<Record<Standing, number>> {
  const counts = new Map<Standing, number>();
  for (const { standing } of rows) counts.set(standing, (counts.get(standing) ?? 0) + 1);
  return Object.fromEntries(STANDINGS.flatMap(one => (counts.has(one) ? [[one, counts.get(one)!]] : [])));
}

const HOUR = 3_600_000;
const find = dueFinder();

/** A day may have 23 or 25 hours. */
function isNightly({ every }: Pick<Contract, 'every'>, now: Date): boolean {
  if (every.kind === 'interval') return every.ms >= 23 * HOUR && every.ms <= 25 * HOUR;
  const today = new Date(Math.floor(now.getTime() / (24 * HOUR)) * 24 * HOUR);
  const first = find(every, new Date(0), today);
  const period = find(every, first, first).getTime() - first.getTime();
  return period >= 23 * HOUR && period <= 25 * HOUR;
}
