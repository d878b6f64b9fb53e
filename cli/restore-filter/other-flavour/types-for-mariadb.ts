import type { ChangeList } from '../rewriting/change-list.ts';
import type { Edit } from '../rewriting/edits.ts';
import type { TargetReading } from '../rewriting/target-reading.ts';
import { itemsOf, replaced, upper } from './table-items.ts';

/** The first MariaDB with the type VECTOR is 11.7. */
const HAS_VECTORS = 110_700;

/** @returns how types of columns of MySQL are written for MariaDB: the rows are dumped as bytes, which stay the same */
export function typesForMariaDb({ tokens, statement }: TargetReading, version: number, changes: ChangeList): Edit[] {
  return itemsOf(tokens).flatMap(({ tokens: [column, type, open, size, close] }) => {
    if (column?.kind !== 'name' || type === undefined) return [];
    if (upper(type) === 'GEOMCOLLECTION') return [replaced(type.at, type.end, 'geometrycollection')];
    if (upper(type) !== 'VECTOR' || version >= HAS_VECTORS || open?.text !== '(' || close?.text !== ')') return [];
    const other = `varbinary(${4 * Number(size!.text)})`;
    changes.add('changed', `column ${column.text}: type vector(${size!.text}) written as ${other}`, statement.object);
    return [replaced(type.at, close.end, other)];
  });
}
