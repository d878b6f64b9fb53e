import { firstNames } from '../../../protocol/first-names.ts';
import type { Row, Session } from '../../mysql/connect.ts';
import type { ServerFacts } from '../../mysql/server-facts.ts';
import { isServersAnswer } from '../../mysql/servers-answer.ts';
import { TimedQuestions } from '../../mysql/timed-questions.ts';
import type { Where } from '../../preflight/source/information-schema.ts';
import { count } from '../../terminal/format.ts';

/** What depends on a database that is to be replaced, as far as the server shows it to this user. */
export interface Dependents {
  /** Views, triggers, routines and events of other databases that name it, such as `view reports.daily`. */
  readonly programs: readonly string[];
  /** Connections that use it as their default database, ours not counted. */
  readonly connections: number;
  /** Rights on single routines, which go when these are dropped: `app@% on PROCEDURE pay`. */
  readonly routineRights: readonly string[];
  /** What the server did not show. */
  readonly notSeen: readonly string[];
}

/** The definitions of a large server take their time; a plan should not. */
const WITHIN_MS = 20_000;

/** Asks who uses a database; changes nothing, and fails only where the connection does. */
export async function askDependents(session: Session, where: Where, server: ServerFacts): Promise<Dependents> {
  const questions = new TimedQuestions(session, server, WITHIN_MS);
  const notSeen: string[] = [];
  const programs: string[] = [];
  for (const { kind, select } of DEFINITIONS) {
    const answer = await questions.ask(select);
    if ('rows' in answer) programs.push(...naming(answer.rows, where).map(name => `${kind} ${name}`));
    else notSeen.push(`the ${kind}s of other databases`);
  }
  const rights = await asked(session, RIGHTS, [where.database]);
  if (!rights) notSeen.push('rights on single routines (they are in mysql.procs_priv)');
  return {
    ...{ programs, notSeen, connections: await connectionsTo(session, where) },
    routineRights: (rights ?? []).map(([user, host, type, routine]) => `${user}@${host} on ${type} ${routine}`),
  };
}

/** @returns what a person should know of them before a replace, in sentences */
export function describeDependents(database: string, dependents: Dependents): string[] {
  const { programs, connections, routineRights, notSeen } = dependents;
  const lines = [
    programs.length > 0 && `these name ${database}, and will see what the backup holds: ${firstNames(programs)}`,
    connections > 0 &&
      `${count(connections, 'connection')} to the server ${connections === 1 ? 'uses' : 'use'} ${database} now: stop the application, or what it writes meanwhile goes with the old tables`,
    routineRights.length > 0 &&
      `rights on single routines go when these are made again; grant them again afterwards: ${firstNames(routineRights)}`,
    notSeen.length > 0 && `the server did not show: ${notSeen.join('; ')}`,
  ];
  return lines.filter(line => line !== false);
}

const OTHERS = `not in ('information_schema', 'performance_schema', 'mysql', 'sys')`;
const DEFINITIONS = [
  {
    kind: 'view',
    select: `table_schema, table_name, view_definition from information_schema.views where table_schema ${OTHERS}`,
  },
  {
    kind: 'trigger',
    select: `trigger_schema, trigger_name, action_statement from information_schema.triggers where trigger_schema ${OTHERS}`,
  },
  {
    kind: 'routine',
    select: `routine_schema, routine_name, routine_definition from information_schema.routines where routine_schema ${OTHERS}`,
  },
  {
    kind: 'event',
    select: `event_schema, event_name, event_definition from information_schema.events where event_schema ${OTHERS}`,
  },
] as const;

const RIGHTS = 'select user, host, routine_type, routine_name from mysql.procs_priv where db = ? order by 4, 1';

/** The name, in backticks or not, in front of a dot and another name, and not the end of a longer name. */
function naming(rows: readonly Row[], { database, ignoresCase }: Where): string[] {
  const literal = database.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const quoted = literal.replaceAll('`', '``');
  const pattern = new RegExp(`(?:\`${quoted}\`|(?<![\\w$\`])${literal})\\s*\\.\\s*[\\w\`$]`, ignoresCase ? 'i' : '');
  const same = (name: unknown) => (ignoresCase ? String(name).toLowerCase() : name);
  return rows
    .filter(([schema, , text]) => same(schema) !== same(database) && pattern.test(String(text ?? '')))
    .map(([schema, name]) => `${schema}.${name}`);
}

async function connectionsTo(session: Session, { database }: Where): Promise<number> {
  const [own] = await session.ask('select connection_id()');
  const rows = await session.ask('show processlist');
  return rows.filter(([id, , , db]) => db === database && Number(id) !== Number(own?.[0])).length;
}

/** @returns undefined where the server refuses to answer */
async function asked(session: Session, question: string, values: readonly string[]): Promise<Row[] | undefined> {
  try {
    return await session.ask(question, values);
  } catch (error) {
    if (!isServersAnswer(error)) throw error;
    return undefined;
  }
}
