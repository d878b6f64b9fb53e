import { validationError } from '../../../errors/errors.ts';
import type { TextRoute } from '../../shell/page.ts';
import { csv } from './csv.ts';
import { filtersIn, isDay, loadAll } from './load-audit.ts';

const HEAD = [
  ...['at', 'operation', 'token_id', 'token', 'address', 'action', 'database_name', 'backup_id', 'result', 'count'],
  'detail',
];

/** The entries that the filters let through, as a file for a spreadsheet; its columns are those of AUDIT_LOG_FILE. */
export const AUDIT_CSV: TextRoute = {
  path: '/audit.csv',
  action: 'audit',
  async write({ view, em, query }) {
    const filters = filtersIn(query);
    for (const name of ['from', 'to'] as const)
      if (filters[name] !== undefined && !isDay(filters[name]))
        throw validationError([{ field: name, message: 'must be a day such as 2026-11-29' }]);
    const entries = await loadAll(em, { filters, zone: view.zone });
    const rows = entries.map(({ at, operation, tokenId, token, address, action, ...rest }) => [
      ...[at.toISOString(), operation, tokenId, token, address, action],
      ...[rest.databaseName, rest.backupId, rest.result, rest.count, rest.detail],
    ]);
    return {
      type: 'text/csv',
      fileName: `lumbung-audit-${view.now.toISOString().slice(0, 10)}.csv`,
      text: csv([HEAD, ...rows]),
    };
  },
};
