import { isSince, type ServerKind } from './everything.ts';

const NUMBERS = `create table numbers (
  id int unsigned not null auto_increment primary key,
  a tinyint, b tinyint(3) unsigned zerofill, c smallint unsigned, d mediumint, e int(11), f bigint, g bigint unsigned, h boolean,
  i decimal(65,30), j decimal(10,0) unsigned zerofill, k float, l float(7,3), m double, n double(20,5), o bit(1), p bit(64), q year,
  r decimal(10,2) not null default 1.50, s bit(6) not null default b'101')`;

const NUMBER_ROWS = `insert into numbers (id, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q) values
  (1, -128, 5, 65535, -8388608, -2147483648, -9223372036854775808, 18446744073709551615, true,
   12345678901234567890123456789012345.123456789012345678901234567891, 7, 1.5, 1234.567, 1.7976931348623157e308, -1.00001, b'1',
   x'FFFFFFFFFFFFFFFF', 1901),
  (2, 127, 0, 0, 8388607, 2147483647, 9223372036854775807, 0, false, -0.000000000000000000000000000001, 0, -1e-10, -0.001, 5e-324,
   0, b'0', x'00', 2155),
  (7, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, 0)`;

const TIMES = `create table times (
  id int primary key, d date, t time, t6 time(6), dt datetime, dt6 datetime(6), ts timestamp null, ts6 timestamp(6) null,
  made timestamp not null default current_timestamp on update current_timestamp,
  made3 datetime(3) default current_timestamp(3) on update current_timestamp(3))`;

const TIME_ROWS = `insert into times values
  (1, '0000-00-00', '-838:59:59', '-00:00:00.500000', '0000-00-00 00:00:00', '0000-00-00 00:00:00', '1970-01-01 00:00:01',
   '2038-01-19 03:14:07.999999', '2024-01-01 00:00:00', '2024-01-01 00:00:00.123'),
  (2, '2020-00-00', '838:59:59', '12:34:56.789012', '2024-02-29 23:59:59', '9999-12-31 23:59:59.999999', null, null,
   '2024-03-31 01:30:00', null),
  (3, '9999-12-31', null, null, '0001-01-01 00:00:00', null, '2024-10-27 01:30:00', '2024-10-27 02:30:00.000001',
   '2024-10-27 00:30:00', '2024-10-27 00:30:00')`;

const STRINGS = `create table strings (
  id int primary key, a char(10), b varchar(200), c tinytext, d text, e mediumtext, f longtext, g binary(4), h varbinary(300), i tinyblob,
  j blob, k mediumblob, l longblob, m enum('a','b''c','','é数','x,y'), n set('x','y','it''s'), o json, p char(0), q varchar(10) binary,
  r varchar(20) not null default 'it''s a \\\\ "default";', s varbinary(9) default x'00FF', t national varchar(5))`;

const STRING_ROWS = `insert into strings (id, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, t) values
  (1, 'x  ', '),(', '\\'', '\\\\', '\\\\\\'', 'a\\0b', x'00ff', x'2728295c', x'00', x'0a0d1a', '-- Dump completed', '\n-- Dump completed on 2026-01-01\n',
   'b''c', 'x,it''s', '{"a": ["b", 1.5, null, true], "🐈": "\\\\"quoted\\\\""}', '', 'Bin', 'né'),
  (2, '', '', ';\nINSERT INTO \`strings\` VALUES (1);\n', 'DELIMITER ;;\n', '/*!50003 */', '\\\\Z\\b\\r\\n\\t%_', '', '', '', '', '', '', 'é数', '', '[]', null, null, null),
  (3, null, '🐈🏽‍🦺 "é" اَلْعَرَبِيَّةُ 数据', '# no comment', '\\\\! ls', 'source x', '\\\\. x', null, null, null, null, null, null, null, null, null, null, null, null)`;

/** All 256 bytes, in each order that a reader may stumble over: rising, falling, doubled, and each behind a backslash and a quote. */
const ALL_BYTES = [
  'create table bytes (id int primary key, v varbinary(256), b longblob, m mediumblob)',
  `insert into bytes values (1, ${hexOf(at => [at])}, ${hexOf(at => [at, at])}, ${hexOf(at => [0x5c, at])}),
    (2, ${hexOf(at => [255 - at])}, ${hexOf(at => [0x27, at])}, ${hexOf(at => [at, 0x27, 0x29, 0x2c, 0x28])})`,
];

