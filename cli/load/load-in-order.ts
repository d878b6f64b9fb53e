import type { DumpStatement } from '../dump-statements/dump-statement.ts';
import type { StatementFilter } from '../restore-filter/restore-filter.ts';
import { placeOf } from './load-error.ts';
import type { LoadMeter } from './load-meter.ts';
import type { TargetConnection } from './target-connections.ts';

/**
 * Loads a dump as the mysql client would: one statement after another over one connection.
 * @throws {FailedStatement} at the first that fails
 */
export async function loadInOrder(
  statements: AsyncIterable<DumpStatement>,
  { filter, connection, meter }: { filter: StatementFilter; connection: TargetConnection; meter: LoadMeter },
): Promise<void> {
  const send = async (statement: DumpStatement): Promise<void> => {
    const place = placeOf(statement);
    await connection.run(statement.bytes, place);
    meter.add({ bytes: statement.bytes.length, rows: statement.rows }, place.object ?? 'settings');
  };
  for await (const statement of statements) for (const sent of filter.apply(statement)) await send(sent);
  for (const last of filter.end()) await send(last);
}
