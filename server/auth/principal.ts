import type { Role } from '../../protocol/access/roles.ts';
import { EVERYTHING, type Scope } from './scope.ts';

/** Who sends a request, and what for. */
export interface Principal {
  /** The id of the token in the history; undefined for what is not kept there: open mode, `ADMIN_TOKEN_FILE`, and no token. */
  readonly tokenId: number | undefined;
  /** The name of the token. */
  readonly name: string;
  readonly role: Role;
  /** The databases that it is about. */
  readonly scope: Scope;
  /** When the token ends; undefined means never. */
  readonly expiresAt?: Date | undefined;
}

/** Everyone, as long as the service runs without tokens. */
export const ANYONE: Principal = { tokenId: undefined, name: 'anyone', role: 'admin', scope: EVERYTHING };

/** Who has shown no token, where none is needed: may do nothing at all. */
export const NO_ONE: Principal = { tokenId: undefined, name: 'no one', role: 'upload', scope: [] };

/** @returns the name of the token that was shown, which one that was rotated shares with its successor; undefined without a token */
export function tokenNameOf(principal: Principal): string | undefined {
  return principal === ANYONE || principal === NO_ONE ? undefined : principal.name;
}
