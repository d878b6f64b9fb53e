import type { LoadedSoFar, LoadProgress } from './load-options.ts';

/** What a first estimate waits for. */
const ESTIMATES_AFTER_SECONDS = 2;

/** Counts what has been loaded, and says so at each step. */
export class LoadMeter {
  readonly #started = performance.now();
  readonly #totalBytes: number | undefined;
  readonly #onProgress: ((progress: LoadProgress) => void) | undefined;
  #bytes = 0;
  #statements = 0;
  #rows = 0;
  /** Of connections that make keys. */
  #makingKeys = 0;
  #keysBegan = 0;
  #keysMs: number | undefined;

  constructor(totalBytes: number | undefined, onProgress: ((progress: LoadProgress) => void) | undefined) {
    this.#totalBytes = totalBytes;
    this.#onProgress = onProgress;
  }

  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  /** How long at least one connection made keys; undefined where keys came with their tables. */
  get keysSeconds(): number | undefined {
    return this.#keysMs === undefined ? undefined : this.#keysMs / 1000;
  }

  /** Measures while keys are made, by one connection or by several at once. */
  async whileMakingKeys(work: () => Promise<void>): Promise<void> {
    if (this.#makingKeys++ === 0) this.#keysBegan = performance.now();
    try {
      await work();
    } finally {
      if (--this.#makingKeys === 0) this.#keysMs = (this.#keysMs ?? 0) + performance.now() - this.#keysBegan;
    }
  }

  get soFar(): LoadedSoFar {
    return { bytes: this.#bytes, statements: this.#statements, rows: this.#rows };
  }

  /** A statement has been carried out. @param what it belongs to */
  add({ bytes, rows }: { readonly bytes: number; readonly rows: number }, what: string): void {
    this.#bytes += bytes;
    this.#rows += rows;
    this.#statements++;
    this.tell(what);
  }

  /** Something else goes on. */
  tell(what: string): void {
    const totalBytes = this.#totalBytes;
    this.#onProgress?.({ ...this.soFar, totalBytes, what, secondsLeft: this.#secondsLeft() });
  }

  #secondsLeft(): number | undefined {
    const { seconds } = this;
    if (this.#totalBytes === undefined || this.#bytes === 0 || seconds < ESTIMATES_AFTER_SECONDS) return undefined;
    return (seconds / this.#bytes) * Math.max(0, this.#totalBytes - this.#bytes);
  }
}
