import { isSince, type ServerKind } from './everything.ts';

const KEYS = [
  `create table all_keys (id int unsigned not null auto_increment, a varchar(200), b varchar(200) not null, c int, d int, e text, f text, g geometry not null,
    primary key (id, b(10)) using btree, unique key nullable (c), unique key \`both of (them)\` (d, c), key prefix (a(20), b(5)) comment 'it''s a "key";',
    key falling (c desc, a), key hashed (d) using hash, key \`tick\`\`ed\` (a), fulltext key words (e, f), spatial key around (g)) auto_increment = 1000`,
  `insert into all_keys values (5, 'a', 'b', null, 1, 'the quick brown fox', 'jumps', point(1, 1)), (5, 'a', 'c', null, 1, null, null, point(2, 2)),
    (900, 'é', '🐈', 7, null, 'over', 'the dog', point(3, 3))`,
  'create table no_key (a int, b varchar(20))',
  "insert into no_key values (3, 'c'), (1, 'a'), (1, 'a'), (null, null), (2, 'b')",
  'create table only_unique (b int not null, a int not null, unique key z (b), unique key y (a))',
  'insert into only_unique values (2, 1), (1, 2), (3, 0)',
  'create table nullable_unique (a int, b int, unique key (a, b), key (b))',
  'insert into nullable_unique values (1, null), (1, null), (null, null), (2, 3)',
  'create table counted_second (kind int not null, n int not null auto_increment, v int, primary key (kind, n), key (n))',
  'insert into counted_second values (1, 10, 0), (2, 4, 0), (1, 300, 1)',
  'create table counted_down (id bigint not null auto_increment, v int, key (v), unique key (id)) auto_increment = 77',
  'insert into counted_down (id, v) values (70, 1), (-5, 2), (3, 3)',
  'create table counted_empty (id int auto_increment primary key) auto_increment = 4711',
  "create table of_memory (a int not null, b varchar(10), key (a) using hash, key (b) using btree) engine=MEMORY comment 'rows that a restart empties'",
  "insert into of_memory values (1, 'x'), (2, null)",
  'create table of_myisam (id int not null auto_increment primary key, t text, fulltext key (t)) engine=MyISAM row_format=dynamic max_rows=1000 avg_row_length=50 checksum=1 delay_key_write=1 pack_keys=1',
  "insert into of_myisam values (1, 'full text'), (9, 'of MyISAM')",
  'create table of_csv (a int not null, b varchar(20) not null) engine=CSV',
  `insert into of_csv values (1, 'a "b", c'), (2, '')`,
  'create table tight (id int primary key, t text) row_format=compressed key_block_size=8 stats_persistent=0',
  "insert into tight values (1, repeat('tight ', 100))",
];

const CHECKS = [
  `create table checked (id int primary key, a int check (a > 0), b int, c varchar(20), constraint \`b is; "small"\` check (b < 100 and c <> 'it''s'), check (a < b))`,
  "insert into checked values (1, 1, 2, 'x'), (2, null, 50, null)",
];

const CHECKS_NOT_ENFORCED = {
  mariadb: [
    'set check_constraint_checks = 0',
    "insert into checked values (3, -5, 500, 'it''s')",
    'set check_constraint_checks = 1',
  ],
  mysql: [
    'create table unenforced (id int primary key, a int, constraint positive check (a > 0) not enforced)',
    'insert into unenforced values (1, -5)',
  ],
};

const PARTITIONS = [
  `create table by_range (id int not null, y int not null, primary key (id, y)) comment 'ranges' partition by range (y)
    (partition \`old; p\` values less than (2000) comment = 'it''s old', partition p1 values less than (2010), partition p2 values less than maxvalue)`,
  'insert into by_range values (1, 1999), (2, 2005), (3, 2030)',
  `create table by_columns (a date not null, b varchar(10) not null, primary key (a, b)) partition by range columns (a, b)
    (partition p0 values less than ('2020-01-01', 'm'), partition p1 values less than (maxvalue, maxvalue))`,
  "insert into by_columns values ('2019-01-01', 'z'), ('2020-01-01', 'a'), ('2021-05-05', 'b')",
  'create table by_list (a int) partition by list (a) (partition p0 values in (1, 2, null), partition `p(1)` values in (3))',
  'insert into by_list values (3), (1), (null)',
  "create table by_list_columns (a varchar(10)) partition by list columns (a) (partition p0 values in ('x', 'it''s'), partition p1 values in ('é', ''))",
  "insert into by_list_columns values ('é'), ('it''s'), ('')",
  'create table by_hash (id int primary key, v int) partition by hash (id) partitions 4',
  'insert into by_hash values (1, 1), (2, 2), (3, 3), (4, 4), (5, 5)',
  'create table by_linear_key (id int primary key, v int) partition by linear key (id) partitions 3',
  'insert into by_linear_key values (1, 1), (2, 2), (3, 3)',
  `create table in_subpartitions (id int not null, d date not null, key (d)) partition by range (year(d)) subpartition by hash (to_days(d))
    (partition p0 values less than (2000) (subpartition s0, subpartition s1), partition p1 values less than maxvalue (subpartition s2, subpartition s3))`,
  "insert into in_subpartitions values (1, '1999-01-01'), (2, '2001-01-01'), (3, '2024-02-29')",
];

const OF_MARIADB = [
  'create table ignored_keys (id int primary key, a int, b int, key unused (a) ignored, key used (b))',
  'insert into ignored_keys values (1, 1, 1)',
  'create table long_unique (id int primary key, t text, b blob, unique key (t) using hash, unique key (b))',
  "insert into long_unique values (1, repeat('a', 4000), 'a'), (2, repeat('b', 4000), null), (3, null, 'b')",
  'create table of_aria (id int primary key, t text) engine=Aria transactional=1 page_checksum=1',
  "insert into of_aria values (1, 'aria')",
  'create table paged (id int primary key, t text) page_compressed=1 page_compression_level=9',
  "insert into paged values (1, repeat('page ', 100))",
  `create table bookings (room int not null, a date not null, b date not null, period for stay (a, b), primary key (room, stay without overlaps))`,
  "insert into bookings values (1, '2024-01-01', '2024-01-05'), (1, '2024-01-05', '2024-01-09'), (2, '2024-01-02', '2024-01-03')",
];

const OF_MYSQL = [
  `create table ignored_keys (id int primary key, a int, b varchar(20), key unused (a) invisible, key of_expression ((lower(b)), (a + 1) desc))`,
  "insert into ignored_keys values (1, 1, 'ABC')",
  "create table read_by (id int primary key, t text, fulltext key (t) with parser ngram) comment 'ngram'",
  "insert into read_by values (1, '数据库备份')",
];

/** @returns statements that make tables with all kinds of keys, constraints, engines and partitions */
export function keysAndPartitions({ flavour, version }: ServerKind): readonly string[] {
  const isMaria = flavour === 'mariadb';
  return [
    // MariaDB keeps DESC since 10.8; before it reads over it.
    ...KEYS.map(text => (isMaria && !isSince(version, 10, 8) ? text.replace(' desc', '') : text)),
    ...CHECKS,
    ...CHECKS_NOT_ENFORCED[flavour],
    ...PARTITIONS,
    ...(isMaria ? OF_MARIADB : OF_MYSQL),
  ];
}
