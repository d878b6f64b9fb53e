import type { DrillOutcome } from '../../protocol/last-drill.ts';
import { readRows } from '../history/read-rows.ts';
import { isInScope, type Reading } from '../history/reading/in-scope.ts';
import { query, reportExpressions } from '../history/tables.ts';
import { drillIds, proofIds } from './last-drills.ts';

/** What the drills of a database have shown. */
export interface DatabaseProof {
  readonly name: string;
  /** The newest drill that showed whether its backup is restorable; null where none has. */
  readonly proof: { readonly id: number; readonly isRestorable: boolean; readonly at: Date } | null;
  /** The newest drill, also one that could not test; null without one. */
  readonly last: { readonly id: number; readonly outcome: DrillOutcome; readonly at: Date } | null;
  readonly standing: Standing;
}

/** `failed`: not restorable; `could_not_test` and `never`: nothing is known; `old`: proven before the window; `proven`: within it. */
export const STANDINGS = ['failed', 'could_not_test', 'never', 'old', 'proven'] as const;
export type Standing = (typeof STANDINGS)[number];

/**
 * Lists all databases with backups by what their drills showed, the worst first; of the same standing those that have waited longest.
 * Two seeks on an index for each.
 * @param since a proof before that is old
 */
export async function listProofs({ em, scope }: Reading, since: Date): Promise<DatabaseProof[]> {
  const rows = await readRows(em, ALL.where(eb.and(isInScope(eb.ref('d.name'), scope))));
  return rows
    .map(({ name, ...row }) => {
      const proof =
        row.proofAt === null ? null : { id: row.proofId!, isRestorable: row.proof === 'restorable', at: row.proofAt };
      const last = row.lastAt === null ? null : { id: row.lastId!, outcome: row.last as DrillOutcome, at: row.lastAt };
      return { name, proof, last, standing: standingOf({ proof, last }, since) };
    })
    .sort(byNeed);
}

function standingOf({ proof, last }: Pick<DatabaseProof, 'proof' | 'last'>, since: Date): Standing {
  if (proof) return !proof.isRestorable ? 'failed' : proof.at < since ? 'old' : 'proven';
  return last ? 'could_not_test' : 'never';
}

function byNeed(one: DatabaseProof, other: DatabaseProof): number {
  const at = ({ proof, last }: DatabaseProof) => (proof ?? last)?.at.getTime() ?? 0;
  const rank = ({ standing }: DatabaseProof) => STANDINGS.indexOf(standing);
  return rank(one) - rank(other) || at(one) - at(other) || (one.name < other.name ? -1 : 1);
}

const eb = reportExpressions<'r' | 'l'>();

const ALL = query
  .selectFrom('databases as d')
  .leftJoin('reports as r', join => join.on('r.id', '=', proofIds))
  .leftJoin('reports as l', join => join.on('l.id', '=', drillIds))
  .select(['d.name', 'r.id as proofId', 'r.outcome as proof', 'r.ended_at as proofAt'])
  .select(['l.id as lastId', 'l.outcome as last', 'l.ended_at as lastAt']);
