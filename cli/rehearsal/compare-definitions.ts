import { forEachKind, type Inventory, namesIn, OBJECT_KINDS, type ObjectKind } from '../../protocol/manifest.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { keyOf, type ObjectNames } from '../definitions/definition.ts';
import { type Difference, differencesBetween } from '../definitions/differences.ts';
import { takeFingerprints } from '../definitions/fingerprints.ts';
import type { MakeNeutral } from '../definitions/neutral-text.ts';
import { readDefinitions } from '../definitions/read-definitions.ts';
import type { Session } from '../mysql/connect.ts';
import { unifyAnswers } from '../mysql/server-facts.ts';
import { findRecreatedTables } from '../preflight/recreated-tables.ts';
import type { SourceReport } from '../preflight/source-report.ts';
import { readAgain, type SourceSeen } from './source-watch.ts';

export interface Comparison {
  readonly differences: readonly Difference[];
  /** Keys of what was changed on the source since its dump began: nothing follows from how that loads. */
  readonly changedMeanwhile: readonly string[];
  /** How many objects were compared. */
  readonly objects: number;
}

export interface Comparing {
  readonly source: DatabaseSource;
  readonly report: SourceReport;
  readonly seen: SourceSeen;
  /** Of the dump. */
  readonly inventory: Inventory;
  /** Whether the texts are compared, and not only which objects there are. */
  readonly comparesTexts: boolean;
  /** Keys of what is known to come back otherwise, or was not loaded for a reason that says nothing about the dump. */
  readonly known: ReadonlySet<string>;
  readonly neutral: MakeNeutral;
  readonly signal: AbortSignal;
}

/**
 * Compares what was loaded with what the source had when its dump began.
 * @param session of the throwaway server, in the database that was loaded
 */
export async function compareDefinitions(
  session: Session,
  database: string,
  comparing: Comparing,
): Promise<Comparison> {
  const { seen, neutral, report, inventory, known, comparesTexts } = comparing;
  await unifyAnswers(session);
  const names = namesToCompare(inventory, seen, known);
  const options = { database, ignoresCase: report.ignoresCase ?? false, names, neutral, manyAtOnce: true };
  const found = await takeFingerprints(session, options);
  const isOther = (key: string, print: string) =>
    comparesTexts ? seen.prints.get(key) !== print : print === 'missing';
  const suspects = OBJECT_KINDS.flatMap(kind =>
    (names[kind] ?? [])
      .filter(name => isOther(keyOf({ kind, name }), found.get(keyOf({ kind, name })) ?? ''))
      .map(name => ({ kind, name })),
  );
  if (suspects.length === 0) return { differences: [], changedMeanwhile: [], objects: found.size };
  const engines = await askEngines(session);
  const asBefore = await sourceAsBefore(suspects, comparing);
  const differences: Difference[] = [];
  for (const suspect of suspects) {
    const expected = asBefore.get(keyOf(suspect));
    if (expected === undefined || needsOtherEngine(expected.facts.definition, engines)) continue;
    for await (const read of readDefinitions(session, { ...options, names: { [suspect.kind]: [suspect.name] } }))
      differences.push(...differencesBetween(expected, 'no' in read ? read.no : read));
  }
  const changedMeanwhile = suspects.map(keyOf).filter(key => !asBefore.has(key));
  return { differences, changedMeanwhile, objects: found.size };
}

function namesToCompare(inventory: Inventory, { prints }: SourceSeen, known: ReadonlySet<string>): ObjectNames {
  const isComparable = (kind: ObjectKind, name: string) => {
    const print = prints.get(keyOf({ kind, name }));
    return print !== undefined && print !== 'missing' && print !== 'not shown' && !known.has(keyOf({ kind, name }));
  };
  return forEachKind(kind => namesIn(inventory, kind).filter(name => isComparable(kind, name)));
}

/** A table that was altered in the first moment of a dump is noticed by the time at which it was made. */
async function sourceAsBefore(
  suspects: readonly { readonly kind: ObjectKind; readonly name: string }[],
  { source, report, seen, neutral, signal }: Comparing,
): ReturnType<typeof readAgain> {
  const asBefore = await readAgain(source, report, { keys: suspects, before: seen.prints, neutral, signal });
  if (report.tablesSeen && suspects.some(({ kind }) => kind === 'tables')) {
    const { names } = await findRecreatedTables(source, report.tablesSeen, { signal });
    for (const name of names) asBefore.delete(keyOf({ kind: 'tables', name }));
  }
  return asBefore;
}

async function askEngines(session: Session): Promise<ReadonlySet<string>> {
  const rows = await session.ask(`select engine from information_schema.engines where support in ('YES', 'DEFAULT')`);
  return new Set(rows.map(([engine]) => String(engine).toLowerCase()));
}

/** Without its engine a table becomes one of InnoDB. */
function needsOtherEngine(definition: string | undefined, engines: ReadonlySet<string>): boolean {
  const engine = /^\) ENGINE=(\w+)/m.exec(definition ?? '')?.[1];
  return engine !== undefined && !engines.has(engine.toLowerCase());
}
