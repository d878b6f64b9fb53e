import { AppError, RetryLater } from '../../errors/errors.ts';

const MIB = 1024 * 1024;

interface Limits {
  /** How many bytes all forms together may hold in memory while they are read. */
  readonly totalBytes?: number;
  /** How long a form must have been silent before it gives way to another, in milliseconds. */
  readonly silentMs?: number;
}

/** What one form takes beside its fields: what waits in the parser and for the disk. */
const OF_EACH = MIB / 2;

/** What must come for a form to count as alive. */
const HEARD_BYTES = 4096;

/**
 * Bounds what is held of all forms that are being read. When there is no room for more, the form that has been silent for
 * longest gives way; while none has been silent for long, the one that wants more is told to come back.
 */
export class FormBudget {
  readonly #totalBytes: number;
  readonly #silentMs: number;
  /** Those that wait for their clients, in the order in which these last sent something. */
  readonly #waiting = new Set<FormLease>();
  #used = 0;

  constructor({ totalBytes = 64 * MIB, silentMs = 5_000 }: Limits = {}) {
    this.#totalBytes = totalBytes;
    this.#silentMs = silentMs;
  }

  /** What is held now, in bytes. */
  get used(): number {
    return this.#used;
  }

  /**
   * Begins a form.
   * @param giveWay ends the reading of it, for the reason given
   * @throws AppError 503 when there is no room for it
   */
  begin(giveWay: (reason: AppError) => void): FormLease {
    const lease = new FormLease(this, giveWay);
    lease.hold(0);
    return lease;
  }

  /** For leases only. @throws AppError 503 */
  resize(lease: FormLease, bytes: number): void {
    while (this.#used - lease.bytes + bytes > this.#totalBytes) {
      const [longest] = this.#waiting;
      if (!longest || longest === lease || performance.now() - longest.heardAt < this.#silentMs) throw noRoom();
      longest.evict();
    }
    this.#used += bytes - lease.bytes;
  }

  /** For leases only. */
  setWaiting(lease: FormLease, isWaiting: boolean): void {
    this.#waiting.delete(lease);
    if (isWaiting) this.#waiting.add(lease);
  }
}

/** What one form holds. Dispose of it when nothing of the form is needed any more. */
export class FormLease implements Disposable {
  readonly #budget: FormBudget;
  readonly #giveWay: (reason: AppError) => void;
  #bytes = 0;
  #heardAt = 0;
  #unheard = 0;
  #isOver = false;

  constructor(budget: FormBudget, giveWay: (reason: AppError) => void) {
    this.#budget = budget;
    this.#giveWay = giveWay;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** When its client last sent something, by `performance.now()`. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** While it is being read: `bytes` of its fields are held. @throws AppError 503 when there is no room for so much */
  hold(bytes: number): void {
    this.#resize(OF_EACH + bytes);
  }

  /** It has been read, and so much of its fields is kept: it gives way no more. */
  keep(bytes: number): void {
    this.#budget.setWaiting(this, false);
    this.#resize(Math.min(bytes, this.#bytes));
  }

  /** So many bytes came. A few from time to time are no more than silence. */
  heard(bytes: number): void {
    this.#unheard += bytes;
    if (this.#unheard >= HEARD_BYTES) this.waits(true);
  }

  /** Whether it waits for its client now, or for the disk. */
  waits(isForClient: boolean): void {
    if (this.#isOver) return;
    this.#unheard = 0;
    this.#heardAt = performance.now();
    this.#budget.setWaiting(this, isForClient);
  }

  /** Called when another form needs the room. */
  evict(): void {
    this[Symbol.dispose]();
    this.#giveWay(
      new AppError(
        408,
        'UPLOAD_TIMEOUT',
        'No data of this upload arrived for some time, and other uploads were waiting: send the file again',
      ),
    );
  }

  [Symbol.dispose](): void {
    this.#budget.setWaiting(this, false);
    this.#resize(0);
    this.#isOver = true;
  }

  #resize(bytes: number): void {
    if (this.#isOver) return;
    this.#budget.resize(this, bytes);
    this.#bytes = bytes;
  }
}

function noRoom(): RetryLater {
  const message = 'The service is busy with other uploads: send this one again in a moment';
  return new RetryLater(503, 'TOO_MANY_UPLOADS', message, 5);
}
