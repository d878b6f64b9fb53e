import { array, date, number, object, string } from 'yup';
import type { Pause, Retirement } from './state-of.ts';

/** What a person has decided about a database, as it is kept beside the storage (docs/reference/formats.md, "The watches"). */
export interface KeptWatch {
  /** The current pause, or the last one; null when it was never paused. */
  readonly pause: Pause | null;
  readonly retirement: Retirement | null;
}

/** By the name of the database. */
export type KeptWatches = ReadonlyMap<string, KeptWatch>;

/** Where it is kept. */
export const WATCHES = { name: 'watches' } as const;

const ABOUT = 'Which databases of Lumbung are paused or retired: copy this file together with the backups';

/** @returns the text of the file, a database a line */
export function formatWatches(watches: KeptWatches): string {
  const lines = [...watches].map(([database, { pause, retirement }]) =>
    JSON.stringify({ database, paused: pause && pausedIn(pause), retired: retirement && retiredIn(retirement) }),
  );
  const head = `{"about":${JSON.stringify(ABOUT)},"record_version":1,"databases":[`;
  return `${[head, lines.join(',\n'), ']}'].filter(part => part !== '').join('\n')}\n`;
}

function pausedIn({ from, until, by, reason }: Pause): Pause {
  return { from, until, by, reason };
}

function retiredIn({ at, by, reason }: Retirement): Retirement {
  return { at, by, reason };
}

/**
 * @param text undefined for no file
 * @throws Error when it was changed by hand into something else: to go on would watch what was retired
 */
export function parseWatches(text: string | undefined): Map<string, KeptWatch> {
  if (text === undefined) return new Map();
  try {
    const { databases } = file.validateSync(JSON.parse(text));
    return new Map(
      databases.map(({ database, paused, retired }) => [database, { pause: paused, retirement: retired }]),
    );
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, MAX_REASON) : String(error);
    throw new Error(`the file '.lumbung-watches ' in STORAGE_DIR is broken: ${why}. Put it back from a copy`, {
      cause: error,
    });
  }
}

/** yup repeats the value that it doesn't like, however long that is. */
const MAX_REASON = 500;

const who = { by: string().required(), reason: string().required() };

const file = object({
  record_version: number().oneOf([1]).required(),
  databases: array(
    object({
      database: string().required(),
      paused: object({ from: date().required(), until: date().required(), ...who })
        .nullable()
        .defined()
        .default(undefined),
      retired: object({ at: date().required(), ...who })
        .nullable()
        .defined()
        .default(undefined),
    }).required(),
  ).required(),
}).required();
