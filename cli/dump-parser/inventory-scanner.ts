import type { ObjectKind } from '../../protocol/manifest.ts';
import { NeedsOfDefinitions } from './definition-needs.ts';
import type { DumpContents, Misread, Naming } from './dump-contents.ts';
import { type CountedTable, DumpInventory } from './dump-inventory.ts';
import { codeOf, DumpSession, textOf } from './dump-session.ts';
import { beginningOf, databasesIn, judge, type Occasion } from './known-statements.ts';
import { bytesOf, startsWith } from './lexer/bytes.ts';
import { DumpLexer } from './lexer/lexer.ts';
import type { LexerEvents, Statement } from './lexer/lexer-events.ts';
import { type Misreading, misreadingOf } from './misreading.ts';
import { qualifiedNames } from './own-names.ts';
import { readAsServer, type ServerToken } from './server-reading/server-reading.ts';
import { createdBy, type DumpedObject, tableFilledBy } from './statement.ts';

/** Where this happens, the statements behind it are read as they were meant. */
const LOADS_THE_REST: ReadonlySet<Misreading> = new Set([
  ...(['a line end in a string', 'a blank in a string', 'a semicolon at its end'] as const),
]);

/** A stretch of a dump, in bytes; `to` is the first byte behind it. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

const LINE_END = 2;

/** So many of each kind of problem are kept, to be shown. */
const MAX_TOLD = 100;

const MARKER = bytesOf('-- Dump completed');
/** Definitions of which the names in them are kept. */
const MAX_NAMING = 10_000;
const OF_THE_SERVER: ReadonlySet<ObjectKind> = new Set(['tables', 'sequences']);
/** Of a statement that creates something, what names it stands within. */
const HEAD = 4096;

/**
 * Makes the inventory of a dump in one pass: reads it as the mysql client will that restores it, or as the server, so that nothing in
 * a string or in a routine's body passes for a statement. Memory grows with the number of objects only, and
 * holds one definition at a time. It never throws, for any bytes.
 */
export class InventoryScanner implements LexerEvents {
  readonly #lexer: DumpLexer;
  readonly #session: DumpSession;
  readonly #inventory = new DumpInventory();
  readonly #misreadings: Misread[] = [];
  readonly #unexpected: string[] = [];
  readonly #occasions = new Map<Occasion, string>();
  readonly #databases = new Set<string>();
  readonly #naming: Naming[] = [];
  readonly #needs = new NeedsOfDefinitions();
  #rows = 0;
  #hasLostItsWay = false;
  /** Where the last marker stands. */
  #markerAt = -2;
  /** The table of the last INSERT. */
  #filled: CountedTable | undefined;
  #longest: { bytes: number; table: string | undefined } = { bytes: 0, table: undefined };
  readonly #rowRanges: { from: number; to: number }[] = [];

  /** @param programs how stored programs are read: as the client, by which a backup is judged; or as the server, which a restore sends them to */
  constructor({ programs = 'as the client' }: { readonly programs?: 'as the client' | 'as the server' } = {}) {
    this.#lexer = new DumpLexer(this, { programs });
    this.#session = new DumpSession(this.#lexer);
  }

  /** Where the statements with rows are so far, with their delimiters; neighbours are one. */
  get rowRanges(): readonly RowRange[] {
    return this.#rowRanges;
  }

  /** @param piece of the plain dump, cut anywhere; not kept */
  scan(piece: Uint8Array): void {
    this.#lexer.write(piece);
  }

