import type { DumpStatement } from '../../cli/dump-statements/dump-statement.ts';
import type { SplitOptions } from '../../cli/dump-statements/statement-splitter.ts';
import { statementsOf } from '../../cli/dump-statements/statements-of.ts';
import type { FilterChange, FilterOptions } from '../../cli/restore-filter/filter-options.ts';
import { RestoreFilter } from '../../cli/restore-filter/restore-filter.ts';

/** What a server gets of a dump. */
export interface Filtered {
  readonly sent: readonly Sent[];
  readonly changes: readonly FilterChange[];
  readonly definers: readonly string[];
}

export interface Sent extends Pick<DumpStatement, 'kind' | 'object' | 'rows'> {
  readonly bytes: Buffer;
}

export const MARIADB_TARGET = { flavour: 'mariadb', version: '10.11.14-MariaDB', maxPacketBytes: 2 ** 30 } as const;
export const MYSQL_TARGET = { flavour: 'mysql', version: '9.7.4', maxPacketBytes: 2 ** 30 } as const;

/** Options that change as little as can be. */
export const PLAIN: FilterOptions = {
  target: MARIADB_TARGET,
  sourceDatabase: 'shop',
  targetDatabase: 'shop',
  definer: 'keep',
  collations: new Map(),
  events: 'at the end',
  parts: 'all',
};

/** Filters a dump as it is when it is loaded. @throws what the filter throws */
export async function filtered(
  dump: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: Partial<FilterOptions> = {},
  programs: SplitOptions['programs'] = 'as the server',
): Promise<Filtered> {
  const filter = new RestoreFilter({ ...PLAIN, ...options });
  const sent: Sent[] = [];
  const keep = ({ kind, object, rows, bytes }: DumpStatement) =>
    sent.push({ kind, object, rows, bytes: Buffer.from(bytes) });
  const limits = { maxStatementBytes: 2 ** 30, programs };
  for await (const statement of statementsOf(chunks(dump), limits))
    for (const one of filter.apply(statement)) keep(one);
  for (const one of filter.end()) keep(one);
  return { sent, changes: filter.changes, definers: [...filter.definers] };
}

async function* chunks(dump: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* dump;
}
