import type { ServerToken } from '../../dump-parser/server-reading/server-reading.ts';
import type { Edit } from '../rewriting/edits.ts';

/** A column or a key of a CREATE TABLE. */
export interface TableItem {
  /** Place of the comma in front; undefined for the first. */
  readonly commaAt: number | undefined;
  readonly tokens: readonly ServerToken[];
}

/** @returns the columns and keys of a CREATE TABLE, in their order */
export function itemsOf(tokens: readonly ServerToken[]): TableItem[] {
  const open = tokens.findIndex(({ kind, text, depth }) => kind === 'sign' && text === '(' && depth === 0);
  const close = tokens.findIndex(({ kind, text, depth }) => kind === 'sign' && text === ')' && depth === 0);
  if (open === -1 || close === -1) return [];
  const items: TableItem[] = [];
  let from = open;
  for (let i = open + 1; i <= close; i++) {
    const { kind, text, depth } = tokens[i]!;
    if (i < close && !(kind === 'sign' && text === ',' && depth === 1)) continue;
    items.push({ commaAt: from === open ? undefined : tokens[from]!.at, tokens: tokens.slice(from + 1, i) });
    from = i;
  }
  return items;
}

/** Types of columns that keep long texts or bytes, in capitals. */
export const LONG_TYPES = /^(?:TINY|MEDIUM|LONG)?(?:TEXT|BLOB)$/;

/** @returns a word in capitals; nothing for names, texts and signs */
export function upper(token: ServerToken | undefined): string {
  return token?.kind === 'word' ? token.text.toUpperCase() : '';
}

export function replaced(at: number, end: number, text: string): Edit {
  return { at, end, bytes: Buffer.from(text) };
}
