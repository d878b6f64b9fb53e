import type { Token } from '../../entities/token.entity.ts';
import { isAlive, scopeOf, type TokenStore } from '../../tokens/token-store.ts';
import { durationMs, wantedToken } from '../../tokens/wanted-token.ts';
import type { Resolvers } from './resolver-types.ts';

/** How long the old token works beside the new one where nothing else is said. */
const OVERLAP = '7d';

export const tokenResolvers = {
  Query: {
    tokens: (_, __, { tokens }) => listed(tokens),
  },
  Mutation: {
    createToken: (_, { name, role, scope, expires }, { tokens, audit, actor }) => {
      const wanted = wantedToken({ name, role, scope, expires });
      const detail = { name, role, scope: wanted.scope };
      return audit.change({ actor, action: 'token_create', detail }, () => tokens.create(wanted));
    },
    revokeToken: async (_, { name }, { tokens, audit, actor }) => {
      await audit.change({ actor, action: 'token_revoke', detail: { name } }, () => tokens.revoke(name));
      return listed(tokens, name);
    },
    rotateToken: (_, { name, overlap, expires }, { tokens, audit, actor }) => {
      const overlapMs = durationMs('overlap', overlap ?? OVERLAP);
      const lifetimeMs = expires == null ? undefined : durationMs('expires', expires);
      const detail = { name, overlap_seconds: overlapMs / 1000 };
      return audit.change({ actor, action: 'token_rotate', detail }, () =>
        tokens.rotate(name, { overlapMs, lifetimeMs }),
      );
    },
  },
  Token: {
    id: ({ id }) => String(id),
    scope: token => [...scopeOf(token)],
    isInUse: isAlive,
    expiresAt: ({ expiresAt }) => expiresAt ?? null,
    revokedAt: ({ revokedAt }) => revokedAt ?? null,
    lastUsedAt: ({ lastUsedAt }) => lastUsedAt ?? null,
  },
} satisfies Resolvers;

async function listed(tokens: TokenStore, name?: string): Promise<Token[]> {
  return (await tokens.list()).filter(token => name === undefined || token.name === name);
}
