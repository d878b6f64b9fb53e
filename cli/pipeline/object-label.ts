import type { ObjectKind } from '../../protocol/manifest.ts';

/** @returns what something is, and its name: `package body p` */
export function labelOf({ kind, name }: { readonly kind: ObjectKind; readonly name: string }): string {
  return `${WORDS[kind]} ${name}`;
}

const WORDS: Readonly<Record<ObjectKind, string>> = {
  tables: 'table',
  sequences: 'sequence',
  views: 'view',
  triggers: 'trigger',
  procedures: 'procedure',
  functions: 'function',
  packages: 'package',
  package_bodies: 'package body',
  events: 'event',
};
