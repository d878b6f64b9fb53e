import type { DumpStatement } from '../dump-statements/dump-statement.ts';
import type { StatementFilter } from '../restore-filter/restore-filter.ts';
import { targetRules } from '../restore-filter/rewriting/target-reading.ts';
import { ForeignKeys } from './foreign-keys.ts';
import { LateStatements } from './late-statements.ts';
import { placeOf, type StatementPlace } from './load-error.ts';
import type { LoadMeter } from './load-meter.ts';
import type { LoadLimits } from './load-options.ts';
import { PieceStore } from './piece-files.ts';
import { DumpSession, type SessionState, type StatefulConnection } from './session-state.ts';
import { readTableDefinition, type TableDefinition } from './table-definition/table-definition.ts';
import type { LoadingTable, WorkQueue } from './work-queue.ts';

/** A table whose rows go by. */
interface OpenTable {
  readonly name: string;
  readonly place: StatementPlace;
  readonly state: SessionState;
  /** Its CREATE TABLE, until it is sent. */
  create: Uint8Array | undefined;
  readonly definition: TableDefinition | undefined;
  /** Whether it gets keys after its rows. */
  addKeys: Uint8Array | undefined;
  /** Set once it has rows. */
  loading: LoadingTable | undefined;
}

/** Of a table that the dump only fills. */
const WITHOUT_DEFINITION = { create: undefined, definition: undefined, addKeys: undefined, loading: undefined };

interface RouterParts {
  readonly folder: string;
  readonly limits: LoadLimits;
  /** Creates tables. */
  readonly main: StatefulConnection;
  readonly queue: WorkQueue;
  readonly meter: LoadMeter;
  /** Which comments in a definition are code is decided by the server that loads it. */
  readonly target: StatementFilter['target'];
}

/**
 * Decides for each statement when it is sent: tables are created at once, their rows wait in the queue, and what may look at rows
 * or be fired by them (foreign keys, triggers, views, routines, events) waits until the end.
 */
export class StatementRouter implements AsyncDisposable {
  readonly #parts: RouterParts;
  readonly #session = new DumpSession();
  readonly #rows: PieceStore;
  readonly #late: LateStatements;
  readonly #foreignKeys: ForeignKeys;
  readonly #views = new Set<string>();
  readonly #created = new Set<string>();
  #table: OpenTable | undefined;
  #piece: { readonly state: SessionState; readonly place: StatementPlace } | undefined;

  constructor(parts: RouterParts) {
    this.#parts = parts;
    this.#rows = new PieceStore(parts.folder, parts.limits.smallTable);
    this.#foreignKeys = new ForeignKeys(parts);
    this.#late = new LateStatements(parts.folder, parts.limits.smallTable);
  }

  /** @returns what is to be waited for before the next one, if anything */
  route(statement: DumpStatement): Promise<void> | undefined {
    const { kind, object } = statement;
    if (kind === 'insert' && object) return this.#insert(statement, object.name);
    if (LEFT_OUT.has(kind)) return undefined;
    if (kind === 'set')
      return this.#session.follow(statement.bytes, statement.reading.rules) ? undefined : this.#early(statement);
    const isOfTable = object?.kind === 'tables' && !statement.reading.isStandIn && !this.#views.has(object.name);
    if (kind === 'create' && isOfTable) return this.#create(statement, object.name);
    if ((kind === 'drop' && isOfTable) || object?.kind === 'sequences') return this.#early(statement);
    const isView = kind === 'create' && (object?.kind === 'views' || object?.kind === 'tables');
    if (isView) this.#views.add(object.name);
    return this.#late.add(statement, this.#session.state);
  }

  /** The dump has ended. */
  async end(): Promise<void> {
    await this.#closeTable();
    this.#parts.queue.end();
  }

  /** Sends what waits for all rows; after `end`, and when the queue is empty. */
  async loadRest(): Promise<void> {
    const { main, meter } = this.#parts;
    await this.#foreignKeys.addAll();
    await this.#late.load(main, meter);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rows[Symbol.asyncDispose]();
    await this.#late[Symbol.asyncDispose]();
  }