  /** The dump has ended. @returns what it held */
  end(): DumpContents {
    const isBalanced = this.#lexer.end();
    if (this.#lexer.hasDoubtfulDelimiter) this.#unexpected.push('DELIMITER behind a comment');
    const { server, client, characterSet, binlog, gtid } = this.#session.header;
    return {
      inventory: this.#inventory.inventory(),
      rows: this.#rows,
      server,
      client,
      characterSet,
      binlog,
      gtid,
      endsWithMarker: this.#markerAt === this.#lexer.lastBegan,
      isBalanced,
      misreadings: this.#misreadings,
      unexpected: this.#unexpected,
      occasions: this.#occasions,
      databases: [...this.#databases],
      naming: this.#naming,
      needs: this.#needs.needs(),
      longestStatement: this.#longest,
    };
  }

  comment(text: Uint8Array, at: number, isAtLineStart: boolean): void {
    if (isAtLineStart && startsWith(text, 0, MARKER)) this.#markerAt = at;
    this.#session.readComment(textOf(text));
  }

  statement(statement: Statement): void {
    const { head, rows, size, hasMoreThanRows } = statement;
    const start = this.#session.decode(head.subarray(0, HEAD));
    const created = createdBy(start);
    this.#look(statement, created);
    const word = /^(?:\/\*M?!\d*\s*)?(\w+)/.exec(start)?.[1]?.toUpperCase();
    if (word === 'SET' || word === 'CHANGE') this.#session.obey(textOf(head));
    else if (word === 'CREATE' && created) this.#inventory.add(created);
    else if (word === 'INSERT' || word === 'REPLACE') {
      const filled = tableFilledBy(start);
      this.#filled = filled === undefined ? undefined : this.#inventory.table(filled);
      if (rows >= 0 && !hasMoreThanRows) this.#addRowRange(size);
      this.#fill(Math.max(rows, 0), size, rows >= 0 && hasMoreThanRows);
      return;
    }
    this.#measure(size, undefined);
  }

  repeatedInsert(rows: number, size: number, hasMoreThanRows: boolean): void {
    if (!hasMoreThanRows) this.#addRowRange(size);
    this.#fill(rows, size, hasMoreThanRows);
  }

  #fill(rows: number, size: number, hasMoreThanRows: boolean): void {
    this.#measure(size, this.#filled?.name);
    if (this.#filled === undefined) return;
    this.#filled.rows += rows;
    this.#filled.bytes += size;
    this.#rows += rows;
    if (hasMoreThanRows) this.#doNotExpect(`INSERT INTO \`${this.#filled.name}\` with more than values`);
  }

  /** Reads a statement as the server will, and holds it against what the client made of it and what mysqldump writes. */
  #look(statement: Statement, object: DumpedObject | undefined): void {
    const { text, rows, isWhole } = statement;
    const code = codeOf(text);
    const rules = this.#session.rulesFor(statement, code);
    const reading = readAsServer(code, rules);
    if (rows < 0) this.#needs.note(code, reading.tokens, { object, decode: this.#decode });
    const misreading = rows >= 0 ? undefined : misreadingOf(statement, code, reading, rules.flavour);
    const databases = databasesIn(reading.tokens, this.#decode);
    for (const name of databases) if (this.#databases.size < MAX_TOLD) this.#databases.add(name);
    if (object !== undefined) this.#lookForNames(object, reading.tokens, databases);
    // What the server itself writes, of tables and their like, is never misread.
    const isMisreadBody = misreading !== undefined && object !== undefined && !OF_THE_SERVER.has(object.kind);
    if (isMisreadBody) this.#tellOf(misreading, object);
    // Behind what the client misreads, the parts of others pass for statements.
    if (this.#hasLostItsWay || !isWhole) return;
    const judgement = judge(reading.tokens, rows, { isOracle: this.#session.sqlMode.isOracle });
    if ((misreading !== undefined && !isMisreadBody) || statement.isCut || reading.isCut || !judgement.isKnown)
      this.#doNotExpect(beginningOf(reading.tokens));
    else if (judgement.occasion !== undefined && !this.#occasions.has(judgement.occasion))
      this.#occasions.set(judgement.occasion, beginningOf(reading.tokens));
  }

  /** One character for each byte. */
  readonly #decode = (text: string): string => this.#session.decode(Buffer.from(text, 'latin1'));

  #lookForNames(object: DumpedObject, tokens: readonly ServerToken[], databases: readonly string[]): void {
    const own = this.#session.header.database?.toLowerCase();
    if (own === undefined || OF_THE_SERVER.has(object.kind) || this.#naming.length >= MAX_NAMING) return;
    const ownName = databases.find(name => name.toLowerCase() === own);
    const qualified = qualifiedNames(tokens, own, this.#decode);
    const { names, foreignSequences, foreignDatabases } = qualified;
    if (ownName !== undefined || [names, foreignSequences, foreignDatabases].some(found => found.length > 0))
      this.#naming.push({ ...qualified, object, ownName });
  }

  #tellOf(what: Misreading, object: DumpedObject): void {
    if (this.#misreadings.length < MAX_TOLD) this.#misreadings.push({ what, object });
    if (!LOADS_THE_REST.has(what)) this.#hasLostItsWay = true;
  }

  #doNotExpect(statement: string): void {
    if (this.#unexpected.length < MAX_TOLD && !this.#unexpected.includes(statement)) this.#unexpected.push(statement);
  }

  #addRowRange(size: number): void {
    const from = this.#lexer.lastBegan;
    const last = this.#rowRanges.at(-1);
    // Between two INSERTs there is a line end.
    if (last !== undefined && from - last.to <= LINE_END) last.to = from + size;
    else this.#rowRanges.push({ from, to: from + size });
  }

  #measure(bytes: number, table: string | undefined): void {
    if (bytes > this.#longest.bytes) this.#longest = { bytes, table };
  }
}
