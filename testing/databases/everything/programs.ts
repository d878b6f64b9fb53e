import type { ServerKind } from './everything.ts';

const TRIGGERS = [
  'create table watched (id int primary key, v int, note varchar(100))',
  'create table log_of_it (n int auto_increment primary key, what varchar(100))',
  "insert into watched values (1, 1, 'one'), (2, 2, 'two')",
  "create trigger t_second before insert on watched for each row set new.note = concat(new.note, ';;')",
  "create trigger z_first before insert on watched for each row precedes t_second begin /* it's loud */ set new.note = upper(new.note); end",
  'create trigger a_third before insert on watched for each row follows t_second set new.v = new.v + 1',
  "create trigger after_it after update on watched for each row begin insert into log_of_it (what) values (concat('🐈 ', old.v)); -- a comment\n end",
  'create trigger before_end before delete on watched for each row insert into log_of_it (what) values (old.note)',
  'create trigger after_end after delete on watched for each row set @gone = old.id',
  "create trigger `pemicu ``aneh``; --` after insert on watched for each row set @x = ';'",
];

const ROUTINES = [
  "create procedure plain(in a int, out b int, inout c varchar(10)) comment 'it''s; 🐈' reads sql data sql security invoker begin -- Dump completed\n-- Dump completed\nselect 'a;;b', \"c'd\", 1--1 into @x, @y, @z; # it's\n set b = a; end",
  'create function twice(n int) returns int deterministic return n * 2',
  "create function told(t varchar(100) character set latin1) returns varchar(200) character set utf8mb4 no sql return concat(t, 'é', '/*', '*/', '\\\\', '\\n')",
  'create procedure `prosedur ``aneh``; --`() select 1',
  "create procedure two_lines() begin select 'one\r\ntwo';\r\n/* none */ end",
  'create procedure in_loops() begin declare i int default 0; declare continue handler for sqlexception begin end; l: loop set i = i + 1; if i > 3 then leave l; end if; end loop l; end',
];

/** A mode changes how the body is read, so each routine must be dumped with its own. */
const MODES = [
  ['ANSI_QUOTES', `create procedure of_ansi_quotes() select "id" as "a;b" from "watched"`],
  ['NO_BACKSLASH_ESCAPES', `create procedure of_no_escapes() select '\\', ';', 'x'`],
  ['ANSI', `create procedure of_ansi() select 'a' || 'b' as "c"`],
  ['PIPES_AS_CONCAT,IGNORE_SPACE', `create procedure of_pipes() select 'a' || count (*) from watched`],
  ['TRADITIONAL', 'create procedure of_traditional() select 1'],
  [
    'STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO',
    'create procedure of_strict() select 1/0',
  ],
  ['HIGH_NOT_PRECEDENCE', 'create procedure of_not() select not 1 between -5 and 5'],
  ['NO_UNSIGNED_SUBTRACTION,PAD_CHAR_TO_FULL_LENGTH', 'create procedure of_unsigned() select cast(0 as unsigned) - 1'],
  ['NO_AUTO_VALUE_ON_ZERO,REAL_AS_FLOAT,ALLOW_INVALID_DATES,ONLY_FULL_GROUP_BY', 'create procedure of_many() select 1'],
  [
    'ANSI_QUOTES,NO_BACKSLASH_ESCAPES',
    `create trigger of_both_modes before update on watched for each row set new."note" = '\\'`,
  ],
  [
    'NO_BACKSLASH_ESCAPES',
    `create event of_no_escapes_event on schedule every 1 day starts '2037-01-01 00:00:00' do set @a = '\\'`,
  ],
] as const;

const EVENTS = [
  "create event daily on schedule every 1 day starts '2037-01-01 03:00:00' on completion preserve comment 'it''s daily; 🐈' do begin insert into log_of_it (what) values (';'); end",
  "create event ending on schedule every '1:30' hour_minute starts '2037-01-01 00:00:00' ends '2038-01-01 00:00:00' do set @a = 1",
  "create event disabled_one on schedule every 1 month starts '2037-01-01 00:00:00' disable do call plain(1, @a, @b)",
  "create event once on schedule at '2037-12-31 23:59:59' on completion preserve do set @a = 2",
  "set time_zone = '+07:00'",
  "create event elsewhere on schedule every 1 week starts '2037-01-01 00:00:00' do set @a = 3",
  "set time_zone = '+00:00'",
];

const OF_MARIADB = [
  'create aggregate function summing(x int) returns int begin declare s int default 0; declare continue handler for not found return s; loop fetch group next row; set s = s + x; end loop; end',
  'set sql_mode = ORACLE',
  `create package tools comment 'it''s a package' as procedure say(a varchar2(20)); function twice(n int) return int; end`,
  `create package body tools as counter int := 0; procedure say(a varchar2(20)) as begin select a || ';' from dual; counter := counter + 1; end;
    function twice(n int) return int as begin return n * 2; end; end`,
  `create procedure of_oracle(a in out int) as b int := 5; begin a := a + b; <<l>> while a < 10 loop a := a + 1; end loop; end`,
  `create function of_oracle_too(a varchar2) return varchar2 as begin return a || 'x'; exception when others then return null; end`,
  "set sql_mode = ''",
];

const OF_MYSQL = ["create function in_dollars() returns varchar(10) deterministic return 'a$$b'"];

/** @returns statements that make triggers, routines, packages and events, with each SQL mode that changes how they are read */
export function programs({ flavour }: ServerKind): readonly string[] {
  return [
    ...TRIGGERS,
    ...ROUTINES,
    ...(flavour === 'mariadb' ? OF_MARIADB : OF_MYSQL),
    ...MODES.flatMap(([mode, statement]) => [`set sql_mode = '${mode}'`, statement]),
    "set sql_mode = ''",
    ...EVENTS,
  ];
}
