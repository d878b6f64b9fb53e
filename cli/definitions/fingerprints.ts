import { createHash } from 'node:crypto';
import type { Session } from '../mysql/connect.ts';
import { type Definition, keyOf, type NoDefinition } from './definition.ts';
import { type ReadOptions, readDefinitions } from './read-definitions.ts';

/** By the key of each object a digest of its definition, or why it has no definition. */
export type Fingerprints = ReadonlyMap<string, string>;

/**
 * Reads all definitions and keeps a few bytes of each, so that a hundred thousand tables take little memory.
 * @throws the server's error
 */
export async function takeFingerprints(session: Session, options: ReadOptions): Promise<Fingerprints> {
  const prints = new Map<string, string>();
  for await (const read of readDefinitions(session, options))
    prints.set(keyOf(read), fingerprintOf('no' in read ? read.no : read));
  return prints;
}

/** @returns the same for the same definition, and for another one something else */
export function fingerprintOf(definition: Definition | NoDefinition): string {
  if (typeof definition === 'string') return definition;
  return createHash('sha256').update(JSON.stringify(definition.facts)).digest('base64').slice(0, 22);
}
