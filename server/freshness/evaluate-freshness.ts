import type { Logger } from 'pino';
import type { EntityManager } from '../history/orm.ts';
import { type UnseenTime, unseenTimes } from '../jobs/unseen-times.ts';
import { nextTurn } from '../process/turns.ts';
import { type Storage, StorageAway } from '../storage/storage.ts';
import { type Contract, type ContractConfiguration, contractOf } from './contract-of.ts';
import { forgetOldChanges } from './forget-old-changes.ts';
import { type KeptWatch, type KeptWatches, parseWatches, WATCHES } from './kept-watches.ts';
import { type KnownDatabase, knownDatabases, namesAfter, type WatchedRow } from './read-facts.ts';
import { type Before, type Facts, stateOf } from './state-of.ts';
import { type Evaluated, writeEvaluated } from './write-evaluated.ts';

interface Evaluating {
  readonly em: EntityManager;
  /** Where pauses and retirements are kept. */
  readonly storage: Pick<Storage, 'getText'>;
  readonly configuration: ContractConfiguration;
  readonly now: Date;
  readonly log?: Pick<Logger, 'error'> | undefined;
  /** Ends the evaluation after the databases that it is about. */
  readonly signal?: AbortSignal | undefined;
}

/** What an evaluation has done. */
export interface Evaluation {
  /** How many databases it looked at. */
  databases: number;
  /** How many rows it wrote, and for how many of these the state had changed. */
  written: number;
  transitions: number;
}

/** So many databases are read at a time, and written in one transaction. */
const PAGE = 500;
/** More than a large fleet adds on a day on which all of it is away. */
const MOST_FORGOTTEN = 1_000;

/**
 * Finds the state of each database that has a backup or is on a roster, and writes down what has changed. Several processes may
 * do this at the same time: each transition is written once. Where nothing has changed, nothing is written.
 * @throws what the history throws; what was written until then stays
 */
export async function evaluateFreshness(evaluating: Evaluating): Promise<Evaluation> {
  const { em, now, signal } = evaluating;
  const known = await knownOfAll(evaluating);
  const sum: Evaluation = { databases: 0, written: 0, transitions: 0 };
  for (let after: string | undefined; !signal?.aborted; ) {
    const names = await namesAfter(em, after, PAGE);
    if (names.length > 0) add(sum, await evaluatePage(evaluating, known, names));
    if (names.length < PAGE) break;
    after = names.at(-1);
  }
  if (sum.transitions > 0) await forgetOldChanges(em, now, { atMost: MOST_FORGOTTEN });
  return sum;
}

/** The same for one database. */
export async function evaluateDatabase(evaluating: Evaluating, name: string): Promise<Evaluation> {
  return evaluatePage(evaluating, await knownOfAll(evaluating), [name]);
}

/** What an evaluation reads once. */
interface KnownOfAll {
  /** Undefined where it can't be read. */
  readonly kept: KeptWatches | undefined;
  readonly unseen: readonly UnseenTime[];
}

async function knownOfAll(evaluating: Evaluating): Promise<KnownOfAll> {
  return { kept: await keptWatches(evaluating), unseen: await unseenTimes(evaluating.em, evaluating.now) };
}

async function evaluatePage(
  { em, configuration, now }: Evaluating,
  ofAll: KnownOfAll,
  names: readonly string[],
): Promise<Evaluation> {
  const evaluate = async () => {
    const found: Evaluated[] = [];
    for (const known of await knownDatabases(em, names)) {
      await nextTurn();
      found.push(evaluated(known, { configuration, now, ...ofAll }));
    }
    return found;
  };
  const { written, transitions } = await writeEvaluated(em, evaluate);
  return { databases: names.length, written, transitions };
}

interface Deciding extends KnownOfAll {
  readonly configuration: ContractConfiguration;
  readonly now: Date;
}

function evaluated(known: KnownDatabase, { configuration, kept, unseen, now }: Deciding): Evaluated {
  const { name, roster, terms, lastComplete, row } = known;
  const contract = contractOf(configuration, terms, name);
  const { pause, retirement } = (kept ? kept.get(name) : row && keptIn(row)) ?? NOTHING;
  const facts: Facts = {
    ...{ contract, roster, lastComplete, pause: pause ?? undefined, retirement: retirement ?? undefined },
    before: row && beforeIn(row, contract),
    unseen,
  };
  return { name, row, contract, lastComplete, pause, retirement, assessment: stateOf(facts, now), now };
}

function beforeIn(row: WatchedRow, contract: Contract): Before {
  const { state, state_since: stateSince, counted_from: countedFrom, last_complete_counts_at: countsAt } = row;
  const { due_at: dueAt, late_at: lateAt, critical_at: criticalAt } = row;
  const isKnown = dueAt && lateAt && criticalAt && row.contract === JSON.stringify(contract);
  const from = countsAt && countsAt > countedFrom ? countsAt : countedFrom;
  return { state, stateSince, countedFrom, known: isKnown ? { from, due: { dueAt, lateAt, criticalAt } } : undefined };
}

const NOTHING: KeptWatch = { pause: null, retirement: null };

/** @returns what a row says of a pause and a retirement */
export function keptIn(row: WatchedRow): KeptWatch {
  const {
    paused_from: from,
    paused_until: until,
    paused_by,
    paused_for,
    retired_at: at,
    retired_by,
    retired_for,
  } = row;
  return {
    pause: from && until ? { from, until, by: paused_by ?? '', reason: paused_for ?? '' } : null,
    retirement: at ? { at, by: retired_by ?? '', reason: retired_for ?? '' } : null,
  };
}

/** @returns undefined where the file can't be read: then what the rows say goes on */
async function keptWatches({ storage, log }: Evaluating): Promise<KeptWatches | undefined> {
  try {
    const text = await storage.getText(WATCHES);
    if (text === undefined) return undefined;
    if (lastRead?.text !== text) lastRead = { text, watches: parseWatches(text) };
    return lastRead.watches;
  } catch (err) {
    // Each request is told that the storage is away, and so is `/-/ready`.
    if (!(err instanceof StorageAway)) log?.error({ err }, 'Which databases are paused or retired cannot be read');
    return undefined;
  }
}

/** It is read each minute, and changes a few times a month. */
let lastRead: { readonly text: string; readonly watches: KeptWatches } | undefined;

function add(sum: Evaluation, part: Evaluation): void {
  sum.databases += part.databases;
  sum.written += part.written;
  sum.transitions += part.transitions;
}
