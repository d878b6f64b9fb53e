/** A name with all that could pass for something else. */
export const ODD = 'odd `na;me ("é")';

/** Something of each kind that MariaDB has. Names and texts that would pass for a delimiter, a comment, a row or another statement if they were not read as what they are. */
export const MANY_KINDS = `
create table types (id int primary key auto_increment, a bit(8), b tinyint, c smallint unsigned, d mediumint, e bigint,
  f decimal(20,5), g float, h double, i char(3), j varchar(50), k binary(4), l varbinary(20), m blob, n text,
  o enum('a','b''c'), p set('x','y'), q date, r time(3), s datetime(6), t timestamp null, u year, v json, w point, x uuid, y inet6);
insert into types (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y) values
  (b'101', -1, 65535, -5, -9223372036854775808, -1.5, -1e-10, 1e300, 'a', 'x', x'00ff', x'2728295c', x'00', ' ', 'b''c', 'x,y',
   '2024-01-01', '-10:00:00', '2024-01-01 00:00:00.123456', '2024-01-01', 2024, '{"a": "b"}', point(1,2), uuid(), '::1');
insert into types () values (), ();
create table \`${ODD.replaceAll('`', '``')}\` (\`a\`\`b\` int, \`c d;\` varchar(10) default '),(')
  comment 'line one
-- Dump completed; insert into x values (1),(2)';
insert into \`${ODD.replaceAll('`', '``')}\` values (1, 'a'), (2, 'b');
create table generated (a int, b varchar(50) generated always as (concat(a, '),(', ';', "\\"", '\\\\')) stored);
insert into generated (a) values (1), (2), (3);
create table texts (id int primary key auto_increment, t longtext, b longblob);
insert into texts (t, b) values ('),(', '),('), ('\\'', '\\''), ('\\\\', '\\\\'), ('\\\\\\'', '\\\\\\''), ('a\\0b', 'a\\0b'),
  ('\n-- Dump completed on 2026-01-01\n', '\n-- Dump completed'), (';\nINSERT INTO \`empty\` VALUES (1);\n', ';;'), ('/*', '*/'),
  ('DELIMITER ;;', '\nDELIMITER ;;\n'), ('🐈 "é"', x'ff27fe5c'), ('', ''), (null, null), ('#', '-- '), ('\\\\Z\\b\\r\\n\\t%_', '\\Z');
create table large (t longtext);
insert into large values (repeat('x\\'),(\\\\', 2700000));
create table aria (a int) engine=MyISAM;
insert into aria values (1), (-2);
create table parted (a int) partition by list (a) (partition \`p(0)\` values in (1, 2), partition p1 values in (3));
insert into parted values (1), (3);
create table empty (a int);
create view a_view as select id, 'two
lines; ),(' as t from types;
create view b_view as select t from a_view;
create view \`1 as a\` as select 1 as \`a\`;
create sequence numbers start with 5;
create trigger shout before insert on generated for each row begin /* isn't it */ insert into types (b) values (1), (2); end;
create trigger whisper after insert on generated for each row set @a = ';;', @b = "'", @c = '/*';
create procedure bodied(in x int) comment 'it''s;' begin -- Dump completed
-- Dump completed
create table if not exists inner_table (a int); insert into inner_table values (1), (2); select 'a;;b', "c'd", 1--1; # it's
insert into inner_table values (3); end;
create function one() returns int deterministic return 1;
create aggregate function summing(x int) returns int begin declare s int default 0;
  declare continue handler for not found return s; loop fetch group next row; set s = s + x; end loop; end;
create event daily on schedule every 1 day do begin insert into generated (a) values (1); end;
set sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES';
create procedure unescaped() begin select '\\', ';', 'x' as "a\\"; insert into types (b) values (1); end;
create trigger unescaping before delete on generated for each row set @x = '\\';
set sql_mode = ORACLE;
create package pkg as procedure p1; end;
create package body pkg as procedure p1 as begin insert into generated (a) values (1); end; end;`;
