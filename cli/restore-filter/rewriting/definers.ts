import type { ServerToken } from '../../dump-parser/server-reading/server-reading.ts';
import type { Edit } from './edits.ts';
import type { TargetReading } from './target-reading.ts';

export interface Account {
  readonly user: string;
  readonly host: string;
}

/** How accounts that own views, triggers, routines and events are written: as they are, not at all, or as one other. */
export type DefinerChoice = 'keep' | 'drop' | Account;

/** The account that owns what a statement creates. */
export interface Definer {
  /** As it is written in the statement, decoded. */
  readonly text: string;
  /** Place of `DEFINER=…`, and of the account in it. */
  readonly at: number;
  readonly accountAt: number;
  readonly end: number;
}

/** @returns the account in the head of a CREATE statement; undefined when it has none */
export function definerOf({ tokens, code, decode }: TargetReading): Definer | undefined {
  const i = tokens.findIndex((token, at) => at < MAX_HEAD && isDefiner(token, tokens[at + 1]));
  const account = tokens[i + 2];
  if (i === -1 || account === undefined) return undefined;
  let last = account;
  if (tokens[i + 3]?.text === '@' && tokens[i + 3]?.kind === 'sign') last = tokens[i + 4] ?? last;
  if (tokens[i + 3]?.text === '(' && tokens[i + 4]?.text === ')') last = tokens[i + 4]!;
  const text = decode(code.slice(account.at, last.end));
  return { text, at: tokens[i]!.at, accountAt: account.at, end: last.end };
}

/** @returns what is to be written otherwise, and how the account is written then; undefined: not at all */
export function definerEdit(
  definer: Definer,
  wanted: DefinerChoice,
  encode: (text: string) => Uint8Array,
): { readonly edit: Edit | undefined; readonly account: string | undefined } {
  if (wanted === 'keep') return { edit: undefined, account: definer.text };
  if (wanted === 'drop')
    return { edit: { at: definer.at, end: definer.end, bytes: new Uint8Array() }, account: undefined };
  const account = `${quoted(wanted.user)}@${quoted(wanted.host)}`;
  return { edit: { at: definer.accountAt, end: definer.end, bytes: encode(account) }, account };
}

/** @returns a name as it can stand in any statement, under any SQL mode */
export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** The definer stands in front of the kind and the name. */
const MAX_HEAD = 16;

function isDefiner({ kind, text, depth }: ServerToken, next: ServerToken | undefined): boolean {
  return kind === 'word' && depth === 0 && text.toUpperCase() === 'DEFINER' && next?.text === '=';
}
