import { databasePlaces } from '../../dump-parser/known-statements.ts';
import { namePlaces } from '../../dump-parser/own-names.ts';
import type { ServerToken } from '../../dump-parser/server-reading/server-reading.ts';
import type { ChangeList } from './change-list.ts';
import { quoted } from './definers.ts';
import type { Edit } from './edits.ts';
import { RefusedStatement } from './refused-statement.ts';
import type { TargetReading } from './target-reading.ts';

export interface DatabaseNames {
  /** The database that was dumped; undefined when no one knows. */
  readonly source: string | undefined;
  readonly target: string;
}

/**
 * Lets a statement name the target where it names the database that was dumped.
 * @throws {RefusedStatement} when it creates, fills, drops or alters something of another database
 */
export function databaseEdits(reading: TargetReading, names: DatabaseNames, changes: ChangeList): Edit[] {
  const { tokens, decode, statement } = reading;
  const own = databasePlaces(tokens);
  for (const at of own) {
    const name = decode(tokens[at]!.text);
    if (!isSame(name, names.source) && !isSame(name, names.target))
      throw new RefusedStatement(statement, `it names the database ${name}, which is not the one that was dumped`);
  }
  const inside =
    statement.object?.kind === 'tables' ? inTable(reading, names, changes) : inBody(reading, names, changes);
  const isNew = !isSame(names.target, names.source);
  const edits = [...own, ...inside].filter(at => isNew && isSame(decode(tokens[at]!.text), names.source));
  if (edits.length > 0) changes.add('changed', `${names.source} written as ${names.target}`, statement.object);
  return edits.map(at => ({ at: tokens[at]!.at, end: tokens[at]!.end, bytes: reading.encode(quoted(names.target)) }));
}

/** Names of databases are compared as the server does that has them in small letters: that is the stricter way. */
function isSame(name: string, other: string | undefined): boolean {
  return name.toLowerCase() === other?.toLowerCase();
}

/** @returns which tokens name a database in the body of a routine, trigger or event, or in the query of a view */
function inBody({ tokens, decode, statement }: TargetReading, names: DatabaseNames, changes: ChangeList): number[] {
  if (statement.kind !== 'create' || names.source === undefined) return [];
  const { places, isAmbiguous } = namePlaces(tokens, names.source, decode);
  const found: number[] = [];
  for (const { at, isOwn, isDrawn, place } of places) {
    const name = decode(tokens[at]!.text);
    const isOther = !isOwn && (isDrawn || place !== 'open') && !isSame(name, names.target);
    if (isOther) changes.add('reported', `names the database ${name}`, statement.object);
    if (!isOwn) continue;
    if (name === names.source && (place !== 'open' || !isAmbiguous)) found.push(at);
    else if (!isSame(names.target, names.source))
      changes.add(
        'reported',
        `may name the database ${names.source}: by ${name}, which can also be something else`,
        statement.object,
      );
  }
  return found;
}

/** Keys to tables and defaults from sequences; what else names a table there would take rows from it. */
function inTable({ tokens, decode, statement }: TargetReading, names: DatabaseNames, changes: ChangeList): number[] {
  if (statement.kind !== 'create') return [];
  const found: number[] = [];
  for (const [i, token] of tokens.entries()) {
    if (token.depth === 0 || !isName(token) || tokens[i + 1]?.text !== '.' || !isName(tokens[i + 2])) continue;
    if (!isReference(tokens, i))
      throw new RefusedStatement(statement, 'it names a table of a database among its columns');
    const name = decode(token.text);
    if (isSame(name, names.source)) found.push(i);
    else if (!isSame(name, names.target)) changes.add('reported', namesOther(tokens, i, name), statement.object);
  }
  return found;
}

/** Loaded without checks of foreign keys it is kept, also where the other database is missing: then it refuses each new row. */
function namesOther(tokens: readonly ServerToken[], at: number, name: string): string {
  return tokens[at - 1]?.text.toUpperCase() === 'REFERENCES'
    ? `has a foreign key to the database ${name}, and takes new rows only where that database is on this server, too`
    : `names the database ${name}`;
}

function isName(token: ServerToken | undefined): boolean {
  return token?.kind === 'name' || (token?.kind === 'word' && !/^\d+(?:e\d*)?$/i.test(token.text));
}

/** REFERENCES, or what draws a number from a sequence. */
function isReference(tokens: readonly ServerToken[], at: number): boolean {
  const before = tokens[at - 1]?.text.toUpperCase();
  if (before === 'REFERENCES' || (before === 'FOR' && tokens[at - 2]?.text.toUpperCase() === 'VALUE')) return true;
  return before === '(' && /^(?:NEXTVAL|LASTVAL)$/i.test(tokens[at - 2]?.text ?? '');
}
