import type { Row, Session } from './connect.ts';
import { isAtLeast, type ServerFacts } from './server-facts.ts';
import { driverErrorOf } from './servers-answer.ts';

/** What was answered, or why it was not: the error of the server, or no time was left. */
export type TimedAnswer = { readonly rows: readonly Row[] } | { readonly errno: number | undefined };

/**
 * Asks what may take the server long, all questions together no longer than so many milliseconds: then the server itself
 * gives up.
 */
export class TimedQuestions {
  readonly #session: Session;
  readonly #server: Pick<ServerFacts, 'flavour' | 'version'>;
  readonly #until: number;

  constructor(session: Session, server: Pick<ServerFacts, 'flavour' | 'version'>, milliseconds: number) {
    this.#session = session;
    this.#server = server;
    this.#until = performance.now() + milliseconds;
  }

  /**
   * @param select behind the word SELECT
   * @throws when the connection is gone
   */
  async ask(select: string): Promise<TimedAnswer> {
    const statement = limited(select, this.#server, Math.floor(this.#until - performance.now()));
    if (statement === undefined) return { errno: undefined };
    try {
      return { rows: await this.#session.ask(statement) };
    } catch (error) {
      const { errno, sqlState } = driverErrorOf(error);
      // Without a state it is no answer of the server: the connection has gone.
      if (sqlState === undefined) throw error;
      return { errno };
    }
  }
}

/** @returns nothing where no time is left, or the server is too old to keep to it */
function limited(select: string, { flavour, version }: Pick<ServerFacts, 'flavour' | 'version'>, milliseconds: number) {
  if (milliseconds < 1) return undefined;
  if (flavour === 'mariadb') return `set statement max_statement_time = ${milliseconds / 1000} for select ${select}`;
  return isAtLeast(version, 5, 7, 8) ? `select /*+ max_execution_time(${milliseconds}) */ ${select}` : undefined;
}
