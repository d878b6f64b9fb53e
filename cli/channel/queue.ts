/**
 * First in, first out, except that a member may also leave from the middle: parked waiters get cancelled, and a
 * `select` in a loop withdraws its losers on every turn. Hence a linked list, where each of these takes constant time.
 */
export class Queue<T> {
  #front: Link<T> | undefined;
  #back: Link<T> | undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /**
   * @param member joins at the back
   * @returns its link, by which it can be removed
   */
  push(member: T): Link<T> {
    const link: Link<T> = { member, before: this.#back, behind: undefined, queued: true };
    if (this.#back) this.#back.behind = link;
    else this.#front = link;
    this.#back = link;
    this.#length++;
    return link;
  }

  /** @returns the front member, which leaves, or `undefined` if the queue is empty */
  shift(): T | undefined {
    const front = this.#front;
    if (front) this.remove(front);
    return front?.member;
  }

  /** @returns the members from the front, each of which leaves as it comes up */
  *drain(): Generator<T> {
    while (this.#front) yield this.shift() as T;
  }

  /** @param link of a member of this queue; without effect if that has left already */
  remove(link: Link<T>): void {
    if (!link.queued) return;
    if (link.before) link.before.behind = link.behind;
    else this.#front = link.behind;
    if (link.behind) link.behind.before = link.before;
    else this.#back = link.before;
    link.queued = false;
    this.#length--;
  }
}

/** A member's place in a queue. */
export interface Link<T> {
  readonly member: T;
  before: Link<T> | undefined;
  behind: Link<T> | undefined;
  queued: boolean;
}
