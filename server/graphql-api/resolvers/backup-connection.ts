import type { ListedBackup } from '../../backups/queries/listed-backup.ts';
import type { BackupOrder, BackupPage, BackupPlace } from '../../backups/queries/search-backups.ts';
import { type Connection, connection } from '../../graphql/connection.ts';
import { formatCursor, parseCursor } from '../../graphql/cursor.ts';
import type { RowBudget } from '../../graphql/row-budget.ts';
import type { BackupOrder as OrderInput } from './resolver-types.ts';

interface PageArguments {
  readonly first: number;
  readonly after?: string | null | undefined;
  readonly orderBy: OrderInput;
}

interface List {
  find(
    page: BackupPage & { limit: number; order: BackupOrder; after: BackupPlace | undefined },
  ): Promise<ListedBackup[]>;
  count(): Promise<number>;
}

/** @returns a page of a list of backups @throws AppError 422 */
export function backupConnection(
  { first, after, orderBy }: PageArguments,
  budget: RowBudget,
  { find, count }: List,
): Connection<ListedBackup> {
  const order: BackupOrder = {
    by: orderBy.field === 'SIZE' ? 'size' : 'takenAt',
    direction: orderBy.direction === 'ASC' ? 'asc' : 'desc',
  };
  const key = `${order.by} ${order.direction}`;
  return connection({
    first,
    after,
    budget,
    cursorOf: ({ id, sortedAt, size }: ListedBackup) => formatCursor(key, id, sortedAt.getTime(), size),
    placeIn: cursor => {
      const [id, sortedAt, size] = parseCursor(cursor, key, ['number', 'number', 'number']);
      return { id, sortedAt: new Date(sortedAt), size };
    },
    find: page => find({ ...page, order }),
    count,
  });
}
