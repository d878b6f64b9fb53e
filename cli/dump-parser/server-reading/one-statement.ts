import type { ServerToken } from './server-reading.ts';

/**
 * Tells whether a CREATE of a routine, a trigger or an event is a single statement: whether each `;` in it stands within a block.
 * The client sends all up to its own delimiter at once, and the server takes what stands behind such a block for the next statement.
 * @param isOracle whether the SQL mode is ORACLE's, in which declarations stand in front of BEGIN, and packages hold routines
 */
export function isOneStatement(tokens: readonly ServerToken[], { isOracle }: { isOracle: boolean }): boolean {
  const last = tokens.findLastIndex(isSeparator);
  if (last === -1) return true;
  const blocks = new Blocks(isOracle);
  for (const [i, token] of tokens.entries()) {
    blocks.take(token, tokens[i + 1], tokens[i - 1]);
    if (!isSeparator(token) || blocks.areOpen || i === tokens.length - 1) continue;
    // Where PL/SQL is spoken, declarations come before the first block, and a package is a row of them.
    if (!isOracle || isStatement(tokens[i + 1]!)) return false;
  }
  return true;
}

const OPENERS = new Set(['BEGIN', 'IF', 'CASE', 'LOOP', 'WHILE', 'REPEAT', 'FOR']);
/** Behind these words a statement of a block begins. */
const INTRODUCERS = new Set(['BEGIN', 'THEN', 'ELSE', 'DO', 'LOOP', 'REPEAT']);
/** Behind these the body of a routine of a package begins. */
const ORACLE_INTRODUCERS = new Set([...INTRODUCERS, 'AS', 'IS']);
/** What could do harm behind a block; declarations and routines of a package don't begin so. */
const STATEMENTS = new Set([
  ...[
    'CREATE',
    'DROP',
    'ALTER',
    'GRANT',
    'REVOKE',
    'SET',
    'USE',
    'INSERT',
    'REPLACE',
    'UPDATE',
    'DELETE',
    'SELECT',
    'DO',
  ],
  ...[
    'CALL',
    'RENAME',
    'TRUNCATE',
    'LOAD',
    'INSTALL',
    'UNINSTALL',
    'FLUSH',
    'RESET',
    'CHANGE',
    'START',
    'STOP',
    'KILL',
  ],
  ...[
    'SHUTDOWN',
    'LOCK',
    'UNLOCK',
    'EXECUTE',
    'PREPARE',
    'PURGE',
    'HANDLER',
    'IMPORT',
    'CLONE',
    'RESTART',
    'BINLOG',
    'XA',
  ],
]);

function isSeparator({ kind, text }: ServerToken): boolean {
  return kind === 'sign' && text === ';';
}

function isStatement({ kind, text }: ServerToken): boolean {
  return kind === 'word' && STATEMENTS.has(text.toUpperCase());
}

/** Which blocks of a body are open. BEGIN and END may be names of columns, too: they count only where a statement can begin. */
class Blocks {
  readonly #open: ('block' | 'expression')[] = [];
  /** In front of the first `;` outside of all blocks, where the body begins somewhere behind the characteristics. */
  #isBeforeBody = true;
  /** In a handler's declaration, whose statement begins somewhere behind its conditions. */
  #isInHandler = false;
  #isAtStart = false;
  readonly #introducers: ReadonlySet<string>;
  readonly #isOracle: boolean;

  constructor(isOracle: boolean) {
    this.#isOracle = isOracle;
    this.#introducers = isOracle ? ORACLE_INTRODUCERS : INTRODUCERS;
  }

  get areOpen(): boolean {
    return this.#open.length > 0;
  }

  take(token: ServerToken, next: ServerToken | undefined, before: ServerToken | undefined): void {
    const word = token.kind === 'word' && before?.text !== '.' && before?.text !== '@' ? token.text.toUpperCase() : '';
    if (word === 'END') this.#end();
    else if (this.#opens(word, next, before)) {
      this.#open.push('block');
      this.#isBeforeBody = false;
    } else if (word === 'CASE') this.#open.push('expression');
    if (word === 'HANDLER') this.#isInHandler = true;
    const introduces = this.#open.at(-1) !== 'expression' && this.#introducers.has(word);
    if (isSeparator(token)) this.#isInHandler = this.#isBeforeBody = false;
    this.#isAtStart =
      isSeparator(token) || introduces || isLabel(token, next, before) || this.#endsPlSqlLabel(token, before);
  }

  /** As in `<<label>> BEGIN`. */
  #endsPlSqlLabel(token: ServerToken, before: ServerToken | undefined): boolean {
    return this.#isOracle && token.text === '>' && token.kind === 'sign' && before?.text === '>';
  }

  #opens(word: string, next: ServerToken | undefined, before: ServerToken | undefined): boolean {
    if (!OPENERS.has(word) || before?.text.toUpperCase() === 'END') return false;
    if (word === 'FOR') return this.#isAtStart;
    if (this.#isAtStart) return word !== 'BEGIN' || next?.text !== '=';
    if (word === 'IF')
      return (this.#isBeforeBody || this.#isInHandler) && !['NOT', 'EXISTS'].includes(next?.text.toUpperCase() ?? '');
    const isCall = word === 'REPEAT' && next?.text === '(' && before?.text !== ')';
    return (this.#isBeforeBody || this.#isInHandler) && !isCall;
  }

  #end(): void {
    if (this.#open.at(-1) === 'expression' || this.#isAtStart) this.#open.pop();
  }
}

/** The colon behind a label, behind which its block begins. */
function isLabel(token: ServerToken, next: ServerToken | undefined, before: ServerToken | undefined): boolean {
  return token.text === ':' && next?.text !== '=' && before !== undefined && before.kind !== 'sign';
}
