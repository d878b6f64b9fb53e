import { KIND_NAMES, namesIn, OBJECT_KINDS, type ObjectKind } from '../../../protocol/manifest.ts';
import type { Session } from '../../mysql/connect.ts';
import { askDatabaseObjects, type DatabaseObjects } from '../target/database-objects.ts';
import type { Expectation } from './expectation.ts';
import { readTables } from './read-tables.ts';

/** Something that is not as the backup says. */
export interface Difference {
  readonly kind: ObjectKind;
  readonly name: string;
  readonly what: 'missing' | 'unexpected' | 'rows' | 'damaged' | 'unreadable';
  /** For a person, such as `1,000 rows` or `a view`. */
  readonly expected: string;
  readonly found: string;
}

/** What a look at a loaded database has shown. */
export interface Verification {
  /** True only if nothing differs. */
  readonly agrees: boolean;
  /** The first of them; `differenceCount` has their number. */
  readonly differences: readonly Difference[];
  readonly differenceCount: number;
  /** How many objects were expected and found. */
  readonly objects: number;
  /** Rows that were counted, those of the history of tables included. */
  readonly rows: number;
  /** Tables whose rows were not counted, since they lie elsewhere. */
  readonly notCounted: readonly string[];
  readonly seconds: number;
}

export interface VerifyOptions {
  readonly database: string;
  readonly expected: Expectation;
  /** lower_case_table_names of the target is not 0. */
  readonly ignoresCase: boolean;
  /** Opens another connection to the target; each is closed in the end. */
  readonly open: () => Promise<Session>;
  /** How many tables are looked at side by side. */
  readonly jobs: number;
  /** Tables of our own, which are not looked at. */
  readonly ignored?: ReadonlySet<string> | undefined;
  /** Whether rows are counted and tables checked, too; true when left out. */
  readonly readsRows?: boolean | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Thousands of differences say no more than the first ones. */
const MOST_KEPT = 1000;

/**
 * Compares a loaded database with what the dump had: all objects, the rows of each table by COUNT(*), and then CHECK TABLE … QUICK.
 * @throws the connection's error, or the signal's reason; never for what is wrong with the database
 */
export async function verifyLoaded(options: VerifyOptions): Promise<Verification> {
  const begun = performance.now();
  const { database, expected, ignoresCase, ignored, readsRows = true } = options;
  const differences = new Differences();
  const found = withoutIgnored(await firstLook(options, { database, ignoresCase }), ignored);
  const objects = compareNames(expected, found, { ignoresCase, differences });
  const { rows, notCounted } = readsRows
    ? await readTables(options, expectedTables(options, found), difference => differences.add(difference))
    : { rows: 0, notCounted: [] };
  return {
    ...{ agrees: differences.count === 0, differences: differences.kept, differenceCount: differences.count },
    ...{ objects, rows, notCounted, seconds: (performance.now() - begun) / 1000 },
  };
}

class Differences {
  readonly kept: Difference[] = [];
  count = 0;

  add(difference: Difference): void {
    this.count++;
    if (this.kept.length < MOST_KEPT) this.kept.push(difference);
  }
}

async function firstLook({ open }: VerifyOptions, where: { database: string; ignoresCase: boolean }) {
  using session = await open();
  return await askDatabaseObjects(session, where);
}

function withoutIgnored(found: DatabaseObjects, ignored: ReadonlySet<string> | undefined): DatabaseObjects {
  if (!ignored) return found;
  const tables = found.tables.filter(({ name }) => !ignored.has(name));
  return { ...found, tables, names: { ...found.names, tables: tables.map(({ name }) => name) } };
}

type Comparing = { readonly ignoresCase: boolean; readonly differences: Differences };

/** @returns how many objects were expected and are there */
function compareNames(expected: Expectation, found: DatabaseObjects, { ignoresCase, differences }: Comparing): number {
  let agreed = 0;
  for (const kind of OBJECT_KINDS) {
    if (expected.unknown.has(kind)) continue;
    const folded = foldOf(kind, ignoresCase);
    const there = new Set(found.names[kind].map(folded));
    const wanted = new Set(namesIn(expected.inventory, kind).map(folded));
    for (const name of namesIn(expected.inventory, kind))
      if (there.has(folded(name))) agreed++;
      else differences.add({ kind, name, what: 'missing', expected: oneOf(kind), found: 'nothing' });
    if (expected.isAll)
      for (const name of found.names[kind])
        if (!wanted.has(folded(name)))
          differences.add({ kind, name, what: 'unexpected', expected: 'nothing', found: oneOf(kind) });
  }
  return agreed;
}

function oneOf(kind: ObjectKind): string {
  return `${kind === 'events' ? 'an' : 'a'} ${KIND_NAMES[kind]}`;
}

/** Routines and events have one name in all cases of its letters; tables, views and triggers only on some servers. */
function foldOf(kind: ObjectKind, ignoresCase: boolean): (name: string) => string {
  const isFolded = ignoresCase || !CASE_COUNTS.has(kind);
  return isFolded ? name => name.toLowerCase() : name => name;
}

const CASE_COUNTS: ReadonlySet<ObjectKind> = new Set(['tables', 'views', 'sequences', 'triggers']);

/** @returns the tables that are expected and there, with their rows in the dump */
function expectedTables({ expected, ignoresCase }: VerifyOptions, { tables }: DatabaseObjects) {
  const folded = foldOf('tables', ignoresCase);
  const wanted = new Map(expected.inventory.tables.map(({ name, rows }) => [folded(name), rows]));
  return tables.flatMap(table => {
    const rows = wanted.get(folded(table.name));
    return rows === undefined ? [] : [{ ...table, rows }];
  });
}
