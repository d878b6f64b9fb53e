import type { ObjectKind } from '../../protocol/manifest.ts';
import type { Answer } from '../mysql/connect.ts';
import type { Definition, NoDefinition } from './definition.ts';
import type { MakeNeutral } from './neutral-text.ts';

/** How the server is asked for an object, and which columns of its answer count, in their order; '' is left out. */
const QUESTIONS: Readonly<Record<ObjectKind, readonly [what: string, ...columns: string[]]>> = {
  tables: ['table', 'definition'],
  sequences: ['sequence', 'definition'],
  views: ['view', 'definition', 'character_set_client', 'collation_connection'],
  // The time at which a trigger was made is the last column.
  triggers: ['trigger', 'sql_mode', 'definition', 'character_set_client', 'collation_connection', 'database collation'],
  ...routines({ procedures: 'procedure', functions: 'function', packages: 'package', package_bodies: 'package body' }),
  events: [
    'event',
    'sql_mode',
    'time_zone',
    'definition',
    'character_set_client',
    'collation_connection',
    'database collation',
  ],
};

function routines<K extends string>(kinds: Record<K, string>): Record<K, readonly [string, ...string[]]> {
  const columns = ['sql_mode', 'definition', 'character_set_client', 'collation_connection', 'database collation'];
  const entries = Object.entries<string>(kinds).map(([kind, what]) => [kind, [what, ...columns]]);
  return Object.fromEntries(entries);
}

/** Errors that say: there is no such table, routine, trigger, event, sequence. */
const MISSING = new Set([1146, 1305, 1360, 1539, 4089, 4091]);
/** Errors that say: this user may not see it. */
const DENIED = new Set([1044, 1142, 1143, 1227, 1370, 1345]);

/** What tells an object from all others of its database. */
type Named = Pick<Definition, 'kind' | 'name'>;

/** @returns the statement that asks for an object of the session's database */
export function questionFor({ kind, name }: Named): string {
  return `show create ${QUESTIONS[kind][0]} \`${name.replaceAll('`', '``')}\``;
}

/**
 * @returns what an answer to such a question says of the object
 * @throws the server's error, except one that only says that the object is missing or not shown
 */
export function definitionIn(answer: Answer, { kind, name }: Named, neutral: MakeNeutral): Definition | NoDefinition {
  if (answer instanceof Error) return whyNone(answer);
  const [row] = answer;
  if (row === undefined) return 'missing';
  const [, ...columns] = QUESTIONS[kind];
  const facts: Record<string, string> = {};
  for (const [index, column] of columns.entries()) facts[column] = String(row[index + 1] ?? '');
  // A routine's text is NULL for one who may call it and not see it.
  if (row[columns.indexOf('definition') + 1] === null) return 'not shown';
  return { kind, name, facts: { ...facts, definition: neutral(facts.definition ?? '', kind) } };
}

function whyNone(error: Error & { readonly errno?: number }): NoDefinition {
  const { errno = 0 } = error;
  if (MISSING.has(errno)) return 'missing';
  if (DENIED.has(errno)) return 'not shown';
  throw error;
}
