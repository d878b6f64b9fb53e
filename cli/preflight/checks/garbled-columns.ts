import { escapeId } from 'mysql2';
import { type Finding, finding } from '../../../protocol/finding.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import type { LeftOut } from '../../config/partial-dumps.ts';
import type { Row, Session } from '../../mysql/connect.ts';
import type { ServerFacts } from '../../mysql/server-facts.ts';
import { isServersAnswer } from '../../mysql/servers-answer.ts';
import { rowsOf } from '../source/information-schema.ts';

interface Asked {
  readonly database: string;
  readonly server: ServerFacts;
  readonly leftOut: LeftOut;
  /** The base tables. */
  readonly tables: readonly string[];
}

interface Column {
  readonly table: string;
  readonly column: string;
  readonly characterSet: string;
  readonly dataType: string;
  readonly columnType: string;
  readonly columnDefault: string;
}

/**
 * MariaDB shows the members of ENUM and SET, and the texts of DEFAULT, in utf8mb3: what is not in it, such as an emoji, is a `?` in SHOW CREATE
 * TABLE and in information_schema, and so in the dump. Found out with MariaDB 10.11 and 11.8: comments are kept as `?` already, and CHECK,
 * generated columns, expressions and partitions are shown whole. (MySQL shows such a DEFAULT whole; its members suspect-columns.ts looks for.)
 * @returns the findings about columns whose definition comes back as another one
 */
export async function garbledColumnFindings(session: Session, asked: Asked): Promise<Finding[]> {
  if (asked.server.flavour !== 'mariadb') return [];
  const columns = await askColumns(session, asked);
  const { garbled: members, unseen } = await sort(columns.filter(hasMembers), it => hasLostMembers(session, asked, it));
  const { garbled: defaults } = await sort(columns.filter(isLiteral), it => hasLostDefault(session, asked, it));
  return [...membersLost(members), ...defaultsLost(defaults), ...notSeen(unseen)];
}

/** A `?` may be one. */
const COLUMNS = [
  'table_schema',
  'table_name, column_name, character_set_name, data_type, column_type, column_default',
  'columns',
  `character_set_name is not null and (instr(column_type, '?') > 0 or instr(column_default, '?') > 0)`,
] as const;

async function askColumns(session: Session, { database, server, leftOut, tables }: Asked): Promise<Column[]> {
  const dumped = new Set(tables.filter(table => !leftOut.leavesOut(table)));
  const rows = await rowsOf(
    session,
    { database, ignoresCase: server.ignoresCase },
    COLUMNS,
    'table_name, ordinal_position',
  );
  return rows.filter(([table]) => dumped.has(String(table))).map(columnOf);
}

function columnOf(row: Row): Column {
  const [table = '', column = '', characterSet = '', dataType = '', columnType = '', columnDefault = ''] =
    row.map(String);
  return { table, column, characterSet, dataType: dataType.toLowerCase(), columnType, columnDefault };
}

function hasMembers({ dataType, columnType }: Column): boolean {
  return (dataType === 'enum' || dataType === 'set') && columnType.includes('?');
}

/** Other expressions are shown whole, and asking for their value may draw a number from a sequence. */
function isLiteral({ dataType, columnDefault }: Column): boolean {
  return /^(?:var)?char$/.test(dataType) && /^'(?:[^'\\]|''|\\.)*'$/s.test(columnDefault);
}

async function sort(
  columns: readonly Column[],
  isGarbled: (column: Column) => Promise<boolean>,
): Promise<{ readonly garbled: Column[]; readonly unseen: Column[] }> {
  const [garbled, unseen]: [Column[], Column[]] = [[], []];
  for (const column of columns)
    try {
      if (await isGarbled(column)) garbled.push(column);
    } catch (error) {
      // Without a state it is no answer of the server: the connection has gone.
      if (!isServersAnswer(error)) throw error;
      unseen.push(column);
    }
  return { garbled, unseen };
}

/** A variable of the column's type shows each member as it is, also those that no row has. */
async function hasLostMembers(session: Session, { database }: Asked, of: Column): Promise<boolean> {
  const members = [...of.columnType.matchAll(/'((?:[^']|'')*)'/g)].length;
  const type = [database, of.table, of.column].map(name => escapeId(name, true)).join('.');
  const next = of.dataType === 'set' ? '1 << i' : 'i + 1';
  await session.ask(`begin not atomic
    declare member type of ${type};
    declare i int default 0;
    set @lumbung_lost = 0;
    while i < ${members} do
      set member = ${next};
      if ${isChanged('member', of)} then set @lumbung_lost = 1; end if;
      set i = i + 1;
    end while;
  end`);
  const [row] = await session.ask('select @lumbung_lost');
  return Number(row?.[0]) === 1;
}

/** Without a row, MariaDB gives the value of a DEFAULT only of a column that may be NULL. */
async function hasLostDefault(session: Session, { database }: Asked, of: Column): Promise<boolean> {
  const value = isChanged(`default(t.${escapeId(of.column, true)})`, of);
  const table = `${escapeId(database, true)}.${escapeId(of.table, true)}`;
  const rows = await session.ask(
    `select ${value} from (select 1 as one) nothing left join ${table} t on false union all (select ${value} from ${table} t limit 1)`,
  );
  return rows.some(([isLost]) => Number(isLost) === 1);
}

/** Exactly what SHOW CREATE TABLE and a load do to it. */
function isChanged(text: string, { characterSet }: Column): string {
  const back = `convert(convert(${text} using utf8mb3) using ${escapeId(characterSet)})`;
  return `not (cast(${back} as binary) <=> cast(${text} as binary))`;
}

function membersLost(columns: readonly Column[]): Finding[] {
  if (columns.length === 0) return [];
  return [
    finding(
      'VALUES_LOST',
      `MariaDB shows these ENUM or SET columns with "?" in place of a character such as an emoji, and so they are in the dump: the member comes back as another one, and its rows as '': ${firstNames(columns.map(nameOf))}`,
      'Make them text, which is dumped whole: ALTER TABLE … MODIFY … VARCHAR(…) CHARACTER SET utf8mb4. Or name these members without such characters.',
    ),
  ];
}

function defaultsLost(columns: readonly Column[]): Finding[] {
  if (columns.length === 0) return [];
  return [
    finding(
      'METADATA_GARBLED',
      `MariaDB shows the DEFAULT of these columns with "?" in place of a character such as an emoji, and so it is in the dump: ${firstNames(columns.map(nameOf))}`,
      "Make it an expression, which is dumped whole: ALTER TABLE … ALTER COLUMN … SET DEFAULT (CONCAT('…')).",
    ),
  ];
}

function notSeen(columns: readonly Column[]): Finding[] {
  if (columns.length === 0) return [];
  return [
    finding(
      'TEXT_CONVERTED',
      `these ENUM or SET columns have "?" in a member, and this server does not show whether that is another character, such as an emoji: ${firstNames(columns.map(nameOf))}`,
      "To see it where rows have that member: SELECT … WHERE HEX(…) LIKE '%F0%'; shows the bytes. To avoid this finding: ALTER TABLE … MODIFY … VARCHAR(…).",
    ),
  ];
}

function nameOf({ table, column }: Column): string {
  return `${table}.${column}`;
}
