import type { Session } from '../../mysql/connect.ts';
import type { StatementResult } from '../../mysql/raw-statement.ts';

/** @returns what a load reports of a definer that does not exist on the server */
export function whatIsMissing(account: string): string {
  return `DEFINER ${account} does not exist on this server`;
}

/**
 * Notices which definers do not exist on the server. Only the server itself knows: no other account may read its users. It says so
 * in a note to the statement that creates something (ER_NO_SUCH_USER), and dumps switch notes off.
 */
export class MissingDefiners {
  readonly #seen = new Set<string>();
  readonly #missing: string[] = [];

  /** As a statement names them, such as `` `app`@`%` ``, in the order of the dump. */
  get accounts(): readonly string[] {
    return this.#missing;
  }

  /**
   * Runs a statement. Where it is the first one with a definer, notes are on meanwhile.
   * @param run sends a statement and throws what the load is to fail with
   */
  async watch(
    session: Pick<Session, 'ask'>,
    statement: Uint8Array,
    run: (statement: Uint8Array) => Promise<StatementResult>,
  ): Promise<StatementResult> {
    const definer = definerIn(statement);
    if (definer === undefined || this.#seen.has(definer)) return run(statement);
    this.#seen.add(definer);
    await run(Buffer.from('SET @lumbung_sql_notes = @@sql_notes, sql_notes = 1'));
    const result = await run(statement);
    const warnings = result.warnings > 0 ? await session.ask('show warnings') : [];
    if (warnings.some(([, code]) => Number(code) === ER_NO_SUCH_USER)) this.#missing.push(definer);
    await run(Buffer.from('SET sql_notes = @lumbung_sql_notes'));
    return result;
  }
}

const ER_NO_SUCH_USER = 1449;

/** The definer stands in front of the kind and the name of what is created. */
const HEAD_BYTES = 2048;
const CREATE = /^\s*(?:\/\*M?!\d{5,6}\s*)?CREATE\b/i;
const NAME = /(?:`(?:[^`]|``)*`|"(?:[^"]|"")*"|'(?:[^']|'')*'|[\w$.%-]+)/.source;
const DEFINER = new RegExp(`\\bDEFINER\\s*=\\s*(${NAME}(?:\\s*@\\s*${NAME})?)`, 'i');

/** @returns the account in the head of a CREATE statement as it is written there, if it has one */
function definerIn(statement: Uint8Array): string | undefined {
  const head = Buffer.from(statement.buffer, statement.byteOffset, Math.min(statement.length, HEAD_BYTES));
  if (!CREATE.test(head.toString('latin1', 0, 80))) return undefined;
  const [, account] = DEFINER.exec(head.toString('latin1')) ?? [];
  return account === undefined ? undefined : Buffer.from(account, 'latin1').toString();
}
