import type { Actor, AuditRecord, Deed } from './entry.ts';

/** A request that was refused, or failed. */
export interface Refusal extends Omit<Deed, 'detail'> {
  /** Of the error that was answered. */
  readonly code: string;
  readonly result: 'refused' | 'failed';
}

interface Counted extends Refusal {
  count: number;
  readonly firstAt: Date;
  lastAt: Date;
}

interface Bounds {
  /** How many entries a minute may have, and how many of one address tell databases and backups apart. */
  readonly most: number;
  readonly mostOfAddress: number;
  /** How many entries an hour may have: someone who is refused from everywhere must not fill the history. */
  readonly mostOfHour: number;
}

const BOUNDS: Bounds = { most: 200, mostOfAddress: 20, mostOfHour: 2_000 };
const HOUR_MS = 3_600_000;

/**
 * Counts refusals, so that ten thousand of them become a few entries. Those alike in all are counted together. Of an address
 * with many different ones the databases are no longer told apart; beyond the bounds, neither are the addresses.
 */
export class RefusalCounter {
  readonly #bounds: Bounds;
  readonly #counted = new Map<string, Counted>();
  readonly #ofAddress = new Map<string, number>();
  #hour = 0;
  #ofHour = 0;

  constructor(bounds = BOUNDS) {
    this.#bounds = bounds;
  }

  /** @returns whether it is the first since they were taken */
  add(refusal: Refusal, now = new Date()): boolean {
    const isFirst = this.#counted.size === 0;
    for (const { counted, mayBegin } of this.#levels(refusal)) {
      const key = JSON.stringify(counted);
      const known = this.#counted.get(key);
      if (!known && !mayBegin) continue;
      if (known) Object.assign(known, { count: known.count + 1, lastAt: now });
      else this.#begin(key, { ...counted, count: 1, firstAt: now, lastAt: now });
      break;
    }
    return isFirst;
  }

  /** @returns an entry for each of those that were counted since the last call */
  take(): AuditRecord[] {
    const taken = [...this.#counted.values()];
    this.#counted.clear();
    this.#ofAddress.clear();
    return taken.map(({ code, firstAt: at, lastAt, ...entry }) => {
      const detail = entry.count === 1 ? { code } : { code, last_at: lastAt.toISOString() };
      return { ...entry, at, detail };
    });
  }

  /** From the one that tells most apart to the one that there is always room for: its fields have few values. */
  #levels(refusal: Refusal): Array<{ counted: Refusal; mayBegin: boolean }> {
    const { most, mostOfAddress, mostOfHour } = this.#bounds;
    const { actor, action, database, backupId, code, result } = refusal;
    const hasRoom = this.#counted.size < most && this.#startedInHour() < mostOfHour;
    const ofAddress = this.#ofAddress.get(addressOf(actor)) ?? 0;
    const plain = { action, code, result };
    return [
      { counted: { actor, database, backupId, ...plain }, mayBegin: hasRoom && ofAddress < mostOfAddress },
      { counted: { actor, ...plain }, mayBegin: hasRoom },
      { counted: { actor: ANYONE, ...plain }, mayBegin: true },
    ];
  }

  #begin(key: string, counted: Counted): void {
    this.#counted.set(key, counted);
    const address = addressOf(counted.actor);
    this.#ofAddress.set(address, (this.#ofAddress.get(address) ?? 0) + 1);
    this.#ofHour += 1;
  }

  #startedInHour(): number {
    const hour = Math.floor(Date.now() / HOUR_MS);
    if (hour !== this.#hour) [this.#hour, this.#ofHour] = [hour, 0];
    return this.#ofHour;
  }
}

const ANYONE: Actor = { tokenId: undefined, token: undefined, address: undefined };

function addressOf({ address }: Actor): string {
  return address ?? '';
}
