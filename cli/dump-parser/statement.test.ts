import { expect } from 'chai';
import { createdBy, tableFilledBy } from './statement.ts';

describe('statement', () => {
  it('tells what each CREATE of mysqldump creates', () => {
    for (const [head, kind, name] of [
      ['CREATE TABLE `t` () ENGINE=InnoDB', 'tables', 't'],
      ['CREATE TABLE IF NOT EXISTS `general_log` ()', 'tables', 'general_log'],
      ['CREATE TABLE `a``b c;` ()', 'tables', 'a`b c;'],
      ['CREATE TABLE "a""b" ()', 'tables', 'a"b'],
      ['CREATE TABLE `d`.`t` ()', 'tables', 't'],
      ['CREATE TABLE t$1é ()', 'tables', 't$1é'],
      ['CREATE TABLE `é🐈`()', 'tables', 'é🐈'],
      ['CREATE TABLE `view` ()', 'tables', 'view'],
      ['CREATE /*M!100000 OR REPLACE */ TABLE `t` ()', 'tables', 't'],
      ['CREATE SEQUENCE `s` start with 1 minvalue 1', 'sequences', 's'],
      ['CREATE DEFINER=`table`@`%` PROCEDURE `p`() BEGIN END', 'procedures', 'p'],
      ['CREATE DEFINER=`a`@`%` FUNCTION `f`() RETURNS int', 'functions', 'f'],
      ['CREATE DEFINER="root"@"localhost" FUNCTION "f"() RETURN int', 'functions', 'f'],
      ['CREATE DEFINER=CURRENT_USER FUNCTION `f`() RETURNS int', 'functions', 'f'],
      ['CREATE DEFINER=CURRENT_USER() FUNCTION `f`() RETURNS int', 'functions', 'f'],
      ['CREATE DEFINER=`event` FUNCTION `f`() RETURNS int', 'functions', 'f'],
      ['CREATE DEFINER=view@table FUNCTION `f`() RETURNS int', 'functions', 'f'],
      ['CREATE OR REPLACE DEFINER=`a`@`%` AGGREGATE FUNCTION `f`() RETURNS int', 'functions', 'f'],
      ['CREATE OR REPLACE TEMPORARY TABLE t ()', 'tables', 't'],
      ['CREATE AGGREGATE FUNCTION `f`() RETURNS int', 'functions', 'f'],
      ['CREATE DEFINER="root"@"localhost" PACKAGE "p" AS', 'packages', 'p'],
      ['CREATE DEFINER="root"@"localhost" PACKAGE BODY "p" AS', 'package_bodies', 'p'],
      ['CREATE PACKAGE `BODY` AS', 'packages', 'BODY'],
      ['CREATE DEFINER=`a`@`%` TRIGGER `tr` BEFORE INSERT ON `t`', 'triggers', 'tr'],
      ['/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`%`*/ /*!50003 TRIGGER `tr` BEFORE INSERT ON `t`', 'triggers', 'tr'],
      ['/*!50106 CREATE*/ /*!50117 DEFINER=`a`@`%`*/ /*!50106 EVENT `e` ON SCHEDULE', 'events', 'e'],
      ['CREATE TRIGGER IF NOT EXISTS `tr` AFTER', 'triggers', 'tr'],
      [
        '/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`a`@`%` SQL SECURITY DEFINER */\n/*!50001 VIEW `v` AS select 1 AS `1` */',
        'views',
        'v',
      ],
      [
        '/*!50001 CREATE ALGORITHM=UNDEFINED DEFINER=`a`@`%` SQL SECURITY INVOKER VIEW `v` AS SELECT 1 AS `1` */',
        'views',
        'v',
      ],
      [
        '/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`a`@`%` SQL SECURITY DEFINER */\n/*!50001 JSON RELATIONAL DUALITY VIEW `v` AS select',
        'views',
        'v',
      ],
      ['/*!50001 CREATE VIEW "v" AS select 1 AS "a" */', 'views', 'v'],
      ['CREATE VIEW `v` AS SELECT 1 AS `a`', 'views', 'v'],
    ] as const)
      expect(createdBy(head), head).to.deep.equal({ kind, name });
  });

  it('ignores a placeholder table of a view', () => {
    for (const head of [
      '/*!50001 CREATE TABLE `v` () ENGINE=MyISAM */',
      '/*!50001 CREATE TABLE "v" () */',
      '/*!50001 CREATE VIEW `v` AS SELECT \n 1 AS `id`,\n 1 AS `t`*/',
      '/*!50001 CREATE VIEW `v` AS SELECT\n 1 AS `id` */',
    ])
      expect(createdBy(head), head).to.equal(undefined);
  });

  it('reports nothing else as created', () => {
    for (const head of [
      '',
      'CREATE',
      'CREATE TABLE',
      '/*!50001 CREATE',
      'CREATE DATABASE /*!32312 IF NOT EXISTS*/ `table` /*!40100 DEFAULT CHARACTER SET utf8mb4 */',
      'CREATE DATABASE `d`',
      "CREATE USER 'table'@'%'",
      'CREATE TABLESPACE `ts`',
      'CREATE LIBRARY `lib` LANGUAGE JAVASCRIPT AS export function f() {} // a table `t`',
      'CREATE LIBRARY IF NOT EXISTS lib COMMENT `x` LANGUAGE JAVASCRIPT AS',
      'CREATE UNIQUE INDEX `i` ON TABLE `t` ()',
      "CREATE SERVER `s` FOREIGN DATA WRAPPER mysql OPTIONS () COMMENT 'x' TABLE `t`",
      "CREATE SPATIAL REFERENCE SYSTEM 4711 NAME 'x' DESCRIPTION view `v`",
      'CREATE ROLE `table` TABLE `t`',
      'CREATE ROLE a, event, b',
      'CREATE DATABASE d COMMENT trigger `tr`',
      'CREATE DEFINER=`a`@`%` LIBRARY `lib` FUNCTION `f`',
      'CREATE DEFINER=',
      'CREATE ALGORITHM=',
      'CREATE `table` TABLE `t`',
      'DROP TABLE IF EXISTS `t`',
      'ALTER TABLE `t` DISABLE KEYS',
      'LOCK TABLES `t` WRITE',
      '/*!40000 ALTER TABLE `t` DISABLE KEYS */',
      '/*!50001 DROP VIEW IF EXISTS `v`*/',
      'RECREATE TABLE `t`',
    ])
      expect(createdBy(head), head).to.equal(undefined);
  });

  it('tells which table an INSERT fills', () => {
    for (const [head, table] of [
      ['INSERT INTO `t` VALUES (', 't'],
      ['insert into t values(', 't'],
      ['INSERT  IGNORE INTO `t` () VALUES (', 't'],
      ['INSERT DELAYED IGNORE INTO `t` VALUES (', 't'],
      ['INSERT LOW_PRIORITY `ignore` VALUES (', 'ignore'],
      ['REPLACE INTO "a""b" VALUES (', 'a"b'],
      ['INSERT INTO `d` . `t` VALUES (', 't'],
      ['INSERT INTO', undefined],
      ['UPDATE `t` SET a = 1', undefined],
    ] as const)
      expect(tableFilledBy(head), head).to.equal(table);
  });
});
