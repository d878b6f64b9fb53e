import { AUDIT_ACTIONS, AUDIT_RESULTS } from '../../audit/entry.ts';
import { countEntries, type ListedEntry, searchEntries } from '../../audit/search-entries.ts';
import { authorize } from '../../auth/policy.ts';
import { connection } from '../../graphql/connection.ts';
import { formatCursor, parseCursor } from '../../graphql/cursor.ts';
import type { Resolvers } from './resolver-types.ts';

/** Of its cursors. */
const ORDER = 'audit';

export const auditResolvers = {
  Query: {
    auditEntries: (_, { first, after, filter }, { em, budget, principal }) => {
      authorize(principal, 'audit');
      const { from, before, token, address, action, database, result } = filter ?? {};
      const search = {
        ...{ from: from ?? undefined, before: before ?? undefined, token: token ?? undefined },
        ...{ address: address ?? undefined, action: action ?? undefined },
        ...{ database: database ?? undefined, result: result ?? undefined },
      };
      return connection({
        first,
        after,
        budget,
        cursorOf: ({ at, id }: ListedEntry) => formatCursor(ORDER, at.getTime(), id),
        placeIn: cursor => {
          const [at, id] = parseCursor(cursor, ORDER, ['number', 'number']);
          return { at: new Date(at), id };
        },
        find: page => searchEntries({ em, budget }, search, page),
        count: () => countEntries({ em, budget }, search),
      });
    },
  },
  AuditEntry: {
    id: ({ id }) => String(id),
    tokenId: ({ tokenId }) => (tokenId == null ? null : String(tokenId)),
    action: ({ action }) => AUDIT_ACTIONS.find(known => known === action) ?? null,
    result: ({ result }) => AUDIT_RESULTS.find(known => known === result) ?? null,
    database: ({ databaseName }) => databaseName ?? null,
    backup: ({ backupId }, _, { loaders }) => (backupId == null ? null : loaders.backup.load(backupId)),
    backupId: ({ backupId }) => (backupId == null ? null : String(backupId)),
  },
} satisfies Resolvers;
