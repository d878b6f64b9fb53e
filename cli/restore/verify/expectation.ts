import { emptyInventory, type Inventory, namesIn, OBJECT_KINDS, type ObjectKind } from '../../../protocol/manifest.ts';

/** What of a dump was loaded. */
export interface LoadedScope {
  /** Only these tables, with their rows and triggers; undefined: everything. */
  readonly tables?: ReadonlySet<string> | undefined;
  readonly parts: 'all' | 'schema' | 'data';
  /** The triggers of `tables`, where they are known: an inventory does not tell whose they are. */
  readonly triggers?: readonly string[] | undefined;
  /** What the filter left out, as `kind name`, such as a sequence that the target's flavour does not have. */
  readonly leftOut?: ReadonlySet<string> | undefined;
}

/** What has to be in a database after a dump was loaded. */
export interface Expectation {
  readonly inventory: Inventory;
  /** Kinds of which nothing is known: they are not compared. */
  readonly unknown: ReadonlySet<ObjectKind>;
  /** Whether nothing else may be there. */
  readonly isAll: boolean;
}

/**
 * @param inventory of the whole dump. What the dump's options left out is not in it, and not expected
 * @returns what has to be there after so much of it was loaded
 */
export function expectedOf(inventory: Inventory, scope: LoadedScope): Expectation {
  const { tables: chosen, parts, triggers, leftOut } = scope;
  const isWanted = (kind: ObjectKind, name: string) => !leftOut?.has(`${kind} ${name}`);
  const tables = inventory.tables
    .filter(({ name }) => (!chosen || chosen.has(name)) && isWanted('tables', name))
    .map(table => (parts === 'schema' ? { ...table, rows: 0 } : table));
  if (parts === 'data') return { inventory: { ...emptyInventory(), tables }, unknown: NOT_TABLES, isAll: false };
  if (chosen) {
    const unknown = new Set([...NOT_TABLES].filter(kind => kind !== 'triggers' || !triggers));
    return { inventory: { ...emptyInventory(), tables, triggers: [...(triggers ?? [])] }, unknown, isAll: false };
  }
  const others = Object.fromEntries(
    [...NOT_TABLES].map(kind => [kind, namesIn(inventory, kind).filter(name => isWanted(kind, name))]),
  );
  return { inventory: { ...emptyInventory(), ...others, tables }, unknown: new Set(), isAll: true };
}

const NOT_TABLES: ReadonlySet<ObjectKind> = new Set(OBJECT_KINDS.filter(kind => kind !== 'tables'));