  async #create(statement: DumpStatement, name: string): Promise<void> {
    await this.#closeTable();
    this.#created.add(name);
    const create = Uint8Array.from(statement.bytes);
    const { target } = this.#parts;
    const { rules } = statement.reading;
    const definition = readTableDefinition(create, target ? targetRules(rules, target) : rules);
    const place = placeOf(statement);
    const { state } = this.#session;
    this.#table = { name, place, state, create, definition, addKeys: undefined, loading: undefined };
  }

  /** Sends it at once, behind the table that is open. */
  async #early(statement: DumpStatement): Promise<void> {
    const bytes = Uint8Array.from(statement.bytes);
    const place = placeOf(statement);
    await this.#closeTable();
    await this.#parts.main.run(bytes, place, this.#session.state);
    this.#parts.meter.add({ bytes: bytes.length, rows: 0 }, place.object ?? 'settings');
  }

  #insert(statement: DumpStatement, name: string): Promise<void> | undefined {
    const table = this.#table;
    const isReady =
      table?.name === name &&
      this.#piece?.state === this.#session.state &&
      this.#rows.size < this.#parts.limits.piece &&
      (table.create === undefined || this.#rows.staysInMemory(statement.bytes.length));
    return isReady ? this.#rows.add(statement) : this.#insertSlowly(statement, name);
  }

  /** Where a table, a piece or a file begins. */
  async #insertSlowly(statement: DumpStatement, name: string): Promise<void> {
    if (this.#table?.name !== name) await this.#closeTable();
    const place = placeOf(statement);
    const { state } = this.#session;
    this.#table ??= { name, place, state, ...WITHOUT_DEFINITION };
    if (this.#piece?.state !== state || this.#rows.size >= this.#parts.limits.piece) await this.#closePiece();
    if (!this.#rows.staysInMemory(statement.bytes.length)) await this.#createTable(isPlainInsert(statement));
    this.#piece ??= { state, place };
    await this.#rows.add(statement);
  }

  async #closeTable(): Promise<void> {
    if (this.#table === undefined) return;
    await this.#createTable(false);
    await this.#closePiece();
    if (this.#table.loading) this.#parts.queue.close(this.#table.loading);
    this.#table = undefined;
  }

  async #closePiece(): Promise<void> {
    if (this.#piece === undefined) return;
    await this.#createTable(false);
    const { queue, limits } = this.#parts;
    await queue.room();
    const { name, place, state, definition, addKeys } = this.#table!;
    const isOrderFree = definition?.isOrderFree ?? false;
    // A table that was there before may have triggers, which write into others.
    const chain = this.#created.has(name) ? name : '';
    const table = this.#table!.loading ?? { chain, place, state, isOrderFree, addKeys };
    this.#table!.loading = table;
    const mayStay = queue.memoryBytes + this.#rows.size <= limits.memory;
    await queue.add({ kind: 'rows', table, piece: await this.#rows.finish(mayStay), ...this.#piece });
    this.#piece = undefined;
  }

  /** Sends its CREATE TABLE if that is still to be done; a table with few rows is quicker with its keys in place. */
  async #createTable(takesKeysLater: boolean): Promise<void> {
    const table = this.#table!;
    const { create, definition, place, state } = table;
    if (create === undefined) return;
    table.create = undefined;
    table.addKeys = takesKeysLater ? definition?.addKeys : undefined;
    await this.#foreignKeys.beforeTable(table.name, definition);
    await this.#parts.main.run(
      (table.addKeys ? definition?.withoutKeys : definition?.withKeys) ?? create,
      place,
      state,
    );
    this.#parts.meter.add({ bytes: create.length, rows: 0 }, place.object ?? 'a table');
    if (definition?.addForeignKeys)
      this.#foreignKeys.add({ ...definition, place, state, loading: () => table.loading });
  }
}

/** What several connections can do without, or must. */
const LEFT_OUT = new Set<DumpStatement['kind']>(['lock', 'unlock', 'keys', 'commit']);

/** REPLACE and INSERT IGNORE need the keys to see which rows are the same. */
function isPlainInsert({ reading: { tokens } }: DumpStatement): boolean {
  const [insert, into] = tokens.map(({ text }) => text.toUpperCase());
  return insert === 'INSERT' && into === 'INTO';
}
