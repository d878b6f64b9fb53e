import { codeOf } from '../dump-parser/dump-session.ts';
import type { DumpStatement } from '../dump-statements/dump-statement.ts';
import { EventSession } from './rewriting/event-session.ts';

interface DelayedEvent {
  readonly statement: DumpStatement;
  /** What was set when it was to be created; empty for nothing. */
  readonly session: string;
  readonly alterDatabase: DumpStatement | undefined;
}

/**
 * Events that are created when all else is there, under the same settings: the SQL mode, the character set and the time zone of the
 * session, and the collation of the database, which mysqldump changes around some of them.
 */
export class DelayedEvents {
  readonly #session = new EventSession();
  readonly #events: DelayedEvent[] = [];
  #alterDatabase: DumpStatement | undefined;

  /** Notices what a statement that is sent sets. */
  follow(sent: DumpStatement): void {
    if (sent.kind === 'set') this.#session.follow(codeOf(sent.bytes));
    else if (sent.kind === 'alter database') this.#alterDatabase = copyOf(sent);
  }

  /** Keeps a copy. */
  add(statement: DumpStatement): void {
    this.#events.push({
      ...{ statement: copyOf(statement), session: this.#session.statement(), alterDatabase: this.#alterDatabase },
    });
  }

  /**
   * @param settings with which a session is to be left
   * @returns the statements that create the events
   */
  end(settings: readonly string[]): DumpStatement[] {
    const sent: DumpStatement[] = [];
    let current = this.#alterDatabase;
    const change = (wanted: DumpStatement | undefined) => {
      if (wanted !== undefined && !isSame(wanted, current)) sent.push(wanted);
      current = wanted ?? current;
    };
    for (const { statement, session, alterDatabase } of this.#events) {
      change(alterDatabase ?? this.#alterDatabase);
      if (session !== '') sent.push(setting(statement, session));
      sent.push(statement);
    }
    change(this.#alterDatabase);
    const [first] = this.#events;
    if (first !== undefined) sent.push(...settings.map(text => setting(first.statement, text)));
    return sent;
  }
}

function isSame(one: DumpStatement, other: DumpStatement | undefined): boolean {
  return other !== undefined && Buffer.compare(one.bytes, other.bytes) === 0;
}

function copyOf(statement: DumpStatement): DumpStatement {
  return { ...statement, bytes: statement.bytes.slice() };
}

/** A statement that belongs to no object. */
function setting(statement: DumpStatement, text: string): DumpStatement {
  return { ...statement, kind: 'set', object: undefined, bytes: Buffer.from(text) };
}
