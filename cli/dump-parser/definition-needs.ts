import type { DefinitionNeeds, ObjectKind } from '../../protocol/manifest.ts';
import { NeedsOfTables } from './needs-of-tables.ts';
import type { ServerToken } from './server-reading/server-reading.ts';
import type { DumpedObject } from './statement.ts';

/** So many names of each kind are kept: a real dump has a handful. */
const MOST = 200;
const LONGEST_ACCOUNT = 400;

type Kind = Exclude<keyof DefinitionNeeds, 'definers' | 'encrypted_tables' | 'foreign_keys'>;

/** What stands in front of a name, in words of SQL. */
const NAMING: readonly (readonly [Kind, RegExp])[] = [
  ['collations', /\bCOLLATE(?:\s*=\s*|\s+)'?(\w+)/gi],
  ['character_sets', /\b(?:CHARSET|CHARACTER\s+SET)(?:\s*=\s*|\s+)'?(\w+)/gi],
  ['engines', /\bENGINE\s*=\s*'?(\w+)/gi],
  ['row_formats', /\bROW_FORMAT\s*=\s*(\w+)/gi],
];
const SETTINGS: readonly (readonly [Kind, RegExp])[] = [
  ['collations', /\bcollation_connection\s*=\s*'?([a-z]\w*)/gi],
  ['character_sets', /\bcharacter_set_\w+\s*=\s*'?([a-z]\w*)/gi],
  ['character_sets', /\bNAMES\s+'?(\w+)/gi],
];
const SQL_MODE = /\bsql_mode\s*=\s*'([^']*)'/gi;
const MADE_BY_SERVER: ReadonlySet<ObjectKind> = new Set(['tables', 'sequences']);
/**
 * A text, a name in quotes: what stands in them names nothing. One that is not closed goes to the end, so that each matches where it
 * begins: with a try at each quote behind it, a statement of 8 MiB would need hours.
 */
const QUOTED = /'(?:[^'\\]|\\[\s\S]?|'')*'?|`(?:[^`]|``)*`?|"(?:[^"\\]|\\[\s\S]?|"")*"?/g;
const DEFAULT: ReadonlySet<string> = new Set(['default', 'null', 'binary']);

/** Notes what the definitions of a dump need of the server that loads them, and to whom they belong. */
export class NeedsOfDefinitions {
  readonly #names: Readonly<Record<Kind, Set<string>>> = {
    ...{ collations: new Set(), character_sets: new Set(), engines: new Set() },
    ...{ row_formats: new Set(), sql_modes: new Set() },
  };
  readonly #definers = new Map<string, Partial<Record<ObjectKind, number>>>();
  readonly #ofTables = new NeedsOfTables();

  /** @param code of a statement without rows, one character for each byte; `decode` makes characters of those */
  note(
    code: string,
    tokens: readonly ServerToken[],
    { object, decode }: { readonly object: DumpedObject | undefined; readonly decode: (text: string) => string },
  ): void {
    const [first] = tokens;
    const word = first?.kind === 'word' ? first.text.toUpperCase() : '';
    if (word === 'SET') this.#noteSettings(code);
    else if (word === 'ALTER') this.#noteNames(code.replace(QUOTED, ' '));
    if (word !== 'CREATE' || object === undefined) return;
    // Comments are in bodies only, and the columns of a table are no tokens.
    const isPlain = MADE_BY_SERVER.has(object.kind);
    this.#noteNames(isPlain ? code.replace(QUOTED, ' ') : wordsOf(tokens));
    if (!isPlain) this.#noteDefiner(tokens, object.kind, decode);
    else if (object.kind === 'tables') this.#ofTables.note(code, tokens, { table: object.name, decode });
  }

  /** @returns all of it, each list sorted */
  needs(): DefinitionNeeds {
    const sorted = (names: ReadonlySet<string>) => [...names].sort();
    const { collations, character_sets, engines, row_formats, sql_modes } = this.#names;
    return {
      collations: sorted(collations),
      character_sets: sorted(character_sets),
      engines: sorted(engines),
      row_formats: sorted(row_formats),
      sql_modes: sorted(sql_modes),
      definers: [...this.#definers].map(([account, objects]) => ({ account, objects })),
      ...this.#ofTables.needs(),
    };
  }

  #noteSettings(code: string): void {
    for (const [kind, pattern] of SETTINGS) for (const [, name] of code.matchAll(pattern)) this.#add(kind, name!);
    for (const [, modes] of code.matchAll(SQL_MODE))
      for (const mode of modes!.split(',')) if (mode.trim() !== '') this.#add('sql_modes', mode.trim().toUpperCase());
  }

  #noteNames(code: string): void {
    for (const [kind, pattern] of NAMING) for (const [, name] of code.matchAll(pattern)) this.#add(kind, name!);
  }

  #add(kind: Kind, name: string): void {
    const names = this.#names[kind];
    const plain = kind === 'engines' || kind === 'sql_modes' ? name : name.toLowerCase();
    if (names.size < MOST && plain.length <= 64 && !DEFAULT.has(plain.toLowerCase())) names.add(plain);
  }

  #noteDefiner(tokens: readonly ServerToken[], kind: ObjectKind, decode: (text: string) => string): void {
    const at = tokens.findIndex(
      ({ kind, text }, i) =>
        i < HEAD && kind === 'word' && text.toUpperCase() === 'DEFINER' && tokens[i + 1]?.text === '=',
    );
    const [user, sign, host] = at < 0 ? [] : tokens.slice(at + 2, at + 5);
    if (user === undefined || user.kind === 'string') return;
    const quoted = ({ text }: ServerToken) => `\`${decode(text).replaceAll('`', '``')}\``;
    const account = sign?.text === '@' && host ? `${quoted(user)}@${quoted(host)}` : quoted(user);
    const known = this.#definers.get(account);
    if (known) known[kind] = (known[kind] ?? 0) + 1;
    else if (this.#definers.size < MOST && account.length <= LONGEST_ACCOUNT)
      this.#definers.set(account, { [kind]: 1 });
  }
}

/** The definer stands in front of the kind and the name. */
const HEAD = 16;

/** @returns the words and signs of a definition, without what is in quotes */
function wordsOf(tokens: readonly ServerToken[]): string {
  return tokens.map(({ kind, text }) => (kind === 'word' || kind === 'sign' ? text : '?')).join(' ');
}
