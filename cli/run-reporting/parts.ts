import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { DatabaseSource } from '../config/databases.ts';
import type { ServiceToken } from '../config/secret-file.ts';

/** The databases of a list whose reports are sent with the same token. */
export interface Part {
  /** What the service tells it by from the others: empty for the token of the run. */
  readonly key: string;
  /** Of the entries; undefined for the token of the run. */
  readonly token: ServiceToken | undefined;
  readonly sources: readonly DatabaseSource[];
}

/**
 * @param token of the run
 * @returns the parts of a list, first that of the run's own token if it has any database; an empty list has that one
 */
export function partsOf(sources: readonly DatabaseSource[], token: ServiceToken | undefined): Part[] {
  const parts = Map.groupBy(sources, source => partKey(source.token, token));
  const own = parts.get('') ?? [];
  parts.delete('');
  return [
    ...(own.length > 0 || parts.size === 0 ? [{ key: '', token: undefined, sources: own }] : []),
    ...[...parts].map(([key, sources]) => ({ key, token: sources[0]!.token, sources })),
  ];
}

/** @returns what tells one list of databases of a machine from the others: it stays when the list is changed */
export function listKey(path: string): string {
  return keyOf(resolve(path));
}

/** By where the token was found, and not by the token: one that is replaced leaves the part as it is. */
function partKey(token: ServiceToken | undefined, ofRun: ServiceToken | undefined): string {
  return token === undefined || token.text === ofRun?.text ? '' : keyOf(token.from);
}

function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
