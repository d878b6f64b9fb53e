import type { StageName } from '../report/outcome.ts';

/** How far a whole run is. */
export interface OverallProgress {
  readonly done: number;
  readonly total: number;
  /** From 0 to 1, by the bytes of the dumps where their sizes are known or guessed. */
  readonly share: number;
  /** In bytes; undefined while no size is known. */
  readonly doneBytes: number | undefined;
  readonly totalBytes: number | undefined;
  /** Undefined while it is too early to say. */
  readonly secondsLeft: number | undefined;
}

/** Of a database's backup, which part the end of each stage is: a zip follows its dump, so little of it is left then. */
const SHARE_AFTER = { dump: 0.8, zip: 0.9, upload: 1 } as const;
const SHARE_BEFORE = { dump: 0, zip: SHARE_AFTER.dump, upload: SHARE_AFTER.zip } as const;

/** Before that the time that is left is a guess from too little. */
const TELLING_SECONDS = 5;
const TELLING_SHARE = 0.02;

interface Database {
  /** What its dump may become, in bytes: as in the last run, as the server says, or as it was. */
  expected: number | undefined;
  share: number;
  isDone: boolean;
}

/** Reckons how far a run is, from what is known of the size of each database. */
export class RunProgress {
  readonly #databases: Map<string, Database>;
  readonly #startedAt: number;
  readonly #now: () => number;

  /**
   * @param expected the databases of the run by their labels, with the bytes of their last dumps where they are known
   * @param now in milliseconds
   */
  constructor(expected: ReadonlyMap<string, number | undefined>, now: () => number = () => performance.now()) {
    this.#databases = new Map(
      [...expected].map(([label, bytes]) => [label, { expected: bytes, share: 0, isDone: false }]),
    );
    this.#now = now;
    this.#startedAt = now();
  }

  /** @param bytes what the dump may become, or has become */
  expect(label: string, bytes: number): void {
    const database = this.#databases.get(label);
    if (database) database.expected = bytes;
  }

  /** @param share how much of the stage is done, from 0 to 1 */
  at(label: string, stage: StageName, share: number): void {
    const database = this.#databases.get(label);
    if (!database || database.isDone) return;
    database.share = SHARE_BEFORE[stage] + (SHARE_AFTER[stage] - SHARE_BEFORE[stage]) * Math.min(1, share);
  }

  done(label: string): void {
    const database = this.#databases.get(label);
    if (database) Object.assign(database, { share: 1, isDone: true });
  }

  get overall(): OverallProgress {
    const databases = [...this.#databases.values()];
    const known = databases.flatMap(({ expected }) => (expected === undefined ? [] : [expected]));
    // One whose size is not known may be as large as the others are on average; one more byte each, so that none counts nothing.
    const average = known.length > 0 ? sum(known) / known.length : 0;
    const sizeOf = ({ expected = average }: Database) => expected + 1;
    const totalBytes = sum(databases.map(sizeOf));
    const doneBytes = sum(databases.map(database => sizeOf(database) * database.share));
    const share = databases.length === 0 ? 1 : doneBytes / totalBytes;
    const seconds = (this.#now() - this.#startedAt) / 1000;
    const isEarly = seconds < TELLING_SECONDS || share < TELLING_SHARE;
    const isKnown = known.length > 0;
    return {
      done: databases.filter(({ isDone }) => isDone).length,
      total: databases.length,
      share,
      doneBytes: isKnown ? doneBytes : undefined,
      totalBytes: isKnown ? totalBytes : undefined,
      secondsLeft: isEarly ? undefined : (seconds * (1 - share)) / share,
    };
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
