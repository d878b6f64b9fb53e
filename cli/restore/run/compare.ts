import { type Inventory, KIND_NAMES, OBJECT_KINDS } from '../../../protocol/manifest.ts';
import { connect } from '../../mysql/connect.ts';
import type { FilterChange } from '../../restore-filter/filter-options.ts';
import type { PreparedRestore } from '../plan/prepare.ts';
import { type Expectation, expectedOf } from '../verify/expectation.ts';
import { type Verification, verifyLoaded } from '../verify/verify-loaded.ts';

/** @returns what has to be in the database now @param changes what the filter has left out */
export function expectationOf(
  { wish }: Pick<PreparedRestore, 'wish'>,
  inventory: Inventory,
  changes: readonly FilterChange[] = [],
): Expectation {
  const { tables, parts, isAcrossFlavours } = wish;
  return expectedOf(inventory, {
    tables: tables && new Set(tables),
    parts,
    ...(isAcrossFlavours && { leftOut: new Set(changes.flatMap(leftOut)) }),
  });
}

/** The filter says `sequence s`, the comparison `sequences s`. */
function leftOut({ action, object }: FilterChange): string[] {
  if (action !== 'dropped' || object === undefined) return [];
  const kind = OBJECT_KINDS.findLast(kind => object.startsWith(`${KIND_NAMES[kind]} `));
  return kind ? [`${kind} ${object.slice(KIND_NAMES[kind].length + 1)}`] : [];
}

/** Compares what was loaded with what has to be there. @throws the connection's error; the signal's reason when aborted */
export function compareLoaded(
  { target, preflight: { facts } }: PreparedRestore,
  expected: Expectation,
  options: {
    readonly jobs: number;
    readonly signal: AbortSignal;
    readonly onProgress: (done: number, total: number) => void;
  },
): Promise<Verification> {
  const { jobs, signal, onProgress } = options;
  return verifyLoaded({
    ...{ database: target.database, expected, ignoresCase: facts.ignoresCase, jobs, onProgress },
    open: () => connect(target.server, { signal, answerWithinMs: NO_LIMIT_MS }),
  });
}

/** Counting the rows of a large table may take hours. */
const NO_LIMIT_MS = 2 ** 31 - 1;
