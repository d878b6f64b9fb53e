import type { Session } from '../../mysql/connect.ts';
import { quotedName } from '../../mysql/quoted-name.ts';
import { FLUSH_TABLE, STATE_TABLE } from './replace-names.ts';

/** What a row of a state table is about. */
export type StateKind =
  | 'old table'
  | 'new table'
  | 'old program'
  | 'new program'
  | 'new statement'
  | 'old statement'
  | 'repair'
  | 'old repair';

/** One row: a name, a statement as the server shall get it, or both. */
export interface StateRow {
  readonly kind: StateKind;
  readonly name: string;
  readonly statement?: Uint8Array | undefined;
}

/** How far a restore has come; kept in the state table of the database that it makes. */
export interface RestoreState {
  /**
   * Of the staging database: `loading`, `verified`. Of the one with the old tables: `preparing` (nothing has been changed),
   * `swapping`, `undoing`, `done`.
   */
  readonly state: 'loading' | 'verified' | 'preparing' | 'swapping' | 'undoing' | 'done';
  /** The database that is replaced. */
  readonly database: string;
  readonly backup: string;
  /** UTC, as the client's clock shows it. */
  readonly begun: string;
  /** Where the safety backup is. */
  readonly safety?: string | undefined;
  /** The command that finishes it, or undoes it. */
  readonly command?: string | undefined;
  readonly defaults?: { readonly new: string; readonly old: string } | undefined;
}

/** Rows and bytes that one statement carries. */
const MOST = { rows: 500, bytes: 1 << 20 };

/** The table in a database that a restore has made, in which it keeps how far it has come. */
export class StateTable {
  readonly #session: Session;
  readonly #table: string;
  readonly #flush: string;

  constructor(session: Session, database: string) {
    this.#session = session;
    this.#table = quotedName(database, STATE_TABLE);
    this.#flush = quotedName(database, FLUSH_TABLE);
  }

  /** Makes the table, with the state that its database begins with. */
  async create(state: RestoreState): Promise<void> {
    await this.#session.ask(
      `create table ${this.#table} (seq int unsigned not null auto_increment primary key, kind varchar(32) character set ascii not null, name varchar(255) character set utf8mb4 collate utf8mb4_bin not null, statement longblob not null, key (kind, seq)) engine=InnoDB`,
    );
    await this.#session.ask(`insert into ${this.#table} (kind, name, statement) values ('state', '', ?)`, [
      JSON.stringify(state),
    ]);
  }

  /** @returns undefined where the table has no state: its restore was cut off before it had any */
  async state(): Promise<RestoreState | undefined> {
    const [row] = await this.#session.ask(
      `select convert(statement using utf8mb4) from ${this.#table} where kind = 'state' limit 1`,
    );
    return row ? (JSON.parse(String(row[0])) as RestoreState) : undefined;
  }

  /** Says how far the restore has come. The server has it on its disk before this returns, also one that does not flush each commit. */
  async change(state: RestoreState): Promise<void> {
    await this.#session.ask(`update ${this.#table} set statement = ? where kind = 'state'`, [JSON.stringify(state)]);
    // InnoDB writes its log out to the end when a table is made.
    await this.#session.ask(`drop table if exists ${this.#flush}`);
    await this.#session.ask(`create table ${this.#flush} (id int) engine=InnoDB`);
    await this.#session.ask(`drop table ${this.#flush}`);
  }

  async add(rows: Iterable<StateRow> | AsyncIterable<StateRow>): Promise<void> {
    let values: string[] = [];
    let bytes = 0;
    const write = async () => {
      if (values.length > 0)
        await this.#session.ask(`insert into ${this.#table} (kind, name, statement) values ${values.join(', ')}`);
      [values, bytes] = [[], 0];
    };
    for await (const { kind, name, statement = new Uint8Array() } of rows) {
      const first = statement.subarray(0, MOST.bytes);
      values.push(`('${kind}', ${hexOf(Buffer.from(name))}, ${hexOf(first)})`);
      bytes += first.length;
      if (statement.length > MOST.bytes) {
        await write();
        await this.#append(statement.subarray(MOST.bytes));
      } else if (values.length >= MOST.rows || bytes >= MOST.bytes) await write();
    }
    await write();
  }

  /** Puts more bytes behind the statement of the last row. */
  async #append(rest: Uint8Array): Promise<void> {
    for (let at = 0; at < rest.length; at += MOST.bytes) {
      const piece = hexOf(rest.subarray(at, at + MOST.bytes));
      await this.#session.ask(
        `update ${this.#table} set statement = concat(statement, ${piece}) order by seq desc limit 1`,
      );
    }
  }

  /** @returns the names of all rows of a kind, in the order in which they were added */
  async names(kind: StateKind): Promise<string[]> {
    const rows = await this.#session.ask(`select name from ${this.#table} where kind = '${kind}' order by seq`);
    return rows.map(([name]) => String(name));
  }

  /** Gives the rows of a kind in the order in which they were added, one after the other. */
  async *rows(kind: StateKind): AsyncGenerator<StateRow & { readonly statement: Uint8Array }> {
    for (let after = 0; ; ) {
      const [row] = await this.#session.ask(
        `select seq, name, length(statement) from ${this.#table} where kind = '${kind}' and seq > ${after} order by seq limit 1`,
      );
      if (!row) return;
      after = Number(row[0]);
      yield { kind, name: String(row[1]), statement: await this.#statement(after, Number(row[2])) };
    }
  }

  async #statement(seq: number, length: number): Promise<Uint8Array> {
    const pieces: Buffer[] = [];
    for (let at = 1; at <= length; at += MOST.bytes) {
      const question = `select hex(substr(statement, ${at}, ${MOST.bytes})) from ${this.#table} where seq = ${seq}`;
      const [row] = await this.#session.ask(question);
      pieces.push(Buffer.from(String(row?.[0]), 'hex'));
    }
    return Buffer.concat(pieces);
  }
}

function hexOf(bytes: Uint8Array): string {
  return bytes.length === 0 ? "''" : `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`;
}
