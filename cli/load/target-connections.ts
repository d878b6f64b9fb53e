import type { ConnectOptions, Session } from '../mysql/connect.ts';
import type { StatementResult } from '../mysql/raw-statement.ts';
import type { StatementFilter } from '../restore-filter/restore-filter.ts';
import { MissingDefiners } from './definers/missing-definers.ts';
import { FailedStatement, type StatementPlace } from './load-error.ts';

/** How long the statements that are ended on the server may take to be gone. */
const GONE_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 50;

/**
 * A server can be told to keep rows only behind a COMMIT, which a dump does not have. One connection may wait for hours while another
 * makes keys.
 */
const OWN_SETTINGS = 'SET SESSION autocommit = 1, SESSION wait_timeout = 604800, SESSION net_read_timeout = 600';

export type Open = (options: ConnectOptions) => Promise<Session>;

/** What a connection begins with: what must succeed, and what may be refused. */
export type ConnectionSettings = Pick<StatementFilter, 'settings' | 'optionalSettings'>;

/** A connection that loads. */
export interface TargetConnection {
  /** @throws {FailedStatement} with the server's error; the reason of the signal when the load is given up */
  run(statement: Uint8Array, place: StatementPlace): Promise<StatementResult>;
  ask: Session['ask'];
}

/** All connections of one load, so that they end together. */
export class TargetConnections {
  readonly #open: Open;
  readonly #settings: ConnectionSettings;
  readonly #signal: AbortSignal;
  readonly #ended = new AbortController();
  readonly #sessions: Session[] = [];
  readonly #ids: string[] = [];
  readonly #definers = new MissingDefiners();

  /** @param settings are sent first on each connection */
  constructor(open: Open, settings: ConnectionSettings, signal: AbortSignal) {
    this.#open = open;
    this.#settings = settings;
    this.#signal = AbortSignal.any([signal, this.#ended.signal]);
  }

  /** Accounts that own what was created and do not exist on the server, as statements name them. */
  get missingDefiners(): readonly string[] {
    return this.#definers.accounts;
  }

  /** @throws {ExplainedError} when it can't; the signal's reason when the load is given up */
  async connect(): Promise<TargetConnection> {
    const session = await this.#open({ signal: this.#signal });
    this.#sessions.push(session);
    const [row] = await session.ask('select connection_id()');
    this.#ids.push(String(row?.[0]));
    const set = (setting: string) => this.#run(session, Buffer.from(setting), settingPlace(setting));
    await set(OWN_SETTINGS);
    for (const setting of this.#settings.settings) await set(setting);
    for (const setting of this.#settings.optionalSettings ?? []) await set(setting).catch(unlessLost);
    return {
      run: (statement, place) => this.#definers.watch(session, statement, sent => this.#run(session, sent, place)),
      ask: (sql, values) => session.ask(sql, values),
    };
  }

  /** Gives up what is running: the statements on the server, too. Nothing of this load goes on there afterwards. */
  async abort(reason: unknown): Promise<void> {
    this.#ended.abort(reason);
    this.close();
    await endOnServer(this.#open, this.#ids.splice(0)).catch(() => {}); // the server is gone, or ends them itself
  }

  close(): void {
    for (const session of this.#sessions.splice(0)) session[Symbol.dispose]();
  }

  async #run(session: Session, statement: Uint8Array, place: StatementPlace): Promise<StatementResult> {
    try {
      return await session.run(statement);
    } catch (error) {
      throw this.#signal.aborted ? error : new FailedStatement(error, place);
    }
  }
}

/** A server may refuse a setting. What is no answer of the server ends the load. */
function unlessLost(error: unknown): void {
  if (!(error instanceof FailedStatement) || error.errno === undefined) throw error;
}

function settingPlace(setting: string): StatementPlace {
  return { at: 0, object: 'a setting of the connection', beginning: setting.slice(0, 80) };
}

async function endOnServer(open: Open, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const signal = AbortSignal.timeout(GONE_WITHIN_MS);
  using session = await open({ signal });
  // One that has ended is unknown by now.
  for (const id of ids) await session.ask(`kill ${Number(id)}`).catch(() => {});
  const left = `select count(*) from information_schema.processlist where id in (${ids.map(Number).join(', ')})`;
  while (Number((await session.ask(left))[0]?.[0]) > 0)
    await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS));
}
