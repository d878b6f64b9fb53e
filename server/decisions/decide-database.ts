import type { Audit } from '../audit/audit.ts';
import type { Actor } from '../audit/entry.ts';
import type { ContractConfiguration } from '../freshness/contract-of.ts';
import {
  type Deciding as DecidingFreshness,
  type Decision,
  pauseDatabase,
  resumeDatabase,
  retireDatabase,
} from '../freshness/decide.ts';
import type { WatchedRow } from '../freshness/read-facts.ts';
import type { EntityManager } from '../history/orm.ts';
import type { Storage } from '../storage/storage.ts';
import { whoDecides } from './who-decides.ts';

/** What a decision about a database needs. Who may decide, and about which databases, is asked of the policy before. */
export interface DecidingDatabase {
  readonly em: EntityManager;
  readonly storage: Storage;
  readonly configuration: ContractConfiguration;
  readonly audit: Audit;
  readonly actor: Actor;
}

/** Why, and who decides it: the name of the token when left out, which an open service does not have. */
export interface DecisionRequest {
  readonly reason: string;
  readonly by?: string | null | undefined;
}

/** Pauses a database, as `pauseDatabase` does, and records who did it. @throws AppError as that does */
export function pause(
  deciding: DecidingDatabase,
  name: string,
  { until, ...given }: DecisionRequest & { readonly until: Date },
): Promise<WatchedRow> {
  const decision = { until, ...decisionOf(given, deciding) };
  return change(deciding, { action: 'pause', name, detail: { ...decision } }, parts =>
    pauseDatabase(parts, name, decision),
  );
}

/** Ends its pause or its retirement, as `resumeDatabase` does, and records who did it. @throws AppError as that does */
export function resume(deciding: DecidingDatabase, name: string): Promise<WatchedRow> {
  return change(deciding, { action: 'resume', name, detail: {} }, parts => resumeDatabase(parts, name));
}

/** Retires a database, as `retireDatabase` does, and records who did it. @throws AppError as that does */
export function retire(deciding: DecidingDatabase, name: string, given: DecisionRequest): Promise<WatchedRow> {
  const decision = decisionOf(given, deciding);
  return change(deciding, { action: 'retire', name, detail: { ...decision } }, parts =>
    retireDatabase(parts, name, decision),
  );
}

function decisionOf({ reason, by }: DecisionRequest, { actor }: DecidingDatabase): Decision {
  return { reason, by: by ?? (actor.token === undefined ? '' : whoDecides(actor)) };
}

interface Deed {
  readonly action: 'pause' | 'resume' | 'retire';
  readonly name: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

function change(
  { em, storage, configuration, audit, actor }: DecidingDatabase,
  { action, name, detail }: Deed,
  act: (parts: DecidingFreshness) => Promise<WatchedRow>,
): Promise<WatchedRow> {
  const parts = { em, storage, configuration, now: new Date() };
  return audit.change({ actor, action, database: name, detail }, () => act(parts));
}
