import { validationError } from '../errors/errors.ts';

/** What a cursor holds: the order of its list, and what the node has that it is a cursor of. */
type Parts = readonly [order: string, ...key: Array<string | number>];

/** @returns a text for a position in a list, opaque to clients */
export function formatCursor(...parts: Parts): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * @param order of the list that it shall be of
 * @param types of the parts behind the order
 * @returns these parts
 * @throws AppError 422 when it is not a cursor of a list in that order
 */
export function parseCursor<const T extends readonly KeyType[]>(cursor: string, order: string, types: T): Key<T> {
  const [ofOrder, ...key] = partsOf(cursor);
  if (ofOrder !== order || !isKey(key, types))
    throw validationError([{ field: 'after', message: 'is not a cursor of a list in this order' }]);
  return key;
}

interface KeyTypes {
  string: string;
  number: number;
  either: string | number;
}

type KeyType = keyof KeyTypes;

type Key<T extends readonly KeyType[]> = { -readonly [I in keyof T]: KeyTypes[T[I]] };

function isKey<T extends readonly KeyType[]>(parts: unknown[], types: T): parts is Key<T> {
  return parts.length === types.length && parts.every((part, i) => isOf(part, types[i]!));
}

function isOf(part: unknown, type: KeyType): boolean {
  if (typeof part === 'number') return type !== 'string' && Number.isInteger(part) && Math.abs(part) <= LAST_INSTANT;
  return typeof part === 'string' && type !== 'number';
}

/** Of a Date, in milliseconds; ids and sizes are smaller. */
const LAST_INSTANT = 8.64e15;

function partsOf(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}
