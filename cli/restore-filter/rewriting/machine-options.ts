import type { ServerToken } from '../../dump-parser/server-reading/server-reading.ts';
import type { ChangeList } from './change-list.ts';
import type { Edit } from './edits.ts';
import { RefusedStatement } from './refused-statement.ts';
import type { TargetReading } from './target-reading.ts';

/** Something in a definition that holds on one machine only. */
interface MachineOption {
  /** Index of its first token, and of its last one. */
  readonly from: number;
  readonly to: number;
  /** What was done with it, for the report. */
  readonly what: string;
}

/**
 * @param isEncryptionKept whether the server is to encrypt the tables that were encrypted; one without a keyring can't
 * @returns what a CREATE TABLE is to leave out, of the table and of its partitions: where the files of its rows lie is for the new server to
 *   decide, and never for a dump. The table has the same columns, keys and rows without it.
 *   https://dev.mysql.com/doc/refman/8.4/en/create-table.html, https://mariadb.com/kb/en/create-table/
 * @throws {RefusedStatement} when such an option is cut by a comment, as no server writes it
 */
export function machineEdits(reading: TargetReading, isEncryptionKept: boolean, changes: ChangeList): Edit[] {
  const { statement, tokens } = reading;
  if (statement.kind !== 'create' || statement.object?.kind !== 'tables') return [];
  const edits: Edit[] = [];
  for (let i = behindColumns(tokens); i < tokens.length; i++) {
    const found = folderAt(reading, i) ?? tablespaceAt(tokens, i) ?? (isEncryptionKept ? undefined : keyAt(reading, i));
    if (found === undefined) continue;
    checkWhole(reading, found);
    edits.push({ at: tokens[found.from]!.at, end: tokens[found.to]!.end, bytes: new Uint8Array() });
    changes.add('changed', found.what, statement.object);
    i = found.to;
  }
  return edits;
}

/** Where the options of the table begin. One without columns of its own, such as CREATE TABLE … LIKE, has none that counts. */
function behindColumns(tokens: readonly ServerToken[]): number {
  const close = tokens.findIndex(({ kind, text, depth }) => kind === 'sign' && text === ')' && depth === 0);
  return close === -1 ? 0 : close + 1;
}

/** `DATA DIRECTORY = '/srv'` and `INDEX DIRECTORY '/srv'`. */
function folderAt({ tokens, code, decode }: TargetReading, from: number): MachineOption | undefined {
  if (!/^(?:DATA|INDEX)$/.test(upper(tokens[from])) || upper(tokens[from + 1]) !== 'DIRECTORY') return undefined;
  const to = valueAt(tokens, from + 2);
  const folder = tokens[to];
  if (folder?.kind !== 'string') return undefined;
  const shown = decode(code.slice(folder.at, folder.end));
  return {
    from,
    to,
    what: `${upper(tokens[from])} DIRECTORY ${shown} left out: its files are in the server's own folder`,
  };
}

/** Those that each server has. */
const OF_EACH_SERVER = /^(?:innodb_file_per_table|innodb_system|innodb_temporary|mysql)$/i;

/** ``TABLESPACE `ts` ``, of MySQL: a file that several tables share, made beforehand by an administrator. */
function tablespaceAt(tokens: readonly ServerToken[], from: number): MachineOption | undefined {
  if (upper(tokens[from]) !== 'TABLESPACE') return undefined;
  const to = valueAt(tokens, from + 1);
  const name = tokens[to];
  if ((name?.kind !== 'name' && name?.kind !== 'word') || OF_EACH_SERVER.test(name.text)) return undefined;
  return { from, to, what: `TABLESPACE ${name.text} left out: the table has a file of its own` };
}

/** `ENCRYPTION='Y'` of MySQL, `` `ENCRYPTED`=YES `ENCRYPTION_KEY_ID`=2 `` of MariaDB. */
function keyAt({ tokens, code }: TargetReading, from: number): MachineOption | undefined {
  const word = tokens[from]?.kind === 'string' ? '' : (tokens[from]?.text.toUpperCase() ?? '');
  if (!/^(?:ENCRYPTION|ENCRYPTED|ENCRYPTION_KEY_ID)$/.test(word)) return undefined;
  const to = valueAt(tokens, from + 1);
  const value = tokens[to];
  if (value === undefined || value.kind === 'sign') return undefined;
  if (/^'?N(?:O)?'?$/i.test(code.slice(value.at, value.end))) return undefined;
  return { from, to, what: `${word} left out: on this server the table is not encrypted` };
}

/** @returns the index of what stands behind an equals sign that may be left out */
function valueAt(tokens: readonly ServerToken[], at: number): number {
  return tokens[at]?.kind === 'sign' && tokens[at]?.text === '=' ? at + 1 : at;
}

/** What is taken away must not begin in one comment and end in another, or what is left would be read otherwise. */
function checkWhole({ statement, tokens, code }: TargetReading, { from, to }: MachineOption): void {
  for (let i = from; i < to; i++)
    if (!/^\s*$/.test(code.slice(tokens[i]!.end, tokens[i + 1]!.at)))
      throw new RefusedStatement(statement, 'an option that says where its files lie is cut by a comment');
}

function upper(token: ServerToken | undefined): string {
  return token?.kind === 'word' ? token.text.toUpperCase() : '';
}
