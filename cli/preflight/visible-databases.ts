import type { DatabaseSource } from '../config/databases.ts';
import { connect } from '../mysql/connect.ts';

/** What a server shows of itself to one user. */
export interface VisibleDatabases {
  /** Equal for all addresses, names and sockets of one server. */
  readonly server: string;
  /** Whether the server ignores the case of the names of databases. */
  readonly ignoresCase: boolean;
  /** In the order of their names, without the system's own. */
  readonly databases: readonly string[];
}

/** More would make a message that no one reads, and a server that is hostile may have any number. */
const MOST = 10_000;

const SYSTEM = [
  'information_schema',
  'performance_schema',
  'mysql',
  'sys',
  'ndbinfo',
  '#mysql50#lost+found',
  'lost+found',
];

/**
 * Asks a server which databases its user may see: those that it has rights on, or all of them with the right SHOW DATABASES.
 * @throws {ExplainedError} when it can't be reached; the server's error; the signal's reason when aborted
 */
export async function visibleDatabases(
  source: DatabaseSource,
  { signal }: { signal: AbortSignal },
): Promise<VisibleDatabases> {
  using session = await connect(source, { signal });
  const [facts] = await session.ask('select @@hostname, @@port, @@datadir, @@lower_case_table_names');
  const [hostname, port, datadir, lowerCase] = facts ?? [];
  const rows = await session.ask(
    `select schema_name from information_schema.schemata where schema_name not in (${SYSTEM.map(() => '?').join(', ')})
     order by schema_name limit ${MOST}`,
    SYSTEM,
  );
  return {
    server: JSON.stringify([hostname, port, datadir]),
    ignoresCase: Number(lowerCase) > 0,
    databases: rows.map(([name]) => String(name)),
  };
}
