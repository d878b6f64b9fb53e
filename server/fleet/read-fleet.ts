import { readOpenAlarms } from '../alarms/alarm-rows.ts';
import type { AlarmState } from '../alarms/model/alarm-state.ts';
import { localTime } from '../digest/local-time.ts';
import type { ContractConfiguration } from '../freshness/contract-of.ts';
import { arrangeRows, type FleetRow, needsSomeone, type RowGroup, type RowPlace } from './arrange-rows.ts';
import { type Cause, causesOf } from './causes.ts';
import { type LocalDay, lastLocalDays } from './local-days.ts';
import { type FleetSearch, matchRows } from './match-rows.ts';
import { type FleetDatabase, readDatabases } from './read-databases.ts';
import { type DatabaseDays, readDays } from './read-days.ts';
import { type FactParts, type FleetFacts, readFacts } from './read-facts.ts';
import { type Marks, type RowDrill, readLastDrills, readMarks } from './read-marks.ts';
import { readNewest } from './read-newest.ts';
import { rankOf, standingOf, WITHOUT } from './standing.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** The fleet this morning, as far as a reader may see it. */
export interface Fleet {
  readonly verdict: Verdict;
  readonly facts: FleetFacts;
  readonly causes: readonly Cause[];
  /** Oldest first, the last is today. */
  readonly days: readonly LocalDay[];
  readonly matrix: Matrix;
  /** The names of all groups, those without a row on this page too. */
  readonly groups: readonly string[];
}

/** A page of databases, a row each. */
export interface Matrix {
  readonly groups: ReadonlyArray<RowGroup<MatrixRow>>;
  readonly marks: Marks;
  readonly next: RowPlace | undefined;
  /** How many rows match, on all pages. */
  readonly total: number;
  /** Whether only rows that need someone are among them. */
  readonly isNeeding: boolean;
}

export interface MatrixRow extends FleetRow, DatabaseDays {
  readonly drill: RowDrill | undefined;
}

export interface FleetParts extends Omit<FactParts, 'names'> {
  readonly configuration: ContractConfiguration;
  /** IANA: the days are days in it. */
  readonly zone: string;
}

export interface FleetQuestion {
  readonly search: FleetSearch;
  readonly after?: RowPlace | undefined;
  /** How many rows at most. */
  readonly limit: number;
}

export const DAYS = 30;

/** Reads what the page of the fleet shows. Where nothing is asked for and no row needs someone, all rows match. */
export async function readFleet(parts: FleetParts, { search, after, limit }: FleetQuestion): Promise<Fleet> {
  const { now, zone } = parts;
  const alarms = await readOpenAlarms(parts);
  const rows = await readFleetRows(parts, alarms);
  const causes = causesOf(alarms, now);
  const short = new Set(rows.filter(({ standing }) => WITHOUT.has(standing)).map(nameOf));
  const others = causes.filter(({ databases }) => databases.length === 0 || databases.some(name => !short.has(name)));
  const isNeeding = search.isNeeding === true && rows.some(needsSomeone);
  const matching = await matchRows(parts, rows, { ...search, isNeeding });
  const page = arrangeRows(matching, rows, { after, limit });
  const days = lastLocalDays(zone, now, DAYS);
  return {
    verdict: verdictOf(
      rows,
      others.map(({ severity }) => severity),
      now,
    ),
    facts: await readFacts({ ...parts, names: rows.map(nameOf) }),
    ...{ causes, days },
    matrix: { ...(await withDays(parts, page.groups, days)), next: page.next, total: page.total, isNeeding },
    groups: [...new Set(rows.flatMap(({ database }) => database.contract.group ?? []))].sort(),
  };
}

function nameOf({ database }: FleetRow): string {
  return database.name;
}

async function readFleetRows(parts: FleetParts, alarms: readonly AlarmState[]): Promise<FleetRow[]> {
  const { em, now, zone } = parts;
  const databases = await readDatabases(parts);
  const ofDatabase = Map.groupBy(
    alarms.filter(({ databaseName }) => databaseName !== null),
    ({ databaseName }) => databaseName!,
  );
  const unclear = databases.filter(database => isUnclear(database, ofDatabase.get(database.name) ?? []));
  const newest = await readNewest(
    em,
    unclear.map(({ name }) => name),
  );
  const judging = { now, dayOf: (instant: Date) => localTime(zone, instant).day };
  return databases.map(database => {
    const own = ofDatabase.get(database.name) ?? [];
    const standing = standingOf(database, newest.get(database.name), judging);
    const worst = own.some(({ severity }) => severity === 'critical')
      ? 'critical'
      : own.length > 0
        ? 'warning'
        : undefined;
    const shown = own.map(({ id, kind, severity, summary }) => ({ id: id!, kind, severity, summary }));
    return { database, standing, rank: rankOf(database, standing, worst), alarms: shown };
  });
}

/** What is as it should be by its contract and by its alarms needs no look at its backups. */
function isUnclear({ state }: FleetDatabase, alarms: readonly AlarmState[]): boolean {
  if (state === 'late' || state === 'critical' || state === 'never') return true;
  return alarms.some(({ kind }) => kind === 'incomplete' || kind === 'damaged');
}

async function withDays(
  parts: FleetParts,
  groups: ReadonlyArray<RowGroup<FleetRow>>,
  days: readonly LocalDay[],
): Promise<Pick<Matrix, 'groups' | 'marks'>> {
  const rows = groups.flatMap(({ rows }) => rows);
  const databases = rows.map(({ database }) => database);
  const ofRows = await readDays({ ...parts, days }, databases);
  const drills = await readLastDrills(
    parts,
    databases.map(({ name }) => name),
  );
  const ids = ofRows.flatMap(({ cells }) => cells.flatMap(({ backup }) => backup?.id ?? []));
  const complete = new Map(
    rows.map((row, at) => [row, { ...row, ...ofRows[at]!, drill: drills.get(row.database.name) }]),
  );
  return {
    groups: groups.map(group => ({ ...group, rows: group.rows.map(row => complete.get(row)!) })),
    marks: await readMarks(parts, ids, parts.now),
  };
}
