import { defineEntity } from '@mikro-orm/core';
import type { Role } from '../../protocol/access/roles.ts';

const schema = defineEntity({
  name: 'Token',
  tableName: 'tokens',
  properties: p => ({
    id: p.integer().primary(),
    /** The SHA-256 of its text, 64 hexadecimal digits: the text itself is kept nowhere. */
    hash: p.string().length(64).unique(),
    /** A token that was rotated shares it with the one that replaces it. */
    name: p.string().length(64).index('tokens_by_name'),
    role: p.string().$type<Role>().length(16),
    /** A JSON array of names and patterns. */
    scope: p.string().columnType('text'),
    createdAt: p.datetime(3),
    /** From then on it is refused; null means never. */
    expiresAt: p.datetime(3).nullable(),
    revokedAt: p.datetime(3).nullable(),
    /** To the minute; null when it was never used. */
    lastUsedAt: p.datetime(3).nullable(),
  }),
});

/** What a client shows to be let in. */
export class Token extends schema.class {}
schema.setClass(Token);
