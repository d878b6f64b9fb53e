import type { ServerKind } from './everything.ts';

/** Names that a reader of SQL may stumble over; a server takes no characters above U+FFFF in a name. */
export const ODD_TABLE = 'tabel `aneh`; -- "x".y 数据 größe';

const NAMES = [
  `create table \`${ODD_TABLE.replaceAll('`', '``')}\` (\`a\`\`b\` int, \`c d;\` varchar(10) default '),(', \`名前.x\` int, \`select\` int primary key, key \`данные\` (\`a\`\`b\`))
    comment 'line one\n-- Dump completed; insert into x values (1),(2) 🐈'`,
  `insert into \`${ODD_TABLE.replaceAll('`', '``')}\` values (1, '🐈', 2, 3), (null, null, null, 4)`,
  'create table `order` (`group` int primary key, `--` int, `#` int, `/*` int, `\'` int, `"` int, `\\\\` int)',
  'insert into `order` values (1, 2, 3, 4, 5, 6, 7)',
  'create table `%_` (a int)',
  'create table `ends with.dot.` (a int)',
  "create table empty_one (id int primary key comment 'a comment with 🐈, ''quotes'', \\\\ and \\n a line') comment 'no rows'",
  'create table UPPER_case (Id int primary key, `ID2` int)',
  'insert into UPPER_case values (1, 1)',
];

/** Bytes of other character sets, in columns that are declared so. */
const CHARACTER_SETS = [
  'create table of_latin1 (id int primary key, a varchar(100), b text collate latin1_german1_ci, c char(5) character set latin2) character set latin1',
  `insert into of_latin1 values (1, _latin1 x'e9e8fc80a3', _latin1 x'df27225c', _latin2 x'b1b3'), (2, 'plain', '', null)`,
  `create table of_sjis (id int primary key, a varchar(100), b text, e enum('x','y')) character set sjis`,
  // 0x5C, a backslash, is the second byte of these two letters.
  `insert into of_sjis values (1, _sjis x'835c955c', _sjis x'838183828383', 'x'), (2, _sjis x'b127', null, 'y')`,
  'create table of_gbk (id int primary key, a varchar(100)) character set gbk',
  `insert into of_gbk values (1, _gbk x'bf5cd65c')`,
  'create table of_ucs2 (id int primary key, a varchar(100) character set ucs2, b text character set utf16, c text character set utf32)',
  "insert into of_ucs2 values (1, 'é数据', '🐈é', '🐈')",
  'create table of_utf8mb3 (id int primary key, a varchar(100)) character set utf8mb3 collate utf8mb3_unicode_ci',
  "insert into of_utf8mb3 values (1, 'é数据')",
  'create table of_binary (id int primary key, a varchar(100), b char(3)) character set binary',
  "insert into of_binary values (1, x'00ff27', x'0a')",
];

const MANY = [
  'create table many_rows (id int unsigned not null auto_increment primary key, a int, b varchar(100), c decimal(10,2), key (a), key (b(10), c))',
  `insert into many_rows (a, b, c) with recursive n (i) as (select 1 union all select i + 1 from n where i < 900)
    select i * 7919 % 1000, concat('row ', i, ' of it''s; ', repeat('x', i % 60)), i / 7 from n`,
  'insert into many_rows (a, b, c) select a + 1, b, c from many_rows',
  'insert into many_rows (a, b, c) select a + 1, b, c from many_rows',
  'delete from many_rows where id % 10 = 3',
  'insert into many_rows (id, a) values (500000, 1)',
  'delete from many_rows where id = 500000',
];

/** @returns statements that make tables with odd names, bytes of many character sets, many rows, and one large row */
export function rowsAndTexts(_: ServerKind, largestRow: number): readonly string[] {
  return [
    ...NAMES,
    ...CHARACTER_SETS,
    ...MANY,
    'create table large_row (id int primary key, before_it varchar(10), t longtext, after_it varchar(10))',
    `insert into large_row values (1, 'small', 'x', 'y'), (2, 'large', repeat('it''s \\\\ 16),(\n', ${Math.floor(largestRow / 14)}), 'end'), (3, null, null, null)`,
  ];
}
