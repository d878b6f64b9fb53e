import { hash } from 'node:crypto';
import type { Token } from '../entities/token.entity.ts';
import type { KeptToken } from './kept-tokens.ts';
import type { WantedToken } from './wanted-token.ts';

/** @returns what is kept of a token: 64 hexadecimal digits */
export function hashOf(text: string): string {
  return hash('sha256', text);
}

/** @returns the scope of a row */
export function scopeOf({ scope }: Pick<Token, 'scope'>): readonly string[] {
  return JSON.parse(scope);
}

/** @returns whether it works at the moment */
export function isAlive({ expiresAt, revokedAt }: Pick<Token, 'expiresAt' | 'revokedAt'>): boolean {
  return !revokedAt && (!expiresAt || expiresAt > new Date());
}

/** @param text of the new token, which is kept nowhere @returns what is kept of it */
export function newToken(text: string, { name, role, scope, lifetimeMs }: WantedToken): KeptToken {
  const createdAt = new Date();
  const expiresAt = lifetimeMs === undefined ? null : new Date(createdAt.getTime() + lifetimeMs);
  return { hash: hashOf(text), name, role, scope, createdAt, expiresAt, revokedAt: null };
}

/** @returns a row as the file beside the storage has it */
export function keptOf(row: Token): KeptToken {
  const { hash, name, role, createdAt, expiresAt = null, revokedAt = null } = row;
  return { hash, name, role, scope: scopeOf(row), createdAt, expiresAt, revokedAt };
}
