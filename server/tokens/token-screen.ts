import { minuteOf } from '../../protocol/texts/minute.ts';
import type { Token } from '../entities/token.entity.ts';
import { isAlive, scopeOf } from './token-facts.ts';

/** @returns a token in one line: `upload, acme_*, expires on 2027-11-29 10:00 UTC` */
export function tokenInWords(token: Token): string {
  const { role, expiresAt } = token;
  return `${role}, ${scopeOf(token).join(' ')}, ${expiresAt ? `expires on ${minuteOf(expiresAt)}` : 'does not expire'}`;
}

/** @returns a table of tokens, with a line for each */
export function tokenTable(tokens: readonly Token[]): string {
  const rows = tokens.map(token => [
    token.name,
    token.role,
    stateOf(token),
    minuteOf(token.createdAt),
    token.expiresAt ? minuteOf(token.expiresAt) : 'never',
    token.lastUsedAt ? minuteOf(token.lastUsedAt) : 'never',
    scopeOf(token).join(' '),
  ]);
  const all = [['NAME', 'ROLE', 'STATE', 'MADE', 'EXPIRES', 'LAST USED', 'SCOPE'], ...rows];
  const widths = all[0]!.map((_, at) => Math.max(...all.map(row => row[at]!.length)));
  return all
    .map(
      row =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function stateOf(token: Token): string {
  if (token.revokedAt) return 'revoked';
  return isAlive(token) ? 'in use' : 'expired';
}
