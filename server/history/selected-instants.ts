import type { EntityProperty } from '@mikro-orm/core';
import {
  AliasNode,
  ColumnNode,
  type CompiledQuery,
  IdentifierNode,
  ReferenceNode,
  type SelectionNode,
  SelectQueryNode,
} from 'kysely';
import type { EntityManager } from './orm.ts';

/**
 * Finds out which values of a row are instants: those of columns that the entities define as such. The result of an
 * expression is not recognized.
 * @returns under which names the query selects them
 */
export function selectedInstants(em: EntityManager, { query }: CompiledQuery): readonly string[] {
  if (!SelectQueryNode.is(query) || !query.selections) return [];
  const names = known.get(query.selections) ?? instantsAmong(query.selections, instantColumns(em));
  known.set(query.selections, names);
  return names;
}

/** Most queries have the selections of a constant. */
const known = new WeakMap<object, readonly string[]>();

function instantsAmong(selections: readonly SelectionNode[], instants: ReadonlySet<string>): string[] {
  return selections.flatMap(({ selection }) => {
    const [reference, alias] = AliasNode.is(selection) ? [selection.node, selection.alias] : [selection];
    if (!ReferenceNode.is(reference) || !ColumnNode.is(reference.column)) return [];
    const { name } = reference.column.column;
    if (!instants.has(name)) return [];
    return [alias && IdentifierNode.is(alias) ? alias.name : name];
  });
}

const columnsOf = new WeakMap<object, ReadonlySet<string>>();

/** @returns the columns that hold instants, of all tables: the same name means the same everywhere */
function instantColumns(em: EntityManager): ReadonlySet<string> {
  const metadata = em.getMetadata();
  const columns = columnsOf.get(metadata) ?? new Set([...metadata].flatMap(({ props }) => props.flatMap(instantsOf)));
  columnsOf.set(metadata, columns);
  return columns;
}

function instantsOf({ runtimeType, fieldNames }: EntityProperty): string[] {
  return runtimeType === 'Date' ? fieldNames : [];
}
