import { EVERYTHING } from '../auth/scope.ts';
import { RetainedDatabase } from '../entities/retention/retained-database.entity.ts';
import { type PlanState, RetentionPlan } from '../entities/retention/retention-plan.entity.ts';
import { RetentionRemoval } from '../entities/retention/retention-removal.entity.ts';
import { fleetBrakes } from './fleet-brakes.ts';
import { planFleet, type Retaining } from './plan-fleet.ts';
import { type Brake, fleetWaits } from './rules/brakes.ts';
import type { DatabasePlan } from './rules/plan-retention.ts';
import { policyDigest } from './rules/policy.ts';

/** A brake, and the database that it holds; null where it is all of them. */
export interface NamedBrake extends Brake {
  readonly database: string | null;
}

/** What a plan says of one database. Those without anything to say are left out. */
export interface DatabaseSummary {
  readonly name: string;
  readonly backups: number;
  readonly bytes: number;
  readonly goes: number;
  readonly goesBytes: number;
  readonly holds: readonly Brake[];
  readonly waits: readonly Brake[];
}

/** The totals of a plan, and its databases. */
export interface PlanDocument {
  readonly version: 1;
  readonly databases: number;
  readonly backups: number;
  readonly bytes: number;
  readonly goes: number;
  readonly goesBytes: number;
  /** What holds all of it, or has all of it wait. */
  readonly brakes: readonly Brake[];
  readonly summaries: readonly DatabaseSummary[];
}

/**
 * Makes the plan of all databases and stores it, instead of the one that still waited. Nothing goes by that alone.
 * @param onPlan is called with the plan of each database
 * @returns its id, its state and its totals
 */
export async function makePlan(
  parts: Retaining,
  { signal, onPlan }: { signal?: AbortSignal; onPlan?: (plan: DatabasePlan) => Promise<void> } = {},
): Promise<{ id: number; state: PlanState; document: PlanDocument }> {
  const em = parts.em.fork();
  const brakes = await fleetBrakes(parts);
  // Until all of it is stored, no one can apply it.
  const started = { madeAt: parts.now, state: 'superseded', heldFor: '[]', backupCount: 0, bytes: 0, document: '{}' };
  const id = await em.insert(RetentionPlan, { ...started, state: 'superseded' as const });
  const totals = new Totals(brakes);
  if (brakes.length === 0)
    for await (const plan of planFleet(parts, { scope: EVERYTHING }, signal)) {
      totals.add(plan);
      await storeRemovals(parts, id, plan);
      await adoptPolicy(parts, plan);
      await onPlan?.(plan);
    }
  const document = totals.document();
  const state = stateOf(document);
  await em.transactional(async em => {
    if (document.brakes.length > 0) await em.nativeUpdate(RetentionRemoval, { planId: id }, { needsOperator: true });
    await supersede(em, id);
    await em.nativeUpdate(
      RetentionPlan,
      { id },
      {
        ...{ state, backupCount: document.goes, bytes: document.goesBytes, document: JSON.stringify(document) },
        heldFor: JSON.stringify(namedBrakes(document)),
        ...(state === 'applied' && { appliedAt: parts.now, appliedBy: 'retention' }),
      },
    );
  });
  return { id, state, document };
}

/** Adds up a plan, database by database. */
export class Totals {
  readonly #brakes: Brake[];
  readonly #summaries: DatabaseSummary[] = [];
  #sum = { databases: 0, backups: 0, bytes: 0, goes: 0, goesBytes: 0 };
  #usual = 0;

  constructor(brakes: readonly Brake[] = []) {
    this.#brakes = [...brakes];
  }

  add({ database, decisions, goes, usual, holds, waits }: DatabasePlan): void {
    this.#usual += usual;
    const counts = {
      ...{ backups: decisions.length, bytes: sizeOf(decisions), goes: goes.length, goesBytes: sizeOf(goes) },
    };
    const { databases, backups, bytes, ...going } = this.#sum;
    this.#sum = {
      ...{ databases: databases + 1, backups: backups + counts.backups, bytes: bytes + counts.bytes },
      ...{ goes: going.goes + counts.goes, goesBytes: going.goesBytes + counts.goesBytes },
    };
    if (goes.length > 0 || holds.length > 0) this.#summaries.push({ name: database, ...counts, holds, waits });
  }

  document(): PlanDocument {
    const brakes = [...this.#brakes, ...fleetWaits({ ...this.#sum, goes: this.#sum.goes - this.#usual })];
    return { version: 1, ...this.#sum, brakes, summaries: this.#summaries };
  }
}

function sizeOf(decisions: DatabasePlan['decisions']): number {
  return decisions.reduce((sum, { backup }) => sum + backup.size, 0);
}

/** `held`: nothing goes, and something holds it. */
function stateOf({ goes, brakes, summaries }: PlanDocument): PlanState {
  if (goes > 0) return 'waiting';
  return brakes.length > 0 || summaries.length > 0 ? 'held' : 'applied';
}

/** So many brakes stand beside a plan; its document has all. */
const MOST_BRAKES = 1_000;

function namedBrakes({ brakes, summaries }: PlanDocument): NamedBrake[] {
  const ofAll = brakes.map(brake => ({ database: null, ...brake }));
  const ofSome = summaries.flatMap(({ name, holds, waits }) =>
    [...holds, ...waits].map(b => ({ database: name, ...b })),
  );
  return [...ofAll, ...ofSome].slice(0, MOST_BRAKES);
}

/** So many rows are inserted in one statement. */
const ROWS = 200;

async function storeRemovals({ em }: Retaining, planId: number, plan: DatabasePlan): Promise<void> {
  const { database: databaseName, goes, waits } = plan;
  const needsOperator = waits.length > 0;
  for (let at = 0; at < goes.length; at += ROWS)
    await em.fork().insertMany(
      RetentionRemoval,
      goes.slice(at, at + ROWS).map(({ backup, why }) => ({
        ...{ planId, databaseName, needsOperator, why, scheduledAt: null },
        ...{ backupId: backup.id, fileName: backup.fileName, size: backup.size },
      })),
    );
}

/** A policy that lets nothing go has nothing that an operator could look at: it is in use from now on. */
async function adoptPolicy({ em, now }: Retaining, plan: DatabasePlan): Promise<void> {
  const { database: databaseName, goes, holds, isPolicyNew } = plan;
  if (!isPolicyNew || goes.length > 0 || holds.length > 0) return;
  await em.fork().upsert(RetainedDatabase, { databaseName, policyDigest: policyDigest(plan.policy), since: now });
}

/** The plans that waited give way to this one. What they would have let go is in this one, or stays. */
async function supersede(em: Retaining['em'], id: number): Promise<void> {
  const older = await em.find(RetentionPlan, { state: 'waiting', id: { $lt: id } }, { limit: 100 });
  for (const { id } of older) {
    await em.nativeUpdate(RetentionPlan, { id }, { state: 'superseded' });
    await em.nativeDelete(RetentionRemoval, { planId: id, scheduledAt: null });
  }
}
