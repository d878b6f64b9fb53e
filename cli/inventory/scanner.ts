import { emptyInventory, type Inventory, type ObjectKind } from '../../protocol/manifest.ts';
import { bytesOf, startsWith } from './bytes.ts';
import { DumpLexer, type LexerEvents } from './lexer.ts';
import { DumpOrigin, type Program } from './origin.ts';
import { SqlMode } from './sql-mode.ts';
import { createdBy, tableFilledBy } from './statement.ts';

/** What a dump was seen to hold. */
export interface DumpContents {
  readonly inventory: Inventory;
  /** Of all its INSERT statements. */
  readonly rows: number;
  /** As the comments of its header tell; null where it does not say. */
  readonly server: Program | null;
  readonly client: Program | null;
  /** Of its SET NAMES. */
  readonly characterSet: string | null;
  /** Where it stands in the server's log, as its CHANGE MASTER or CHANGE REPLICATION SOURCE tells, in a comment or not. */
  readonly binlog: { readonly file: string; readonly position: number } | null;
  /** Of its GTID_PURGED or gtid_slave_pos, in a comment or not. */
  readonly gtid: string | null;
  /** Its last line begins with `-- Dump completed`, outside of any statement, string and comment. */
  readonly endsWithMarker: boolean;
  /** It does not end within a statement, a string, a block comment, or under a DELIMITER that is not `;`. */
  readonly isBalanced: boolean;
  /** A backslash outside of strings and comments, which the mysql client takes for a command of its own. */
  readonly hasClientCommand: boolean;
  /** Its longest statement, and the table that this fills, if it fills one. A server takes none above its max_allowed_packet. */
  readonly longestStatement: { readonly bytes: number; readonly table: string | undefined };
}

const MARKER = bytesOf('-- Dump completed');
/** Of a statement that creates something, what names it stands within. */
const HEAD = 4096;

/**
 * Takes stock of a dump while it goes by: reads it as the mysql client will that restores it, so that nothing in a string or
 * in a routine's body passes for a statement. Memory grows with the number of objects only. It judges nothing and never
 * throws, whatever the bytes.
 */
export class InventoryScanner implements LexerEvents {
  readonly #lexer = new DumpLexer(this);
  readonly #origin = new DumpOrigin();
  readonly #sqlMode = new SqlMode();
  readonly #tables = new Map<string, { name: string; rows: number; bytes: number }>();
  readonly #others = new Map<ObjectKind, Set<string>>();
  #rows = 0;
  /** Where the last marker stands. */
  #markerAt = -2;
  /** The table of the last INSERT. */
  #filled: { name: string; rows: number; bytes: number } | undefined;
  #longest: { bytes: number; table: string | undefined } = { bytes: 0, table: undefined };

  /** @param piece of the plain dump, cut anywhere; not kept */
  scan(piece: Uint8Array): void {
    this.#lexer.write(piece);
  }

  /** The dump has ended. @returns what it held */
  end(): DumpContents {
    const isBalanced = this.#lexer.end();
    const { server, client, characterSet, binlog, gtid } = this.#origin;
    return {
      inventory: this.#inventory(),
      rows: this.#rows,
      server,
      client,
      characterSet,
      binlog,
      gtid,
      endsWithMarker: this.#markerAt === this.#lexer.lastBegan,
      isBalanced,
      hasClientCommand: this.#lexer.hasClientCommand,
      longestStatement: this.#longest,
    };
  }

  comment(text: Uint8Array, at: number, isAtLineStart: boolean): void {
    if (isAtLineStart && startsWith(text, 0, MARKER)) this.#markerAt = at;
    this.#origin.readComment(asText(text));
    this.#lexer.quotesInDollars = this.#origin.quotesInDollars;
  }

  statement(head: Uint8Array, rows: number, size: number): void {
    const start = asText(head.subarray(0, HEAD));
    const word = /^(?:\/\*M?!\d*\s*)?(\w+)/.exec(start)?.[1]?.toUpperCase();
    if (word === 'SET' || word === 'CHANGE') this.#obey(asText(head));
    else if (word === 'CREATE') this.#list(start);
    else if (word === 'INSERT' || word === 'REPLACE') {
      this.#filled = this.#table(tableFilledBy(start));
      this.repeatedInsert(Math.max(rows, 0), size);
      return;
    }
    this.#measure(size, undefined);
  }

  repeatedInsert(rows: number, size: number): void {
    this.#measure(size, this.#filled?.name);
    if (this.#filled === undefined) return;
    this.#filled.rows += rows;
    this.#filled.bytes += size;
    this.#rows += rows;
  }

  #measure(bytes: number, table: string | undefined): void {
    if (bytes > this.#longest.bytes) this.#longest = { bytes, table };
  }

  #list(code: string): void {
    const created = createdBy(code);
    if (created === undefined) return;
    if (created.kind === 'tables') this.#table(created.name);
    else this.#others.set(created.kind, (this.#others.get(created.kind) ?? new Set()).add(created.name));
  }

  #obey(code: string): void {
    const statement = code.replace(/^\/\*M?!\d*\s*/, '');
    this.#origin.readStatement(statement);
    this.#sqlMode.follow(statement);
    this.#lexer.escapesInSingle = this.#sqlMode.escapesInSingle;
    this.#lexer.escapesInDouble = this.#sqlMode.escapesInDouble;
  }

  #table(name: string | undefined) {
    if (name === undefined) return undefined;
    const table = this.#tables.get(name) ?? { name, rows: 0, bytes: 0 };
    this.#tables.set(name, table);
    return table;
  }

  #inventory(): Inventory {
    const inventory = emptyInventory();
    inventory.tables = [...this.#tables.values()];
    for (const [kind, names] of this.#others) if (kind !== 'tables') inventory[kind] = [...names];
    return inventory;
  }
}

/** Names are UTF-8, which mysqldump writes unless it is told otherwise. */
function asText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}
