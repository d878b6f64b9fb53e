import { escapeId } from 'mysql2';
import { type Finding, finding } from '../../protocol/finding.ts';
import { firstNames } from '../../protocol/first-names.ts';
import type { LeftOut } from '../config/partial-dumps.ts';
import type { ServerFacts } from '../mysql/server-facts.ts';
import { disabledEventFindings } from './source/disabled-events.ts';
import { scheduleFindings } from './source/event-schedules.ts';
import type { SourceObjects } from './source/source-objects.ts';
import type { TableOfEngine } from './source/source-tables.ts';

/** @returns which events are not dumped, or would not run as they did */
export function eventFindings(objects: SourceObjects, flavour: ServerFacts['flavour'], asWanted: LeftOut): Finding[] {
  if (asWanted.kinds.has('events')) return [];
  const endless = endlessEvents(objects, asWanted);
  return [
    ...endless,
    ...(objects.disabledEvents ? disabledEventFindings(objects.disabledEvents) : []),
    ...(endless.length > 0 ? [] : scheduleFindings(objects.eventSchedules, flavour)),
  ];
}

export function rowsLimited({ rowLimit }: ServerFacts): Finding[] {
  if (rowLimit === undefined) return [];
  return [
    finding(
      'ROWS_LIMITED',
      `the server gives this user at most ${rowLimit} rows of a table (sql_select_limit), and silently leaves the others out of the dump`,
      "SET GLOBAL sql_select_limit = DEFAULT; and remove it from init_connect and from the server's configuration.",
    ),
  ];
}

/** mysqldump never ends at such an event. */
export function endlessEvents({ endlessEvents, names }: SourceObjects, asWanted: LeftOut): Finding[] {
  if (endlessEvents.length === 0 || asWanted.kinds.has('events')) return [];
  const others = names.events.length - endlessEvents.length;
  return [
    finding(
      'EVENTS_NOT_DUMPED',
      `all events were left out, since mysqldump never ends at an event that has ";;" in its name, definer, comment or statement: ${firstNames(endlessEvents)}` +
        (others > 0 ? ` (and, with these, ${others} more)` : ''),
      "Change these events with ALTER EVENT or create them again, so that no two semicolons stand side by side in SHOW CREATE EVENT: for instance concat(';', ';') for ';;'.",
    ),
  ];
}

/** @returns the tables that are not left out, with their engines, for a sentence */
function enginesOf(tables: readonly TableOfEngine[], asWanted: LeftOut): string[] {
  return tables.filter(({ table }) => !asWanted.leavesOut(table)).map(({ table, engine }) => `${table} (${engine})`);
}

/** What lies in a server's folder under a name that is not encoded as its own are: every server refuses to create such a table. */
export function unnameable({ names }: SourceObjects, asWanted: LeftOut): Finding[] {
  const odd = names.tables.filter(table => table.startsWith('#mysql50#') && !asWanted.leavesOut(table));
  if (odd.length === 0) return [];
  const name = odd[0]!.slice('#mysql50#'.length);
  return [
    finding(
      'WILL_NOT_LOAD',
      `these tables have files whose names are not encoded as the server does it, and do not load under such names (error 1103): ${firstNames(odd)}`,
      `Give them their names: RENAME TABLE ${escapeId(odd[0]!, true)} TO ${escapeId(name, true)};`,
    ),
  ];
}

/** Accounts, logs, statistics: rows of some are not dumped, and no server takes all of it back. */
export function systemDatabase(database: string): Finding[] {
  if (!/^(?:mysql|performance_schema|information_schema)$/i.test(database)) return [];
  return [
    finding(
      'SYSTEM_DATABASE',
      `${database} is the server's own: mysqldump leaves out rows of its tables, and a dump of it does not load as it was`,
      'Remove it from databases.json. To save the accounts, use mariadb-dump --system=users, or SHOW CREATE USER and SHOW GRANTS.',
    ),
  ];
}

export function notTransactional({ notTransactional }: SourceObjects, asWanted: LeftOut): Finding[] {
  const names = enginesOf(notTransactional, asWanted);
  if (names.length === 0) return [];
  return [
    finding(
      'NOT_TRANSACTIONAL',
      `tables without transactions are not in the same snapshot as the rest: ${firstNames(names)}`,
      'Change them with ALTER TABLE … ENGINE=InnoDB, or back up at a time when no one writes to them.',
    ),
  ];
}
