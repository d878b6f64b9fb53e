import type { DefinitionNeeds } from '../../protocol/manifest.ts';
import type { ServerToken } from './server-reading/server-reading.ts';

type ForeignKey = NonNullable<DefinitionNeeds['foreign_keys']>[number];

/** So many of each are kept: a manifest of thousands of tables must stay small. */
const MOST = 5000;

/** Notes which tables of a dump are encrypted, and to which tables their foreign keys point. */
export class NeedsOfTables {
  readonly #encrypted: string[] = [];
  readonly #foreignKeys = new Map<string, ForeignKey>();

  /** @param code of a CREATE TABLE, one character for each byte; `decode` makes characters of those */
  note(
    code: string,
    tokens: readonly ServerToken[],
    { table, decode }: { readonly table: string; readonly decode: (text: string) => string },
  ): void {
    if (/ENCRYPT/i.test(code) && this.#encrypted.length < MOST && isEncrypted(code, tokens))
      this.#encrypted.push(table);
    if (!code.includes('REFERENCES')) return;
    const nameOf = (quoted: string) => decode(quoted.slice(1, -1).replaceAll('``', '`'));
    for (const [, first, second] of code.replace(TEXT, keepNames).matchAll(POINTS_TO)) {
      const [database, parent] = second === undefined ? [null, nameOf(first!)] : [nameOf(first!), nameOf(second)];
      if (this.#foreignKeys.size < MOST)
        this.#foreignKeys.set(JSON.stringify([table, database, parent]), { table, database, parent });
    }
  }

  needs(): Required<Pick<DefinitionNeeds, 'encrypted_tables' | 'foreign_keys'>> {
    return { encrypted_tables: this.#encrypted, foreign_keys: [...this.#foreignKeys.values()] };
  }
}

/** A server writes names in backticks, and a foreign key behind its columns. No name has more bytes. */
const POINTS_TO = /\)\s*REFERENCES\s+(`(?:[^`]|``){1,256}`)(?:\s*\.\s*(`(?:[^`]|``){1,256}`))?/g;
/** A text, or a name in quotes, in which a text would seem to begin; also one without an end, or each quote would be tried again. */
const TEXT = /'(?:[^'\\]|\\[\s\S]?|'')*'?|`(?:[^`]|``)*`?/g;

function keepNames(quoted: string): string {
  return quoted.startsWith('`') ? quoted : ' ';
}

/** `ENCRYPTION='Y'` of MySQL, `` `encrypted`='yes' `` of MariaDB, as it was typed, among the options behind the columns, or of a partition. */
function isEncrypted(code: string, tokens: readonly ServerToken[]): boolean {
  const columnsEnd = tokens.findIndex(({ kind, text, depth }) => kind === 'sign' && text === ')' && depth === 0);
  return tokens.some(({ kind, text }, at) => {
    if (at <= columnsEnd || kind === 'string' || !/^ENCRYPT(?:ION|ED)$/i.test(text)) return false;
    const value = tokens[at + 1]?.text === '=' ? tokens[at + 2] : tokens[at + 1];
    return value !== undefined && /^['"`]?Y(?:ES)?['"`]?$/i.test(code.slice(value.at, value.end));
  });
}
