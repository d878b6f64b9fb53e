import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { makeToken } from '../../protocol/access/token-text.ts';
import { Token } from '../entities/token.entity.ts';
import { AppError, notFound } from '../errors/errors.ts';
import type { Orm } from '../history/orm.ts';
import type { Storage } from '../storage/storage.ts';
import { formatTokens, isSame, type KeptToken, mergeTokens, parseTokens } from './kept-tokens.ts';
import { isAlive, keptOf, newToken } from './token-facts.ts';
import type { WantedToken } from './wanted-token.ts';

/** A token that was just made: its text is shown once, and kept nowhere. */
export interface MadeToken {
  readonly text: string;
  readonly token: Token;
}

interface Stores {
  readonly history: Orm;
  readonly storage: Storage;
}

/** How a change makes the new tokens of the present ones. */
type Change = (present: readonly KeptToken[]) => KeptToken[];

const ADDRESS = { name: 'tokens' } as const;

/**
 * The tokens that clients show: their rows in the history, and beside the storage a file with the same, from which a lost history
 * gets them back. Each change goes to the file first, durably, and then to the rows. Other processes may change them meanwhile.
 */
export class TokenStore {
  readonly #stores: Stores;
  readonly #listeners: Array<() => void> = [];
  /** The file with which the rows were completed last. */
  #caughtUpWith: string | undefined;

  constructor(stores: Stores) {
    this.#stores = stores;
  }

  /** Calls back after each change that is made by this store. */
  onChange(hear: () => void): void {
    this.#listeners.push(hear);
  }

  /**
   * Completes the rows by the file, and the file by the rows. What one of them knows of a revocation holds.
   * @returns whether a token has ever existed, and be it one of ADMIN_TOKEN_FILE
   */
  async sync(): Promise<boolean> {
    const text = await this.#stores.storage.getText(ADDRESS);
    const rows = await this.list();
    if (text === undefined && rows.length === 0) return false;
    const kept = parseTokens(text);
    const merged = mergeTokens(kept, rows.map(keptOf));
    const isComplete =
      text !== undefined && merged.length === kept.length && merged.every((one, at) => isSame(one, kept[at]!));
    if (isComplete) await this.#apply(merged);
    else await this.#change(present => [...present]);
    return true;
  }

  /**
   * Completes the rows when the file was changed by another process. It may have been killed before it could do so itself: without
   * this, a token that is revoked in the file would go on until the next start.
   * @returns whether the file had changed
   * @throws what the history and the storage throw
   */
  async catchUp(): Promise<boolean> {
    const text = await this.#stores.storage.getText(ADDRESS);
    if (text === undefined || text === this.#caughtUpWith) return false;
    await this.sync();
    this.#caughtUpWith = text;
    return true;
  }

  /** @returns whether a token has ever existed, as the file shows: it is written before anything else, and never goes away */
  async hasExisted(): Promise<boolean> {
    return (await this.#stores.storage.getText(ADDRESS)) !== undefined;
  }

  /** Notes beside the storage that tokens are in use: from now on the service never runs without. */
  async markUsed(): Promise<void> {
    if (!(await this.hasExisted())) await this.#change(present => [...present]);
  }

  /** @returns all tokens, also those that have ended, by their names, the newest of a name last */
  list(): Promise<Token[]> {
    return this.#stores.history.em.fork().find(Token, { id: { $gt: 0 } }, { orderBy: { name: 'asc', id: 'asc' } });
  }

  /** @throws AppError 409 when a token of that name is in use */
  async create(wanted: WantedToken): Promise<MadeToken> {
    const text = makeToken();
    const made = newToken(text, wanted);
    await this.#change(present => {
      if (present.some(token => token.name === wanted.name && isAlive(token)))
        throw new AppError(
          409,
          'TOKEN_EXISTS',
          `A token named ${wanted.name} exists: rotate or revoke it, or choose another name`,
        );
      return [...present, made];
    });
    return { text, token: await this.#find(made.hash) };
  }

  /**
   * Revokes the tokens of that name at once.
   * @returns how many were in use
   * @throws AppError 404 when no token has that name
   */
  async revoke(name: string): Promise<number> {
    const now = new Date();
    let count = 0;
    await this.#change(present => {
      refuseUnknown(present, name);
      count = present.filter(token => token.name === name && isAlive(token)).length;
      return present.map(token => (token.name === name && !token.revokedAt ? { ...token, revokedAt: now } : token));
    });
    return count;
  }

  /**
   * Makes a new token of the same name, role and scope; the old one works for a while longer.
   * @param lifetimeMs of the new one; as long as that of the old one when left out
   * @throws AppError 404 when no token of that name is in use
   */
  async rotate(
    name: string,
    { overlapMs, lifetimeMs }: { overlapMs: number; lifetimeMs?: number | undefined },
  ): Promise<MadeToken> {
    const text = makeToken();
    const end = new Date(Date.now() + overlapMs);
    let hash = '';
    await this.#change(present => {
      refuseUnknown(present, name);
      const old = present.filter(token => token.name === name && isAlive(token));
      const newest = old.at(-1);
      if (!newest)
        throw notFound('TOKEN_NOT_FOUND', `The token ${name} has ended. Make a new one of that name: token create`);
      const own = newest.expiresAt && newest.expiresAt.getTime() - newest.createdAt.getTime();
      const made = newToken(text, { ...newest, lifetimeMs: lifetimeMs ?? own ?? undefined });
      hash = made.hash;
      const ended = present.map(token =>
        old.includes(token)
          ? { ...token, expiresAt: token.expiresAt && token.expiresAt < end ? token.expiresAt : end }
          : token,
      );
      return [...ended, made];
    });
    return { text, token: await this.#find(hash) };
  }

  async #find(hash: string): Promise<Token> {
    return this.#stores.history.em.fork().findOneOrFail(Token, { hash });
  }

  /** The file first: a crash behind it leaves rows that the next start completes. */
  async #change(change: Change): Promise<void> {
    const rows = (await this.list()).map(keptOf);
    let kept: KeptToken[] = [];
    await this.#stores.storage.changeText(ADDRESS, present => {
      kept = change(mergeTokens(parseTokens(present), rows));
      return formatTokens(kept);
    });
    try {
      await this.#apply(kept);
    } finally {
      for (const listener of this.#listeners) listener();
    }
  }

  /** Gives the rows what they lack. Another process may do the same. */
  async #apply(kept: readonly KeptToken[], attempts = 3): Promise<void> {
    try {
      await this.#stores.history.em.fork().transactional(async em => {
        const rows = new Map((await em.find(Token, { id: { $gt: 0 } })).map(row => [row.hash, row]));
        for (const token of kept) {
          const row = rows.get(token.hash);
          if (!row) await em.insert(Token, { ...token, scope: JSON.stringify(token.scope) });
          else if (!isSame(token, keptOf(row))) {
            const [{ expiresAt, revokedAt }] = mergeTokens([keptOf(row)], [token]) as [KeptToken];
            await em.nativeUpdate(Token, { hash: token.hash }, { expiresAt, revokedAt });
          }
        }
      });
    } catch (error) {
      if (!(error instanceof UniqueConstraintViolationException) || attempts === 1) throw error;
      await this.#apply(kept, attempts - 1);
    }
  }
}

function refuseUnknown(present: readonly KeptToken[], name: string): void {
  if (!present.some(token => token.name === name)) throw notFound('TOKEN_NOT_FOUND', `There is no token named ${name}`);
}
