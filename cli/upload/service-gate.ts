import type { ServiceAccess } from '../access/service-access.ts';
import { whenAborted } from '../channel/when-aborted.ts';
import { log } from '../log.ts';
import { type Outage, outageBehind, withFreeBytes } from '../service/outage.ts';
import { ServiceRefusal } from '../service/service-errors.ts';
import { probeService } from './probe-service.ts';

/** What an upload may do: handed out by the gate, to be given back by `learnFrom`. */
export interface Pass {
  /** How often it may be tried again after the first time. */
  readonly retries: number;
  /**
   * Is asked after each attempt that failed.
   * @returns false when it is not to be tried again, since another upload tries on behalf of all
   */
  mayRetry(error: unknown): boolean;
  /**
   * Must be called once, with the upload.
   * @returns when that has ended: the outage that it has met; `again` when it should ask for another pass, since another
   * upload finds out how the service is; undefined when it was delivered, or failed for a reason of its own
   */
  learnFrom(upload: Promise<unknown>): Promise<Outage | 'again' | undefined>;
}

/**
 * What a run has learnt of the service, so that an outage costs its pauses once, and not for each zip: the first upload
 * that meets it tries again on behalf of all, and the others wait for its result. Once it has given up, each later
 * upload asks first whether the service is back, one at a time and without pauses.
 */
export class ServiceGate {
  readonly #access: ServiceAccess;
  readonly #retries: number;
  /** Known to be so: nothing is sent without a look at the service first. */
  #outage: Outage | undefined;
  /** Of the zip for which its disk had no room, in bytes. */
  #tooLarge = Number.POSITIVE_INFINITY;
  /** Ends with the upload that tries on behalf of all. */
  #trial: PromiseWithResolvers<void> | undefined;
  /** Uploads that must go one at a time stand in line here. */
  #line: Promise<void> = Promise.resolve();
  /** Once its disk was full, uploads that are sent side by side would take the room from each other. */
  #isTight = false;
  /** On the clock of `performance`: how long the last look at the service is good enough. */
  #lookedUntil = 0;

  /** @param retries how often an upload is tried again while nothing is known of an outage */
  constructor(access: ServiceAccess, retries: number) {
    this.#access = access;
    this.#retries = retries;
  }

  /**
   * Waits until an upload may begin.
   * @param size of the zip, in bytes
   * @returns what it may do, or the outage in which it need not be tried
   * @throws the signal's reason when aborted
   */
  async enter(size: number, signal: AbortSignal): Promise<Pass | Outage> {
    while (this.#trial) {
      log.debug('an upload waits while another one finds out whether the service is back', { bytes: size });
      await unlessAborted(this.#trial.promise, signal);
    }
    if (!this.#outage && !this.#isTight) return this.#pass(size, signal);
    log.debug('an upload waits for its turn: the service was away, or its disk full', { bytes: size });
    const leave = await this.#standInLine(signal);
    try {
      const outage = this.#outage && (await this.#look(this.#outage, size, signal));
      if (!outage) return this.#pass(size, signal, leave);
      leave();
      return outage;
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Checks the service again before the last attempt of the waiting uploads. */
  async lookAgain(signal: AbortSignal): Promise<void> {
    this.#lookedUntil = 0;
    if (this.#outage?.full) this.#outage = await this.#withFreeBytes(this.#outage, signal);
  }

  #pass(size: number, signal: AbortSignal, leave?: () => void): Pass {
    const retries = this.#outage ? 0 : this.#retries;
    let role: 'tries for all' | 'waits for another' | undefined;
    return {
      retries,
      mayRetry: error => {
        const outage = outageBehind(error, this.#access.server);
        if (!outage || role === 'tries for all') return true;
        // A pause makes no room. Smaller zips may still fit, and the rest is tried again when the run ends.
        if (hasNoRoomFor(size, outage.full?.freeBytes)) return false;
        role = this.#trial ? 'waits for another' : 'tries for all';
        if (role === 'waits for another') return false;
        this.#trial = Promise.withResolvers();
        return true;
      },
      learnFrom: async upload => {
        try {
          const error = await upload.then(
            () => undefined,
            error => error,
          );
          return role === 'waits for another' ? 'again' : await this.#learn(error, size, signal);
        } finally {
          if (role === 'tries for all') {
            this.#trial?.resolve();
            this.#trial = undefined;
          }
          leave?.();
        }
      },
    };
  }

  async #learn(error: unknown, size: number, signal: AbortSignal): Promise<Outage | undefined> {
    const outage = outageBehind(error, this.#access.server);
    // Also a refusal of this one zip shows that the service is there. What is no answer of it shows nothing.
    const isThere = !outage && (error === undefined || error instanceof ServiceRefusal);
    // A full disk still has room for what is small enough.
    if (isThere && !(this.#outage?.full && size < this.#tooLarge)) this.#outage = undefined;
    if (!outage) return undefined;
    this.#outage = outage;
    if (!outage.full) return outage;
    [this.#isTight, this.#tooLarge] = [true, size];
    if (outage.full.freeBytes === undefined) this.#outage = await this.#withFreeBytes(outage, signal);
    return this.#outage;
  }

  async #withFreeBytes(outage: Outage, signal: AbortSignal): Promise<Outage> {
    const freeBytes = (await probeService(this.#access, signal))?.freeBytes;
    return freeBytes === undefined ? outage : withFreeBytes(outage, freeBytes);
  }

  /** @returns the outage as long as an upload of so many bytes can't come to anything */
  async #look(outage: Outage, size: number, signal: AbortSignal): Promise<Outage | undefined> {
    const began = performance.now();
    if (began < this.#lookedUntil) return outage;
    const found = await probeService(this.#access, signal);
    if (outage.full) return hasNoRoomFor(size, found?.freeBytes) ? outage : undefined;
    // Where nothing answers a look may take its time: no more than a tenth of the run is spent on such looks.
    this.#lookedUntil = found ? 0 : performance.now() + 9 * (performance.now() - began);
    return found && found.status < 500 && found.status !== outage.status ? undefined : outage;
  }

  /** @returns once it is this one's turn: to be called when it is the next one's */
  async #standInLine(signal: AbortSignal): Promise<() => void> {
    const before = this.#line;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#line = before.then(() => promise);
    try {
      await unlessAborted(before, signal);
      return resolve;
    } catch (error) {
      resolve();
      throw error;
    }
  }
}

/** A disk that says it has nothing left at all may only say so (of some file systems nothing is known): that is tried. */
function hasNoRoomFor(size: number, freeBytes: number | undefined): boolean {
  return freeBytes !== undefined && freeBytes > 0 && freeBytes < size;
}

async function unlessAborted(waiting: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = whenAborted(signal, () => reject(signal.reason));
  try {
    await Promise.race([waiting, promise]);
  } finally {
    stop();
  }
}
