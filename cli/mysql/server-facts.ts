import { OddAnswer, onlyRow } from './answer-shape.ts';
import type { Session } from './connect.ts';

/** What the server says of itself and of this connection. */
export interface ServerFacts {
  readonly flavour: 'mysql' | 'mariadb';
  /** Such as `10.11.19`. */
  readonly version: string;
  /** The account that the server took the user for, `user@host`. */
  readonly account: string;
  readonly ignoresCase: boolean;
  /** lower_case_table_names: 0 keeps names as they are, 1 makes them lower case, 2 keeps them and ignores their case. */
  readonly lowerCaseTableNames: number;
  readonly hasPartialRevokes: boolean;
  readonly hasActiveRoles: boolean;
  /** How many rows the server gives this user of a table, and the dump program too, which asks for no more; undefined for all. */
  readonly rowLimit: string | undefined;
  /** No statement may be longer, in bytes (max_allowed_packet). */
  readonly maxPacketBytes: number;
  /** The server takes dates such as 2021-02-31 (ALLOW_INVALID_DATES), which no server takes from a dump. */
  readonly takesInvalidDates: boolean;
}

const ALL_ROWS = '18446744073709551615';

/** Makes the server write names in backticks, and all rows, from now on, with any settings of its own. @throws the server's error */
export async function unifyAnswers(session: Session): Promise<void> {
  await session.ask(`set session sql_mode = '', sql_quote_show_create = 1, sql_select_limit = ${ALL_ROWS}`);
}

/** Asks the server what it is, and makes it write names in backticks, and all rows, from now on. */
export async function askServerFacts(session: Session): Promise<ServerFacts> {
  const [limit] = onlyRow(await session.ask('select cast(@@session.sql_select_limit as char)'), 1);
  await unifyAnswers(session);
  const facts = onlyRow(await session.ask('select version(), current_user(), @@global.sql_mode'), 3);
  const [text, account, sqlMode] = facts.map(fact => String(fact ?? '')) as [string, string, string];
  const variables = new Map(
    (await session.ask(
      `show variables where variable_name in ('version_comment', 'lower_case_table_names', 'partial_revokes', 'max_allowed_packet')`,
    )) as unknown as [string, string][],
  );
  if (!/^\d/.test(text)) throw new OddAnswer('its version is not a number');
  const flavour = /mariadb/i.test(text + variables.get('version_comment')) ? 'mariadb' : 'mysql';
  const version = /^\d+(?:\.\d+)*/.exec(text)![0].slice(0, 128);
  return {
    ...{ flavour, version, account },
    lowerCaseTableNames: Number(variables.get('lower_case_table_names') ?? 0),
    ignoresCase: variables.get('lower_case_table_names') !== '0',
    hasPartialRevokes: variables.get('partial_revokes') === 'ON',
    maxPacketBytes: Number(variables.get('max_allowed_packet')),
    takesInvalidDates: sqlMode.includes('ALLOW_INVALID_DATES'),
    rowLimit: limit === ALL_ROWS ? undefined : String(limit),
    hasActiveRoles: flavour === 'mysql' && isAtLeast(version, 8) && (await hasRole(session)),
  };
}

/** @returns whether a version such as `10.11.19` is the wanted one or a later one */
export function isAtLeast(version: string, ...wanted: number[]): boolean {
  const parts = version.split('.').map(Number);
  const at = wanted.findIndex((part, index) => part !== (parts[index] ?? 0));
  return at === -1 || (parts[at] ?? 0) > wanted[at]!;
}

async function hasRole(session: Session): Promise<boolean> {
  const [row] = await session.ask('select current_role()');
  return row?.[0] !== 'NONE';
}
