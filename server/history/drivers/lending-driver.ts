import { CompiledQuery, type DatabaseConnection, type Driver, type TransactionSettings } from 'kysely';

/** A connection that is lent until it is given back, once. */
export interface LentConnection extends DatabaseConnection {
  /** Gives it back for others to use. Does nothing the second time. */
  giveBack(): void;
  /** Closes it: no one knows in which state it is. Another one takes its place. Does nothing once it was given back. */
  discard(): void;
}

/** Where connections come from. */
export interface Lender {
  lend(): Promise<LentConnection>;
  close(): Promise<void>;
}

/**
 * Kysely's driver over connections that are lent. Kysely gives a connection back only after a COMMIT or ROLLBACK that
 * succeeds: after a BEGIN or a ROLLBACK that fails it is lost, and SQLite has only one that writes, MySQL ten. Here every
 * transaction that has ended, in any way, gives its connection back, or closes it.
 */
export class LendingDriver implements Driver {
  readonly #open: () => Promise<Lender>;
  #lender: Lender | undefined;

  constructor(open: () => Promise<Lender>) {
    this.#open = open;
  }

  async init(): Promise<void> {
    this.#lender = await this.#open();
  }

  acquireConnection(): Promise<LentConnection> {
    return this.#lender!.lend();
  }

  async releaseConnection(connection: LentConnection): Promise<void> {
    connection.giveBack();
  }

  async beginTransaction(connection: LentConnection, { isolationLevel }: TransactionSettings): Promise<void> {
    try {
      if (isolationLevel) await run(connection, `set transaction isolation level ${isolationLevel}`);
      await run(connection, 'begin');
    } catch (error) {
      await this.rollbackTransaction(connection);
      throw error;
    }
  }

  async commitTransaction(connection: LentConnection): Promise<void> {
    try {
      await run(connection, 'commit');
    } catch (error) {
      await this.rollbackTransaction(connection);
      throw error;
    }
  }

  /** Never fails: a connection that can't roll back is closed, which rolls back as well. */
  async rollbackTransaction(connection: LentConnection): Promise<void> {
    try {
      await run(connection, 'rollback');
      connection.giveBack();
    } catch {
      connection.discard();
    }
  }

  savepoint(connection: LentConnection, name: string): Promise<void> {
    return run(connection, `savepoint ${name}`);
  }

  rollbackToSavepoint(connection: LentConnection, name: string): Promise<void> {
    return run(connection, `rollback to ${name}`);
  }

  releaseSavepoint(connection: LentConnection, name: string): Promise<void> {
    return run(connection, `release savepoint ${name}`);
  }

  async destroy(): Promise<void> {
    await this.#lender?.close();
  }
}

async function run(connection: LentConnection, sql: string): Promise<void> {
  await connection.executeQuery(CompiledQuery.raw(sql));
}
