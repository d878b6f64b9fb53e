import { emptyInventory, type Inventory, type ObjectKind } from '../../protocol/manifest.ts';
import type { DumpedObject } from './statement.ts';

/** A table of an inventory, whose rows are counted. */
export type CountedTable = Inventory['tables'][number];

/** What a dump creates and fills, as far as it has been read. */
export class DumpInventory {
  readonly #tables = new Map<string, CountedTable>();
  readonly #others = new Map<ObjectKind, Set<string>>();

  add({ kind, name }: DumpedObject): void {
    if (kind === 'tables') this.table(name);
    else this.#others.set(kind, (this.#others.get(kind) ?? new Set()).add(name));
  }

  /** @returns the table of that name, whose rows and bytes may be added to */
  table(name: string): CountedTable {
    const table = this.#tables.get(name) ?? { name, rows: 0, bytes: 0 };
    this.#tables.set(name, table);
    return table;
  }

  inventory(): Inventory {
    const inventory = emptyInventory();
    inventory.tables = [...this.#tables.values()];
    for (const [kind, names] of this.#others) if (kind !== 'tables') inventory[kind] = [...names];
    return inventory;
  }
}