const SPATIAL = [
  `create table places (id int primary key, a point, b linestring, c polygon, d multipoint, e multilinestring, f multipolygon,
    g geometrycollection, h geometry not null)`,
  `insert into places values (1, point(1.5, -2), st_geomfromtext('linestring(0 0,1 1,2 0)'), st_geomfromtext('polygon((0 0,9 0,9 9,0 9,0 0),(1 1,2 1,2 2,1 2,1 1))'),
    st_geomfromtext('multipoint(0 0,1 1)'), st_geomfromtext('multilinestring((0 0,1 1),(2 2,3 3))'),
    st_geomfromtext('multipolygon(((0 0,1 0,1 1,0 1,0 0)))'), st_geomfromtext('geometrycollection(point(1 1),linestring(0 0,1 1))'), point(0, 0)),
    (2, null, null, null, null, null, null, null, st_geomfromtext('point(-6.2 106.8)', 4326))`,
];

const GENERATED = [
  `create table generated_columns (id int primary key, price decimal(9,2), title varchar(40),
    tax decimal(12,4) generated always as (price * 0.11) virtual, total decimal(12,4) as (price * 1.11) stored comment 'it''s "stored"; --',
    shouted varchar(50) as (concat(upper(title), ';),(''')) stored, about varchar(60) as (concat('\`', title, '\`')) virtual, key (shouted), key (tax))`,
  `insert into generated_columns (id, price, title) values (1, 10, 'kopi'), (2, -0.01, 'it''s \\\\ tea'), (3, null, null)`,
];

const DEFAULTS = [
  `create table defaults (id int primary key, a int default (1 + 2), b varchar(40) default (concat('a', ';', "b'")), c datetime default (now() + interval 1 day),
    d json default (json_object('a', json_array(1, 'two'))), e varchar(36) default (uuid()), f int default null, g text default ('a text'), h blob default (x'00ff'))`,
  `insert into defaults (id, c, e) values (1, '2024-01-01', 'fixed')`,
];

const OF_MARIADB = [
  'create table addresses (id int primary key, u uuid, v6 inet6, v4 inet4, key (u))',
  "insert into addresses values (1, '123e4567-e89b-12d3-a456-426655440000', '2001:db8::ff00:42:8329', '192.168.0.1'), (2, null, '::', '0.0.0.0')",
  `create table hidden (id int primary key, a int invisible, b int not null default 5 invisible, c int)`,
  'insert into hidden (id, a, b, c) values (1, 2, 3, 4), (2, null, 5, null)',
  "create table packed (id int primary key, a text compressed, b longblob compressed, c varchar(500) compressed default 'x')",
  "insert into packed values (1, repeat('pack ', 2000), repeat(x'00ff', 5000), repeat('x', 400)), (2, '', null, '')",
];

const OF_MYSQL = [
  'create table hidden (id int primary key, a int invisible, b int not null default 5 invisible, c int)',
  'insert into hidden (id, a, b, c) values (1, 2, 3, 4), (2, null, 5, null)',
  `create table documents (id int primary key, doc json, name varchar(30) as (doc->>'$.name') virtual, key of_numbers ((cast(doc->'$.numbers' as unsigned array))), key (name))`,
  `insert into documents (id, doc) values (1, '{"name": "it''s", "numbers": [3, 1, 2]}'), (2, '{"numbers": [], "big": 18446744073709551615}')`,
  'create table on_earth (id int primary key, g point not null srid 4326, spatial key (g))',
  "insert into on_earth values (1, st_geomfromtext('point(-6.2 106.8)', 4326))",
];

/** @returns statements that make tables with each type of column, with values at its ends */
export function columnTypes({ flavour, version }: ServerKind): readonly string[] {
  const isMaria = flavour === 'mariadb';
  const hasVectors = isMaria ? isSince(version, 11, 7) : isSince(version, 9);
  return [
    ...[
      NUMBERS,
      NUMBER_ROWS,
      TIMES,
      TIME_ROWS,
      STRINGS,
      STRING_ROWS,
      ...ALL_BYTES,
      ...SPATIAL,
      ...GENERATED,
      ...DEFAULTS,
    ],
    ...(isMaria ? OF_MARIADB : OF_MYSQL),
    ...(hasVectors ? vectors(isMaria) : []),
  ];
}

function vectors(isMaria: boolean): readonly string[] {
  const from = isMaria ? 'vec_fromtext' : 'string_to_vector';
  return [
    `create table vectors (id int primary key, v vector(3) not null${isMaria ? ', vector index (v)' : ''})`,
    `insert into vectors values (1, ${from}('[1, 2, 3]')), (2, ${from}('[-0.5, 0, 1e10]'))`,
  ];
}

function hexOf(bytesAt: (at: number) => readonly number[]): string {
  return `x'${Buffer.from(Array.from({ length: 256 }, (_, at) => bytesAt(at)).flat()).toString('hex')}'`;
}
