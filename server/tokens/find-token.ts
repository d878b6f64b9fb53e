import { timingSafeEqual } from 'node:crypto';
import type { Logger } from 'pino';
import { isToken } from '../../protocol/access/token-text.ts';
import { minuteOf } from '../../protocol/texts/minute.ts';
import type { Found } from '../auth/authenticate.ts';
import type { Principal } from '../auth/principal.ts';
import { Token } from '../entities/token.entity.ts';
import type { Orm } from '../history/orm.ts';
import { hashOf, scopeOf } from './token-facts.ts';

/** How long a row is believed without a look at the history: so soon a revocation by another process takes effect. */
const BELIEVED_MS = 1_000;

/** How often the last use of a token is written at most. */
const USE_NOTED_MS = 60_000;

interface Known {
  readonly row: Token;
  /** Who shows it. Made once: it is asked for with each request. */
  readonly principal: Principal;
  readonly readAt: number;
}

/** Finds the tokens that requests show. A token that is used often is looked up once a second. */
export class TokenFinder {
  readonly #history: Orm;
  readonly #log: Logger;
  /** By their hashes; only those that exist, so that no one can fill it. */
  readonly #known = new Map<string, Known>();
  /** Look-ups that are running: all who come meanwhile with the same token wait for the one. */
  readonly #asked = new Map<string, Promise<Known | undefined>>();
  readonly #usedAt = new Map<number, number>();
  readonly #noting = new Set<Promise<void>>();

  constructor({ history, log }: { history: Orm; log: Logger }) {
    this.#history = history;
    this.#log = log;
  }

  /** @throws what the history throws */
  async find(text: string): Promise<Found> {
    const hash = hashOf(text);
    if (!this.#believed(hash) && !isToken(text))
      return { refusal: 'The token is not valid: it is mistyped, or only a part of it' };
    return this.findByHash(hash);
  }

  /** The same for what is kept of a token. @throws what the history throws */
  async findByHash(hash: string): Promise<Found> {
    const known = this.#believed(hash) ?? (await this.#lookUp(hash));
    if (!known) return { refusal: 'The token is not one of this service' };
    const { principal, row } = known;
    const { id: tokenId, name, revokedAt, expiresAt } = row;
    if (revokedAt)
      return { refusal: `The token ${name} was revoked on ${minuteOf(revokedAt)}`, token: { tokenId, name } };
    if (expiresAt && expiresAt <= new Date())
      return {
        refusal: `The token ${name} has expired on ${minuteOf(expiresAt)}`,
        token: { tokenId, name },
        hasExpired: true,
      };
    this.#noteUse(tokenId);
    return { principal };
  }

  /** Forgets what it knows: a token was changed. */
  forget(): void {
    this.#known.clear();
    this.#asked.clear();
  }

  /** Resolves when all uses are written. */
  async settle(): Promise<void> {
    await Promise.all(this.#noting);
  }

  #believed(hash: string): Known | undefined {
    const known = this.#known.get(hash);
    return known && performance.now() - known.readAt < BELIEVED_MS ? known : undefined;
  }

  async #lookUp(hash: string): Promise<Known | undefined> {
    const running = this.#asked.get(hash);
    if (running) return running;
    const asked = this.#read(hash);
    this.#asked.set(hash, asked);
    try {
      const known = await asked;
      // What was forgotten meanwhile may have been read before the change.
      if (this.#asked.get(hash) === asked) this.#learn(hash, known);
      return known;
    } finally {
      if (this.#asked.get(hash) === asked) this.#asked.delete(hash);
    }
  }

  async #read(hash: string): Promise<Known | undefined> {
    const readAt = performance.now();
    const row = await this.#history.em.fork().findOne(Token, { hash });
    if (!row || !timingSafeEqual(Buffer.from(row.hash), Buffer.from(hash))) return undefined;
    const { id: tokenId, name, role, expiresAt } = row;
    return { row, principal: { tokenId, name, role, scope: scopeOf(row), expiresAt: expiresAt ?? undefined }, readAt };
  }

  #learn(hash: string, known: Known | undefined): void {
    if (known) this.#known.set(hash, known);
    else this.#known.delete(hash);
  }

  /** No request waits for it. */
  #noteUse(id: number): void {
    const now = performance.now();
    if (now - (this.#usedAt.get(id) ?? Number.NEGATIVE_INFINITY) < USE_NOTED_MS) return;
    this.#usedAt.set(id, now);
    const noting = this.#writeUse(id)
      .catch(err => this.#log.warn({ err, token: id }, 'the last use of a token could not be written'))
      .finally(() => this.#noting.delete(noting));
    this.#noting.add(noting);
  }

  async #writeUse(id: number): Promise<void> {
    const lastUsedAt = new Date();
    const before = new Date(lastUsedAt.getTime() - USE_NOTED_MS);
    const isOlder = { $or: [{ lastUsedAt: null }, { lastUsedAt: { $lt: before } }] };
    await this.#history.em.fork().nativeUpdate(Token, { id, ...isOlder }, { lastUsedAt });
  }
}
