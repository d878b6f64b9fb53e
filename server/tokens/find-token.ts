import { timingSafeEqual } from 'node:crypto';
import type { Logger } from 'pino';
import { isToken } from '../../protocol/access/token-text.ts';
import type { Found } from '../auth/authenticate.ts';
import { Token } from '../entities/token.entity.ts';
import type { Orm } from '../history/orm.ts';
import { minute } from './token-screen.ts';
import { hashOf, scopeOf } from './token-store.ts';

/** How long a row is believed without a look at the history: so soon a revocation by another process takes effect. */
const BELIEVED_MS = 1_000;

/** How often the last use of a token is written at most. */
const USE_NOTED_MS = 60_000;

interface Known {
  readonly row: Token;
  readonly readAt: number;
}

/** Finds the tokens that requests show. A token that is used often is looked up once a second. */
export class TokenFinder {
  readonly #history: Orm;
  readonly #log: Logger;
  /** By their hashes; only those that exist, so that no one can fill it. */
  readonly #known = new Map<string, Known>();
  /** Look-ups that are running: all who come meanwhile with the same token wait for the one. */
  readonly #asked = new Map<string, Promise<Token | undefined>>();
  readonly #usedAt = new Map<number, number>();
  readonly #noting = new Set<Promise<void>>();

  constructor({ history, log }: { history: Orm; log: Logger }) {
    this.#history = history;
    this.#log = log;
  }

  /** @throws what the history throws */
  async find(text: string): Promise<Found> {
    if (!isToken(text)) return { refusal: 'The token is not valid: it is mistyped, or only a part of it' };
    const hash = hashOf(text);
    const row = await this.#rowOf(hash);
    if (!row || !timingSafeEqual(Buffer.from(row.hash), Buffer.from(hash)))
      return { refusal: 'The token is not one of this service' };
    const { id: tokenId, name, role, revokedAt, expiresAt } = row;
    const token = { tokenId, name };
    if (revokedAt) return { refusal: `The token ${name} was revoked on ${minute(revokedAt)}`, token };
    if (expiresAt && expiresAt <= new Date())
      return { refusal: `The token ${name} has expired on ${minute(expiresAt)}`, token, hasExpired: true };
    this.#noteUse(tokenId);
    return { principal: { tokenId, name, role, scope: scopeOf(row), expiresAt: expiresAt ?? undefined } };
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

  async #rowOf(hash: string): Promise<Token | undefined> {
    const known = this.#known.get(hash);
    if (known && performance.now() - known.readAt < BELIEVED_MS) return known.row;
    const running = this.#asked.get(hash);
    if (running) return running;
    const readAt = performance.now();
    const asked = this.#readRow(hash);
    this.#asked.set(hash, asked);
    try {
      const row = await asked;
      // What was forgotten meanwhile may have been read before the change.
      if (this.#asked.get(hash) === asked) this.#learn(hash, row, readAt);
      return row;
    } finally {
      if (this.#asked.get(hash) === asked) this.#asked.delete(hash);
    }
  }

  async #readRow(hash: string): Promise<Token | undefined> {
    return (await this.#history.em.fork().findOne(Token, { hash })) ?? undefined;
  }

  #learn(hash: string, row: Token | undefined, readAt: number): void {
    if (row) this.#known.set(hash, { row, readAt });
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
