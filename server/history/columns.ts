import type { SelectType } from 'kysely';
import type { Tables } from './tables.ts';

/** Names of columns of the backups. */
export type Column = keyof Tables['backups'];

/** Some columns of a backup, each under the name that its property has in the entity. */
export type Selected<Name extends Column> = {
  readonly [N in Name as PropertyName<N>]: SelectType<Tables['backups'][N]>;
};

type PropertyName<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${First}${Capitalize<PropertyName<Rest>>}`
  : Name;

/**
 * @param table the name that the query gives the backups
 * @param prefix set before each property, where a row holds columns of several tables
 * @returns what `select` takes, such as `b.file_name as fileName`
 */
export function columns<Table extends string, Name extends Column, Prefix extends string = ''>(
  table: Table,
  names: readonly Name[],
  prefix = '' as Prefix,
): Array<Selection<Table, Name, Prefix>> {
  return names.map(name => `${table}.${name} as ${prefix}${propertyName(name)}` as Selection<Table, Name, Prefix>);
}

type Selection<Table extends string, Name extends string, Prefix extends string> = {
  [N in Name]: `${Table}.${N} as ${Prefix}${PropertyName<N>}`;
}[Name];

/**
 * @returns what reads the columns that `columns` has put under that prefix out of a row: null where no row was joined. Made
 *   once for all rows, since a list has thousands
 */
export function joined<Name extends Column>(
  names: readonly Name[],
  prefix: string,
): (row: object) => Selected<Name> | null {
  const properties = names.map(propertyName).map(name => [name, prefix + name] as const);
  return row => {
    const values = row as Readonly<Record<string, unknown>>;
    if (values[`${prefix}id`] === null) return null;
    const selected: Record<string, unknown> = {};
    for (const [name, prefixed] of properties) selected[name] = values[prefixed];
    return selected as Selected<Name>;
  };
}

function propertyName(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
