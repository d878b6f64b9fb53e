import {
  type DatabaseAlarm,
  detailOf,
  listOpen,
  type OpenAlarms,
  type OpenCause,
  openByDatabase,
} from '../alarms/list-open.ts';
import { localTime } from '../digest/local-time.ts';
import type { ContractConfiguration } from '../freshness/contract-of.ts';
import { arrangeRows, type FleetRow, needsSomeone, type RowGroup, type RowPlace } from './arrange-rows.ts';
import { type LocalDay, lastLocalDays } from './local-days.ts';
import { type FleetSearch, matchRows, namesByBackups } from './match-rows.ts';
import { type FleetDatabase, readDatabases } from './read-databases.ts';
import { type DatabaseDays, readDays } from './read-days.ts';
import { type FactParts, type FleetFacts, readFacts } from './read-facts.ts';
import { type JustReported, readJustReported } from './read-just-reported.ts';
import { type Marks, type RowDrill, readLastDrills, readMarks } from './read-marks.ts';
import { readNewest } from './read-newest.ts';
import { type Newest, rankOf, standingOf, WITHOUT } from './standing.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** The fleet this morning, as far as a reader may see it. */
export interface Fleet {
  readonly verdict: Verdict;
  readonly facts: FleetFacts;
  /** What is wrong, one cause for all that it has caused. */
  readonly causes: readonly OpenCause[];
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

const DAYS = 30;

/** Reads what the page of the fleet shows. Where nothing is asked for and no row needs someone, all rows match. */
export async function readFleet(parts: FleetParts, { search, after, limit }: FleetQuestion): Promise<Fleet> {
  const { now, zone } = parts;
  // A server of the history works on several of these at once.
  const [[open, rows], names] = await Promise.all([readFleetRows(parts), namesByBackups(parts, search)]);
  const { causes } = open;
  const short = new Set(rows.filter(({ standing }) => WITHOUT.has(standing)).map(nameOf));
  const others = causes.filter(cause => namesOf(cause).some(name => !short.has(name)) || namesOf(cause).length === 0);
  const isNeeding = search.isNeeding === true && rows.some(needsSomeone);
  const matching = matchRows(rows, { ...search, isNeeding }, names);
  const page = arrangeRows(matching, rows, { after, limit });
  const days = lastLocalDays(zone, now, DAYS);
  const [facts, shown] = await Promise.all([
    readFacts({ ...parts, names: rows.map(nameOf) }),
    withDays(parts, page.groups, days),
  ]);
  return {
    verdict: verdictOf(
      rows,
      others.map(({ severity }) => severity),
      now,
    ),
    ...{ facts, causes, days },
    matrix: { ...shown, next: page.next, total: page.total, isNeeding },
    groups: [...new Set(rows.flatMap(({ database }) => database.contract.group ?? []))].sort(),
  };
}

/** @returns the databases that a cause is about, as far as it is about some */
export function namesOf({ alarms }: OpenCause): string[] {
  return [...new Set(alarms.flatMap(alarm => alarm.databaseName ?? detailOf(alarm).databases ?? []))];
}

function nameOf({ database }: FleetRow): string {
  return database.name;
}

async function readFleetRows(parts: FleetParts): Promise<[open: OpenAlarms, rows: FleetRow[]]> {
  const { em, now, zone } = parts;
  const [open, databases, reported] = await Promise.all([
    listOpen(parts, now),
    readDatabases(parts),
    readJustReported(parts),
  ]);
  const alarms = await openByDatabase(parts, open);
  const unclear = databases.filter(
    database => reported.has(database.name) || isUnclear(database, alarms.get(database.name) ?? []),
  );
  const newest = await readNewest(
    em,
    unclear.map(({ name }) => name),
  );
  const judging = { now, dayOf: (instant: Date) => localTime(zone, instant).day };
  const rows = databases.map(database => {
    const own = alarms.get(database.name) ?? [];
    const last = newest.get(database.name);
    const failed = failedAt(own) ?? justFailedAt(reported.get(database.name), last);
    const standing = standingOf(database, last, { ...judging, failedAt: failed });
    return { database, standing, rank: rankOf(database, standing, worstOf(own)), alarms: own };
  });
  return [open, rows];
}

function worstOf(alarms: readonly DatabaseAlarm[]): DatabaseAlarm['severity'] | undefined {
  if (alarms.length === 0) return undefined;
  return alarms.some(({ severity }) => severity === 'critical') ? 'critical' : 'warning';
}

/** What is as it should be by its contract and by its alarms needs no look at its backups. */
function isUnclear({ state }: FleetDatabase, alarms: readonly DatabaseAlarm[]): boolean {
  if (state === 'late' || state === 'critical' || state === 'never') return true;
  return alarms.some(({ kind }) => kind === 'incomplete' || kind === 'damaged' || kind === 'run_failed');
}

function failedAt(alarms: readonly DatabaseAlarm[]): Date | undefined {
  return alarms.find(({ kind }) => kind === 'run_failed')?.since;
}

/** Reports also come late: what was backed up since did not fail. */
function justFailedAt(reported: JustReported | undefined, newest: Newest | undefined): Date | undefined {
  const at = reported?.failedAt;
  return at && newest?.completeAt && newest.completeAt > at ? undefined : at;
}

async function withDays(
  parts: FleetParts,
  groups: ReadonlyArray<RowGroup<FleetRow>>,
  days: readonly LocalDay[],
): Promise<Pick<Matrix, 'groups' | 'marks'>> {
  const rows = groups.flatMap(({ rows }) => rows);
  const databases = rows.map(({ database, alarms }) => ({ ...database, failedAt: failedAt(alarms) }));
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
