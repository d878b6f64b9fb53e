import type { Token } from '../../entities/token.entity.ts';
import { createToken, revokeToken, rotateToken } from '../../tokens/change-tokens.ts';
import { isAlive, scopeOf } from '../../tokens/token-facts.ts';
import type { TokenStore } from '../../tokens/token-store.ts';
import type { Resolvers } from './resolver-types.ts';

export const tokenResolvers = {
  Query: {
    tokens: (_, __, { tokens }) => listed(tokens),
  },
  Mutation: {
    createToken: (_, given, { tokens, audit, actor }) => createToken({ tokens, audit, actor }, given),
    revokeToken: async (_, { name }, { tokens, audit, actor }) => {
      await revokeToken({ tokens, audit, actor }, name);
      return listed(tokens, name);
    },
    rotateToken: (_, given, { tokens, audit, actor }) => rotateToken({ tokens, audit, actor }, given),
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
