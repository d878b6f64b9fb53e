import { KIND_NAMES, type ObjectKind } from '../../protocol/manifest.ts';

/** @returns what something is, and its name: `package body p` */
export function labelOf({ kind, name }: { readonly kind: ObjectKind; readonly name: string }): string {
  return `${KIND_NAMES[kind]} ${name}`;
}
