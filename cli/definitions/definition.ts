import type { ObjectKind } from '../../protocol/manifest.ts';

/** What an object is, as the server tells it. */
export interface Definition {
  readonly kind: ObjectKind;
  readonly name: string;
  /** By what each is called, such as `sql_mode`; `definition` is the text of SHOW CREATE. */
  readonly facts: Readonly<Record<string, string>>;
}

/** Why there is no definition of an object. */
export type NoDefinition = 'missing' | 'not shown';

/** By kind, the names of objects. */
export type ObjectNames = Readonly<Partial<Record<ObjectKind, readonly string[]>>>;

/** @returns what tells an object from all others of its database */
export function keyOf({ kind, name }: { readonly kind: ObjectKind; readonly name: string }): string {
  return `${kind} ${name}`;
}
