import { escapeId } from 'mysql2';
import { type Finding, finding } from '../../../protocol/finding.ts';
import type { FindingCode } from '../../../protocol/finding-codes.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import type { LeftOut } from '../../config/partial-dumps.ts';
import { isAtLeast, type ServerFacts } from '../../mysql/server-facts.ts';
import type { SourceObjects } from '../source/source-objects.ts';
import type { Rights } from './rights.ts';

export interface RightsContext {
  readonly database: string;
  readonly server: ServerFacts;
  readonly rights: Rights;
  readonly objects: SourceObjects;
  readonly leftOut: LeftOut;
}

/** What the user may not see, and the options with which mysqldump succeeds without it. */
export interface Missing {
  readonly findings: readonly Finding[];
  readonly fallbackOptions: readonly string[];
  /** Views that are left out because a right is missing. */
  readonly views: ReadonlySet<string>;
}

/** Compares what a complete dump needs with what the user may do. */
export function missingRights(context: RightsContext): Missing {
  const parts = [
    missingTables(context),
    missingViews(context),
    missingTriggers(context),
    missingEvents(context),
    missingRoutines(context),
  ];
  return {
    findings: parts.flatMap(({ findings }) => findings),
    fallbackOptions: [...new Set(parts.flatMap(({ fallbackOptions }) => fallbackOptions))],
    views: new Set(parts.flatMap(({ views }) => [...views])),
  };
}

const NOTHING: Missing = { findings: [], fallbackOptions: [], views: new Set() };

function missing(code: FindingCode, message: string, advice: string, fallbackOptions: readonly string[] = []): Missing {
  return { findings: [finding(code, message, advice)], fallbackOptions, views: new Set() };
}

/** A user with rights on single tables does not see the other tables, so sade can't know whether it sees all. */
function missingTables(context: RightsContext): Missing {
  const { database, rights, objects, leftOut } = context;
  if (rights.onDatabase('SELECT', database)) return NOTHING;
  const { tables, sequences, views } = objects.names;
  const isClosed = (name: string) => !rights.onTable('SELECT', database, name) && !leftOut.leavesOut(name);
  const closed = [...tables, ...sequences, ...views].filter(isClosed);
  const message =
    "the user lacks SELECT on the whole database: tables on which it has no right are missing, and sade can't see which" +
    (closed.length > 0 ? `; left out for lack of it: ${firstNames(closed)}` : '');
  const { findings, fallbackOptions } = missing(
    'TABLES_NOT_GRANTED',
    message,
    grantOn(context, 'SELECT'),
    ignoring(database, closed),
  );
  return { findings, fallbackOptions, views: new Set(views.filter(isClosed)) };
}

function missingViews(context: RightsContext): Missing {
  const { database, rights, objects, leftOut } = context;
  if (leftOut.kinds.has('views')) return NOTHING;
  const closed = objects.names.views.filter(
    view => !leftOut.leavesOut(view) && !rights.onTable('SHOW VIEW', database, view),
  );
  if (closed.length === 0) return NOTHING;
  const message = `the user lacks SHOW VIEW, so these views were left out: ${firstNames(closed)}`;
  const { findings, fallbackOptions } = missing(
    'VIEWS_NOT_GRANTED',
    message,
    grantOn(context, 'SHOW VIEW'),
    ignoring(database, closed),
  );
  return { findings, fallbackOptions, views: new Set(closed) };
}

/** Without the right the user sees no triggers, so an empty list proves nothing. */
function missingTriggers(context: RightsContext): Missing {
  const { database, rights, objects, leftOut } = context;
  const sees = (right: string) => rights.onDatabase(right, database);
  const seesAll = sees('SELECT') && objects.names.tables.every(table => rights.onTable('TRIGGER', database, table));
  const isFine = sees('TRIGGER') || (seesAll && objects.names.tables.length > 0);
  if (leftOut.kinds.has('triggers') || isFine) return NOTHING;
  return missing(
    'TRIGGERS_NOT_GRANTED',
    'the user lacks TRIGGER: its backups contain no triggers',
    grantOn(context, 'TRIGGER'),
  );
}

function missingEvents(context: RightsContext): Missing {
  if (context.leftOut.kinds.has('events') || context.rights.onDatabase('EVENT', context.database)) return NOTHING;
  const message = 'the user lacks EVENT: its backups contain no events';
  return missing('EVENTS_NOT_GRANTED', message, grantOn(context, 'EVENT'), ['--skip-events']);
}

/** A routine that may be called, but not read, would end mysqldump. */
function missingRoutines(context: RightsContext): Missing {
  const { objects, leftOut } = context;
  const { right, isGiven, statement } = routineRight(context);
  if (leftOut.kinds.has('procedures') || isGiven) return NOTHING;
  const isClosed = objects.closedRoutines.length > 0;
  const message =
    `the user lacks ${right}: procedures and functions of other users are missing` +
    (isClosed ? `, and all were left out, since it may not read ${firstNames(objects.closedRoutines)}` : '');
  return missing('ROUTINES_NOT_GRANTED', message, statement, isClosed ? ['--skip-routines'] : []);
}

function routineRight(context: RightsContext): { right: string; isGiven: boolean; statement: string } {
  const { rights, database, server } = context;
  const to = `TO ${quoteAccount(server.account)};`;
  const readsAll = rights.onTable('SELECT', 'mysql', 'proc');
  const readsProc = { right: 'SELECT on mysql.proc', isGiven: readsAll, statement: `GRANT SELECT ON mysql.proc ${to}` };
  if (server.flavour === 'mariadb') {
    if (!isAtLeast(server.version, 11, 3)) return readsProc;
    const right = 'SHOW CREATE ROUTINE';
    return { right, isGiven: readsAll || rights.onDatabase(right, database), statement: grantOn(context, right) };
  }
  if (!isAtLeast(server.version, 8)) return readsProc;
  const hasOwnRight = isAtLeast(server.version, 8, 0, 20);
  const right = hasOwnRight ? 'SHOW_ROUTINE' : 'SELECT on all databases';
  const isGiven = rights.everywhere('SELECT') || (hasOwnRight && rights.everywhere('SHOW_ROUTINE'));
  return { right, isGiven, statement: `GRANT ${hasOwnRight ? 'SHOW_ROUTINE' : 'SELECT'} ON *.* ${to}` };
}

/** The statement that gives a right on the database, and takes none away. */
function grantOn({ database, server, rights }: RightsContext, right: string): string {
  const { pattern, rights: others } = rights.grantedRow(database, server.account);
  const grant = `GRANT ${[...others, right].join(', ')} ON ${escapeId(pattern, true)}.* TO ${quoteAccount(server.account)};`;
  return pattern.includes('\\_') && /(?<!\\)_/.test(pattern) ? `${grant} ${TOO_LONG}` : grant;
}

const TOO_LONG =
  '-- The name is too long for a backslash before each _, which stands for any character: a database that differs only there is included.';

/** @returns an account such as `user@host` as a statement names it */
export function quoteAccount(account: string): string {
  const at = account.lastIndexOf('@');
  return [account.slice(0, at), account.slice(at + 1)].map(quoteText).join('@');
}

function quoteText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

function ignoring(database: string, names: readonly string[]): string[] {
  return names.map(name => `--ignore-table=${database}.${name}`);
}
