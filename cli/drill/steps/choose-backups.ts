import type { DatabaseList } from '../../../protocol/responses.ts';
import { labelsIn } from '../../config/select-sources.ts';
import { ConfigurationError } from '../../errors.ts';
import { didYouMean } from '../../options/did-you-mean.ts';

type Listed = DatabaseList['data'][number];

/** A backup that a drill restores. */
export interface ChosenBackup {
  /** The label under which the history of its database is kept. */
  readonly label: string;
  readonly id: number;
}

export interface DrillChoice {
  /** The one that has waited longest for a proof first. */
  readonly chosen: readonly ChosenBackup[];
  /** Databases without a complete backup: nothing can be tested. */
  readonly withoutComplete: readonly string[];
  /** How many databases were proven within the window, and are left out. */
  readonly provenCount: number;
}

export interface ChoiceOptions {
  /** As they were typed; these are drilled whether they are proven or not. */
  readonly only?: readonly string[] | undefined;
  /** At most so many. */
  readonly sample?: number | undefined;
  /** How long a proof is good for, in milliseconds. */
  readonly windowMs: number;
  /** Also those that are proven. */
  readonly all: boolean;
  readonly now: Date;
}

/**
 * Chooses of each database its newest complete backup, unless one of its backups was shown to be restorable within the window.
 * @param databases as the service lists them
 * @throws {ConfigurationError} when `only` names a database that the service does not know
 */
export function chooseBackups(databases: readonly Listed[], options: ChoiceOptions): DrillChoice {
  const { sample = Number.POSITIVE_INFINITY, only, all } = options;
  const wanted = only ? named(databases, only) : databases;
  const due = only || all ? wanted : wanted.filter(database => !isProven(database, options));
  const complete = due.filter(({ latest_complete }) => latest_complete);
  const chosen = complete.toSorted((a, b) => provenAt(a) - provenAt(b)).slice(0, sample);
  return {
    chosen: chosen.map(({ database_name: label, latest_complete }) => ({ label, id: latest_complete!.id })),
    withoutComplete: due.filter(({ latest_complete }) => !latest_complete).map(({ database_name }) => database_name),
    provenCount: wanted.length - due.length,
  };
}

function named(databases: readonly Listed[], only: readonly string[]): readonly Listed[] {
  const labels = databases.map(({ database_name }) => database_name);
  const chosen = new Set(only.flatMap(text => labelsIn(text, labels)));
  const unknown = [...chosen].filter(label => !labels.includes(label));
  if (unknown.length > 0)
    throw new ConfigurationError(
      unknown.map(label => `--only names ${label}, of which the service has no backup${didYouMean(label, labels)}`),
    );
  return databases.filter(({ database_name }) => chosen.has(database_name));
}

function isProven(database: Listed, { windowMs, now }: ChoiceOptions): boolean {
  return now.getTime() - provenAt(database) < windowMs;
}

/** @returns when a backup of it was last shown to be restorable, in milliseconds; -Infinity where none was since one failed */
function provenAt({ last_proof }: Listed): number {
  return last_proof?.outcome === 'restorable' ? Date.parse(last_proof.at) : Number.NEGATIVE_INFINITY;
}
