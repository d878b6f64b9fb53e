import { noSuchDatabase } from '../auth/policy.ts';
import { covers } from '../auth/scope.ts';
import { AppError } from '../errors/errors.ts';
import { isText } from '../history/conditions.ts';
import { readRows } from '../history/read-rows.ts';
import type { Reading } from '../history/reading/in-scope.ts';
import { expressions, query } from '../history/tables.ts';
import { readRetained } from './read-retained.ts';
import { type Decision, decide } from './rules/decide.ts';
import type { RetentionPolicy } from './rules/policy.ts';

/** Each holds all backups of its database in memory, so one is made after the other. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Decides about the backups of a database by a policy that may not be its own, by the rules by which the retention does. Changes nothing.
 * What holds the whole database for now is left out: it is asked what the policy itself would keep.
 * @returns a decision about each of its backups that exist, the newest first
 * @throws AppError 404 when there is no such database in scope, 422 when it has too many backups
 */
export function simulateRetention(
  reading: Reading & { readonly now: Date },
  database: string,
  policy: RetentionPolicy,
): Promise<Decision[]> {
  const simulation = last.then(() => simulate(reading, database, policy));
  last = simulation.catch(() => undefined);
  return simulation;
}

async function simulate(
  { em, scope, now }: Reading & { readonly now: Date },
  database: string,
  policy: RetentionPolicy,
): Promise<Decision[]> {
  const [row] = covers(scope, database) ? await readRows(em, databases.where(isText(eb.ref('d.name'), database))) : [];
  if (!row) throw noSuchDatabase(database);
  const backups = await readRetained({ em, now }, row);
  if (!backups) throw new AppError(422, 'VALIDATION_FAILED', `${database} has too many backups for this`);
  return decide({ backups, policy, now });
}

const eb = expressions<never>();

const databases = query.selectFrom('databases as d').select(['d.id', 'd.name']).limit(1);
