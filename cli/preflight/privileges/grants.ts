/** One line of SHOW GRANTS that is about rights (not about roles or proxies). */
export interface Grant {
  readonly verb: 'grant' | 'revoke';
  /** In capitals, such as `SELECT`, `SHOW VIEW`, `ALL PRIVILEGES`, `SHOW_ROUTINE`. */
  readonly rights: ReadonlySet<string>;
  readonly level: 'global' | 'database' | 'table' | 'routine';
  /** As the line spells it: a pattern at the database level, a name below it; empty at the global level. */
  readonly database: string;
  /** Table or routine; empty above them. */
  readonly object: string;
  /** Account (`user@host`, as CURRENT_USER() says it), role or PUBLIC that has the right. */
  readonly grantee: string;
}

/**
 * @param lines what SHOW GRANTS answers, with quoted names; they hold password hashes on MariaDB: never to be shown
 * @returns the rights in them; a right on single columns is ignored
 */
export function parseGrants(lines: readonly string[]): Grant[] {
  return lines.map(line => parseGrant(tokensOf(line))).filter(grant => grant !== undefined);
}

interface Token {
  readonly text: string;
  readonly isQuoted: boolean;
}

const TOKEN = /`((?:[^`]|``)*)`|"((?:[^"]|"")*)"|'((?:[^']|'')*)'|[\w$-]+|\S/g;

function tokensOf(line: string): Token[] {
  return [...line.matchAll(TOKEN)].map(([all, backticks, double, single]) => {
    const name = backticks ?? double ?? single;
    const quote = all[0]!;
    return name === undefined
      ? { text: all, isQuoted: false }
      : { text: name.replaceAll(quote + quote, quote), isQuoted: true };
  });
}

function parseGrant(tokens: readonly Token[]): Grant | undefined {
  const verb = tokens[0]?.text.toUpperCase();
  const on = tokens.findIndex(token => isWord(token, 'ON'));
  const to = tokens.findIndex((token, index) => index > on && (isWord(token, 'TO') || isWord(token, 'FROM')));
  if ((verb !== 'GRANT' && verb !== 'REVOKE') || on === -1 || to === -1) return undefined;
  const rights = rightsIn(tokens.slice(1, on));
  const target = targetOf(tokens.slice(on + 1, to));
  if (rights.has('PROXY') || !target) return undefined;
  return { verb: verb === 'GRANT' ? 'grant' : 'revoke', rights, ...target, grantee: granteeOf(tokens.slice(to + 1)) };
}

function isWord({ text, isQuoted }: Token, word: string): boolean {
  return !isQuoted && text.toUpperCase() === word;
}

/** `SELECT, SHOW VIEW, INSERT (a, b)` */
function rightsIn(tokens: readonly Token[]): Set<string> {
  const rights = new Set<string>();
  let words: string[] = [];
  let isInColumns = false;
  let hasColumns = false;
  for (const token of [...tokens, { text: ',', isQuoted: false }]) {
    if (isWord(token, '(')) isInColumns = hasColumns = true;
    else if (isWord(token, ')')) isInColumns = false;
    else if (isInColumns) continue;
    else if (isWord(token, ',')) {
      if (!hasColumns) rights.add(words.join(' ').toUpperCase());
      [words, hasColumns] = [[], false];
    } else words.push(token.text);
  }
  return rights;
}

/** `*.*`, `` `db`.* ``, `` `db`.`table` ``, `` FUNCTION `db`.`name` `` */
function targetOf(tokens: readonly Token[]): Pick<Grant, 'level' | 'database' | 'object'> | undefined {
  const dot = tokens.findIndex(token => isWord(token, '.'));
  const [database, object] = [tokens[dot - 1], tokens[dot + 1]];
  if (!database || !object) return undefined;
  if (isWord(database, '*')) return { level: 'global', database: '', object: '' };
  if (isWord(object, '*')) return { level: 'database', database: database.text, object: '' };
  const isTable = dot === 1 || isWord(tokens[0]!, 'TABLE');
  return { level: isTable ? 'table' : 'routine', database: database.text, object: object.text };
}

function granteeOf([name, at, host]: readonly Token[]): string {
  return at && host && isWord(at, '@') ? `${name?.text}@${host.text}` : `${name?.text}`;
}
