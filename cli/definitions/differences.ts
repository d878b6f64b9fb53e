import type { ObjectKind } from '../../protocol/manifest.ts';
import { printableInLine } from '../terminal/printable.ts';
import type { Definition, NoDefinition } from './definition.ts';

export interface Difference {
  readonly kind: ObjectKind;
  readonly name: string;
  /** Such as `definition` or `sql_mode`. */
  readonly what: string;
  /** Both shortened to where they begin to differ. */
  readonly expected: string;
  readonly found: string;
}

const BEFORE = 25;
const SHOWN = 80;

/** @returns what is not alike in two definitions of one object, in the order of its facts */
export function differencesBetween(expected: Definition, found: Definition | NoDefinition): Difference[] {
  const { kind, name } = expected;
  if (typeof found === 'string') return [{ kind, name, what: 'object', expected: 'there', found }];
  const facts = new Set([...Object.keys(expected.facts), ...Object.keys(found.facts)]);
  return [...facts]
    .filter(what => expected.facts[what] !== found.facts[what])
    .map(what => ({ kind, name, what, ...excerpts(expected.facts[what] ?? '', found.facts[what] ?? '') }));
}

function excerpts(expected: string, found: string): { expected: string; found: string } {
  let at = 0;
  while (at < expected.length && at < found.length && expected[at] === found[at]) at++;
  return { expected: excerpt(expected, at), found: excerpt(found, at) };
}

function excerpt(text: string, at: number): string {
  const from = at < BEFORE * 2 ? 0 : at - BEFORE;
  const part = text.slice(from, from + SHOWN);
  return printableInLine(`${from > 0 ? '…' : ''}${part}${from + SHOWN < text.length ? '…' : ''}`);
}
