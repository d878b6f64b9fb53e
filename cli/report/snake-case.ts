/**
 * @param value of a kind that JSON has, dates besides
 * @returns the same as JSON shows it everywhere: keys in snake_case, dates as ISO 8601, UTC; what has such keys already stays as it is
 */
export function snakeCased<T>(value: T): SnakeCased<T> {
  return withKeys(value, key => key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)) as SnakeCased<T>;
}

/** @returns what {@link snakeCased} was made of, but that dates stay texts; only for what had no snake_case in it before */
export function camelCased(value: unknown): unknown {
  return withKeys(value, key => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
}

/** The type of a value whose keys are in snake_case, as it is read from JSON. */
export type SnakeCased<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? readonly SnakeCased<Item>[]
    : T extends object
      ? { [Key in keyof T as Key extends string ? Snake<Key> : Key]: SnakeCased<T[Key]> }
      : T;

type Snake<Text extends string> = Text extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${Snake<Rest>}`
  : Text;

function withKeys(value: unknown, rename: (key: string) => string): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(item => withKeys(item, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [rename(key), withKeys(item, rename)]));
}
