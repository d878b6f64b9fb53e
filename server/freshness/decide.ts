import { noSuchDatabase } from '../auth/policy.ts';
import { AppError, validationError } from '../errors/errors.ts';
import type { EntityManager } from '../history/orm.ts';
import { readRows } from '../history/read-rows.ts';
import { query } from '../history/tables.ts';
import type { Storage } from '../storage/storage.ts';
import type { ContractConfiguration } from './contract-of.ts';
import { evaluateDatabase, keptIn } from './evaluate-freshness.ts';
import { formatWatches, type KeptWatch, type KeptWatches, parseWatches, WATCHES } from './kept-watches.ts';
import { knownDatabases, WATCHED, type WatchedRow } from './read-facts.ts';

export interface Deciding {
  readonly em: EntityManager;
  readonly storage: Storage;
  readonly configuration: ContractConfiguration;
  readonly now: Date;
}

/** Who decides it, and why. */
export interface Decision {
  readonly by: string;
  readonly reason: string;
}

const DAY_MS = 86_400_000;

/** The longest pause: a database that is forgotten for longer is better retired. */
const MOST_PAUSED_MS = 90 * DAY_MS;

/**
 * Expects no backup of a database until a time. A pause that goes on gets the new end.
 * @returns the row of the database
 * @throws AppError 404 for an unknown database, 409 for a retired one, 422 without an end within 90 days, a reason or a name
 */
export async function pauseDatabase(
  deciding: Deciding,
  name: string,
  { until, by, reason }: Decision & { readonly until: Date },
): Promise<WatchedRow> {
  const { now } = deciding;
  const decision = checked({ by, reason });
  const left = until.getTime() - now.getTime();
  if (!(left > 0 && left <= MOST_PAUSED_MS))
    throw validationError([{ field: 'until', message: 'must be within the next 90 days' }]);
  return decide(deciding, name, ({ pause, retirement }) => {
    if (retirement) throw conflict('RETIRED', `The database ${name} is retired: resume it first`);
    const from = pause && pause.until > now ? pause.from : now;
    return { pause: { from, until, ...decision }, retirement };
  });
}

/**
 * Expects no backup of a database any more. Its history stays. Where it is retired already, nothing changes.
 * @throws AppError 404 for an unknown database, 422 without a reason or a name
 */
export async function retireDatabase(deciding: Deciding, name: string, given: Decision): Promise<WatchedRow> {
  const decision = checked(given);
  return decide(deciding, name, ({ pause, retirement }) => ({
    pause,
    retirement: retirement ?? { at: deciding.now, ...decision },
  }));
}

/**
 * Expects backups of a database again: ends its pause, or its retirement, or both.
 * @throws AppError 404 for an unknown database, 409 for one that is neither paused nor retired
 */
export async function resumeDatabase(deciding: Deciding, name: string): Promise<WatchedRow> {
  const { now } = deciding;
  return decide(deciding, name, ({ pause, retirement }) => {
    const isPaused = pause !== null && pause.until > now;
    if (!isPaused && !retirement)
      throw conflict('NOT_PAUSED', `The database ${name} is neither paused nor retired: there is nothing to resume`);
    return { pause: isPaused ? { ...pause, until: now } : pause, retirement: null };
  });
}

/**
 * Forgets that these databases were paused or retired, and all that was found of them: for an erased client.
 * To be called when they have no backups and no roster any more.
 */
export async function forgetWatched({ em, storage }: Pick<Deciding, 'em' | 'storage'>, names: readonly string[]) {
  const isKept = (await storage.getText(WATCHES)) !== undefined;
  if (isKept)
    await storage.changeText(WATCHES, text => {
      const watches = parseWatches(text);
      for (const name of names) watches.delete(name);
      return formatWatches(watches);
    });
  for (const name of names) {
    await em.execute('delete from watched_databases where database_name = ?', [name]);
    await em.execute('delete from state_changes where database_name = ?', [name]);
  }
}

/** The file first: a crash behind it leaves a row that the next evaluation corrects. */
async function decide(
  deciding: Deciding,
  name: string,
  change: (present: KeptWatch) => KeptWatch,
): Promise<WatchedRow> {
  const { em, storage, now } = deciding;
  const [known] = await knownDatabases(em, [name]);
  const hasBackups = await readRows(em, query.selectFrom('databases').select('id').where('name', '=', name));
  if (!known?.row && !known?.roster && hasBackups.length === 0) throw noSuchDatabase(name);
  const rows = (await storage.getText(WATCHES)) === undefined ? await keptInRows(em) : new Map();
  await storage.changeText(WATCHES, text => {
    const watches: Map<string, KeptWatch> = text === undefined ? new Map(rows) : parseWatches(text);
    watches.set(name, change(watches.get(name) ?? { pause: null, retirement: null }));
    return formatWatches(worthKeeping(watches, now));
  });
  await evaluateDatabase(deciding, name);
  return (await knownDatabases(em.fork(), [name]))[0]!.row!;
}

/** The file is missing where the storage was replaced: what the rows know goes into the new one. */
async function keptInRows(em: EntityManager): Promise<KeptWatches> {
  const rows = await readRows(
    em,
    query
      .selectFrom('watched_databases as w')
      .select(WATCHED)
      .where(eb => eb.or([eb('w.paused_until', 'is not', null), eb('w.retired_at', 'is not', null)])),
  );
  return new Map(rows.map(row => [row.database_name, keptIn(row)]));
}

/** A pause that ended long ago has been counted: by then due times are counted from its end. */
function worthKeeping(watches: KeptWatches, now: Date): KeptWatches {
  const isCurrent = ({ pause, retirement }: KeptWatch) =>
    retirement !== null || (pause !== null && now.getTime() - pause.until.getTime() < MOST_PAUSED_MS);
  return new Map([...watches].filter(([, watch]) => isCurrent(watch)));
}

/** What the columns of the history hold. */
const [MAX_REASON, MAX_NAME] = [1000, 255];

/** @throws AppError 422 */
function checked({ by, reason }: Decision): Decision {
  const texts = { reason: [reason.trim(), MAX_REASON], by: [by.trim(), MAX_NAME] } as const;
  const problems = Object.entries(texts).flatMap(([field, [text, most]]) =>
    text !== '' && text.length <= most && text.isWellFormed() && !/\p{Cc}/u.test(text)
      ? []
      : [{ field, message: `must be a text of 1 to ${most} characters in one line` }],
  );
  if (problems.length > 0) throw validationError(problems);
  return { by: by.trim(), reason: reason.trim() };
}

function conflict(code: string, message: string): AppError {
  return new AppError(409, code, message);
}
