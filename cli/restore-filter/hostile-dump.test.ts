import { expect } from 'chai';
import { filtered, MYSQL_TARGET } from '../../testing/databases/filtered.ts';
import { ExplainedError } from '../errors.ts';
import type { FilterOptions } from './filter-options.ts';

const HEADER = `-- MariaDB dump 10.19  Distrib 10.11.14-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: localhost    Database: shop
-- ------------------------------------------------------
-- Server version	10.11.14-MariaDB-0+deb12u2
`;
const MYSQL_HEADER = HEADER.replace(
  'MariaDB dump 10.19  Distrib 10.11.14-MariaDB',
  'MySQL dump 10.13  Distrib 9.7.4',
).replace('10.11.14-MariaDB-0+deb12u2', '9.7.4');
const MARKER = '-- Dump completed on 2026-01-01  0:00:00\n';

/** Someone has written into a dump what no mysqldump writes. */
describe('a hostile dump', () => {
  const refusal = async (
    statements: string,
    options: Partial<FilterOptions> = {},
    header = HEADER,
    programs: 'as the client' | 'as the server' = 'as the server',
  ): Promise<Error> => {
    try {
      const { sent } = await filtered([Buffer.from(`${header}${statements}\n${MARKER}`)], options, programs);
      return new Error(`sent: ${sent.map(({ bytes }) => bytes).join(' | ')}`);
    } catch (error) {
      expect(error, statements).to.be.instanceOf(ExplainedError);
      return error as Error;
    }
  };
  const expectRefused = async (...statements: string[]) => {
    for (const statement of statements)
      for (const programs of ['as the client', 'as the server'] as const) {
        const { message } = await refusal(statement, {}, HEADER, programs);
        expect(message, `${statement} ${programs}`).to.match(/is refused|ends in the middle|DELIMITER line/);
      }
  };

  it('is no shell: commands of the mysql client are refused', () =>
    expectRefused(
      '\\! touch /tmp/owned\nCOMMIT;',
      'COMMIT\\! touch /tmp/owned\n;',
      'system touch /tmp/owned\nCOMMIT;',
      'source /etc/passwd\nCOMMIT;',
      'source /etc/passwd;',
      '\\. /etc/passwd\n;',
      'tee /tmp/owned;',
      'pager cat;',
      'connect mysql;',
      '\\u mysql\n;',
      'edit;',
      'CREATE TABLE `t` (a int) \\! ls\n;',
      'INSERT INTO `t` VALUES (1)\\g',
      '/* a */ DELIMITER //\nCOMMIT//\nDELIMITER ;\n',
      '/* a */\nDELIMITER //\nCOMMIT//\nDELIMITER ;\n',
    ));

  it('brings no second statement along, with any delimiter', () =>
    expectRefused(
      'DELIMITER //\nCREATE PROCEDURE `p`() SELECT 1; GRANT ALL ON *.* TO a//\nDELIMITER ;\n',
      'DELIMITER //\nCOMMIT; DROP TABLE `t`//\nDELIMITER ;\n',
      'DELIMITER GRANT\nCOMMIT; GRANT\nDELIMITER ;\n',
      'DELIMITER ;;\nCREATE TRIGGER `r` BEFORE INSERT ON `t` FOR EACH ROW SET @a = 1; DROP TABLE `t` ;;\nDELIMITER ;\n',
      'DELIMITER ;;\n/*!50003 CREATE*/ /*!50003 TRIGGER `r` BEFORE INSERT ON `t` FOR EACH ROW SET @a = 1; */ DROP TABLE `t` ;;\nDELIMITER ;\n',
      'DELIMITER //\nINSERT INTO `t` VALUES (1); DROP TABLE `t`//\nDELIMITER ;\n',
    ));

  it('brings no second statement along where the client and the server see different ends', () =>
    expectRefused(
      ...[
        // To the client the delimiter stands in a comment, to the server a comment begins only with a blank.
        'CREATE PROCEDURE `p`() SELECT 1--;;\nGRANT ALL ON *.* TO a;;',
        'CREATE PROCEDURE `p`() SELECT 1--;; GRANT ALL ON *.* TO a\n;;',
        // To the client the string begins in the comment.
        "CREATE PROCEDURE `p`() SELECT 1 /* /*! ' */;; GRANT ALL ON *.* TO a -- ' */\n;;",
        "CREATE PROCEDURE `p`() SELECT 1 /*!50003 /* */ ' */;; DROP DATABASE `shop` -- '\n;;",
        // To the client the comment goes on, by its line or by its end mark.
        'CREATE PROCEDURE `p`() SELECT 1 /*!50003 /* x */, 2 */; GRANT ALL ON *.* TO a /* */;;',
        'CREATE PROCEDURE `p`() BEGIN SELECT 1; END /* /* */; GRANT ALL ON *.* TO a /* */ */;;',
        'CREATE PROCEDURE `p`() SELECT 1 /*+ /* */; GRANT ALL ON *.* TO a /* */;;',
        '/*!50003 CREATE*/ /*!50003 TRIGGER `r` BEFORE INSERT ON `t` FOR EACH ROW SET @a = 2*/* */; DROP TABLE `t` /* */;;',
        // To the client a backslash takes the quote, to a server with NO_BACKSLASH_ESCAPES it does not, and the other way round.
        "SET sql_mode = 'NO_BACKSLASH_ESCAPES';;\nCREATE PROCEDURE `p`() SELECT '\\'; GRANT ALL ON *.* TO a -- ';;",
        "CREATE PROCEDURE `p`() SELECT '\\';; GRANT ALL ON *.* TO a -- ';;\nGRANT ALL ON *.* TO b;;",
        'SET sql_mode = \'ANSI_QUOTES\';;\nCREATE PROCEDURE `p`() SELECT "\\"; GRANT ALL ON *.* TO a -- ";;',
      ].map(text => `DELIMITER ;;\n${text}\nDELIMITER ;\n`),
    ));

  it('is no shell either where it is written for a client: a command of the client is refused', async () => {
    for (const body of ['SELECT 1 \\! touch /tmp/owned\n', 'SELECT \\. /etc/passwd\n', 'BEGIN SELECT 1; END\\g'])
      expect(
        (await refusal(`DELIMITER ;;\nCREATE PROCEDURE \`p\`() ${body};;\nDELIMITER ;\n`, {}, HEADER, 'as the client'))
          .message,
        body,
      ).to.match(/a backslash outside of strings/);
  });

  it('does not reach other databases, accounts, files or the server itself', () =>
    expectRefused(
      ...['GRANT ALL ON *.* TO a;', 'REVOKE ALL ON *.* FROM a;', "CREATE USER a IDENTIFIED BY 'b';", 'DROP USER a;'],
      ...["SET PASSWORD = 'a';", 'SET ROLE a;', 'RENAME USER a TO b;', "ALTER USER a IDENTIFIED BY 'b';"],
      ...['USE mysql;', 'USE `mysql` ;', 'CREATE DATABASE `other`;', 'DROP DATABASE `shop`;', 'CREATE SCHEMA other;'],
      ...["LOAD DATA INFILE '/etc/passwd' INTO TABLE `t`;", "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE `t`;"],
      ...["SELECT 1 INTO OUTFILE '/tmp/owned';", "SELECT * FROM `t` INTO DUMPFILE '/tmp/owned';", 'SELECT 1;'],
      ...["SELECT LOAD_FILE('/etc/passwd');", 'DO SLEEP(1000);', 'DO (SELECT 1);', 'DO SETVAL(`other`.`s`, 1);'],
      ...['SET GLOBAL general_log = 1;', 'SET @@GLOBAL.general_log = 1;', 'SET PERSIST general_log = 1;'],
      ...['SET @@PERSIST.general_log = 1;', 'SET @a = 1;', 'SET @a = (SELECT 1);', 'SET STATEMENT a = 1 FOR SELECT 1;'],
      ...["CHANGE MASTER TO MASTER_HOST='evil', MASTER_LOG_POS=4;", "INSTALL PLUGIN a SONAME 'b.so';", 'SHUTDOWN;'],
      ...["CREATE FUNCTION `f` RETURNS STRING SONAME 'udf.so';", "CREATE AGGREGATE FUNCTION f RETURNS INT SONAME 'a';"],
      ...['FLUSH LOGS;', 'KILL 1;', 'RESET MASTER;', 'CALL `p`();', "PREPARE a FROM 'b';", 'EXECUTE a;', 'BEGIN;'],
      ...['RENAME TABLE `t` TO `mysql`.`t`;', 'TRUNCATE `t`;', 'UPDATE `t` SET a = 1;', 'DELETE FROM `t`;'],
      ...['CREATE SERVER a FOREIGN DATA WRAPPER mysql OPTIONS (HOST "evil");', "BINLOG 'a';", 'XA START "a";'],
      ...['ALTER TABLE `t` ADD b int;', 'CREATE INDEX a ON `t` (b);', 'HANDLER `t` OPEN;', 'CHECKSUM TABLE `t`;'],
    ));

  it('names no other database in front of what it creates, fills, drops or alters', () =>
    expectRefused(
      ...['INSERT INTO `mysql`.`user` VALUES (1);', 'REPLACE INTO mysql.user VALUES (1);'],
      ...['CREATE TABLE `mysql`.`x` (a int);', 'CREATE TABLE IF NOT EXISTS mysql.x (a int);'],
      ...[
        'DROP TABLE IF EXISTS `mysql`.`user`;',
        'DROP VIEW IF EXISTS mysql . user;',
        'DROP TRIGGER IF EXISTS `a`.`b`;',
      ],
      ...['ALTER TABLE `mysql`.`user` DISABLE KEYS;', '/*!40000 ALTER TABLE `mysql`.`user` ENABLE KEYS */;'],
      ...['CREATE TRIGGER `r` BEFORE INSERT ON `mysql`.`user` FOR EACH ROW SET @a = 1;'],
      ...['CREATE TRIGGER `mysql`.`r` BEFORE INSERT ON `user` FOR EACH ROW SET @a = 1;'],
      ...['CREATE PROCEDURE `mysql`.`p`() SELECT 1;', 'CREATE DEFINER=event PROCEDURE mysql.p() SELECT 1;'],
      ...['CREATE DEFINER=`view`@`%` PROCEDURE mysql.p() SELECT 1;', 'CREATE VIEW `mysql`.`v` AS select 1 AS `a`;'],
      ...['CREATE EVENT `mysql`.`e` ON SCHEDULE EVERY 1 DAY DO SELECT 1;', 'CREATE SEQUENCE `mysql`.`s` start with 1;'],
      ...['ALTER DATABASE `mysql` CHARACTER SET latin1 COLLATE latin1_bin ;'],
      ...['CREATE TABLE `t` (`a` int) ENGINE=MRG_MyISAM UNION=(`mysql`.`user`);'],
      ...[
        '/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`%`*/ /*!50003 TRIGGER r BEFORE INSERT ON mysql.user FOR EACH ROW SET @a=1 */;',
      ],
    ));

  it('takes no rows from elsewhere', () =>
    expectRefused(
      ...['INSERT INTO `t` SELECT * FROM `mysql`.`user`;', 'INSERT INTO `t` VALUES ((SELECT 1));'],
      ...['INSERT INTO `t` VALUES (1) ON DUPLICATE KEY UPDATE a = (SELECT 1);', 'INSERT INTO `t` VALUES (now());'],
      ...['INSERT INTO `t` SET a = 1;', 'INSERT INTO `t` TABLE `u`;', 'INSERT INTO `t` VALUES (1) RETURNING a;'],
      ...['CREATE TABLE `t` SELECT * FROM `mysql`.`user`;', 'CREATE TABLE `t` (a int) AS SELECT 1;'],
      ...['CREATE TABLE `t` (a int) SELECT 1;', 'CREATE TABLE `t` LIKE `mysql`.`user`;'],
      ...["CREATE VIEW `v` AS select 1 INTO OUTFILE '/tmp/owned';", 'CREATE TABLE `t` (a int) IGNORE (SELECT 1);'],
    ));

  it('hides nothing in comments that are code', () =>
    expectRefused(
      ...['/*!50000 GRANT ALL ON *.* TO a */;', '/*! GRANT ALL ON *.* TO a */;', '/*M! GRANT ALL ON *.* TO a */;'],
      ...['/* it is only a comment */ GRANT ALL ON *.* TO a;', '-- x\nGRANT ALL ON *.* TO a;', '# x\nUSE mysql;'],
      ...['/*!50000 INSERT INTO `mysql`.`user` VALUES (1) */;', 'INSERT /*! INTO mysql.user SELECT 1 */ VALUES (1);'],
      ...[
        'INSERT INTO `t` VALUES (1 /*! + (SELECT 1) */);',
        "INSERT INTO `t` VALUES (1 /*!99998 ' */, @@version -- ' */);",
      ],
      ...["CREATE TABLE `t` (a int) COMMENT=/*!99998 ' */ 'x' SELECT 1 /*!99998 ' */ 'y';"],
      ...["CREATE TABLE `t` (a int) COMMENT=/*!200000 ' */ 'x' SELECT 1 COMMENT=/*!200000 ' */ 'y';"],
      ...["INSERT INTO `t` /*!99998 ' */ SELECT * FROM `mysql`.`user` -- /*!99998 ' */ VALUES (1);"],
      ...["CREATE FUNCTION /*!99998 ' */ `f` RETURNS STRING SONAME 'a' /*!99998 ' */;"],
    ));

  it('does not change by stealth where a string ends', () =>
    expectRefused(
      ...['SET sql_mode=NO_BACKSLASH_ESCAPES;', "SET sql_mode='N\\O_BACKSLASH_ESCAPES';", 'SET sql_mode=1048576;'],
      ...[
        'SET sql_mode=@@GLOBAL.sql_mode;',
        'SET @a=@@GLOBAL.sql_mode;',
        'SET sql_mode=DEFAULT;',
        'SET NAMES DEFAULT;',
      ],
      ...["SET sql_mode/**/='NO_BACKSLASH_ESCAPES';", "/*!200000 SET sql_mode='NO_BACKSLASH_ESCAPES' */;"],
      ...[
        "/*!80000 SET sql_mode='NO_BACKSLASH_ESCAPES' */ /*! SET @a = 1 */;",
        "SET sql_mode=CONCAT('ANSI','_QUOTES');",
      ],
      ...['SET character_set_client = DEFAULT;', '/*!101000 SET NAMES gbk */;', "SET CHARACTER SET 'gbk';"],
    ));

  it('hides nothing at the end of a long statement', () =>
    expectRefused(
      `SET ${"SQL_MODE = '', ".repeat(1000)}GLOBAL general_log = 1;`,
      `SET ${"SQL_MODE = '', ".repeat(1000)}SQL_MODE = '' FOR SELECT 1;`,
      `CREATE TABLE \`t\` (a int) ${'AVG_ROW_LENGTH=1 '.repeat(1000)}TABLE \`mysql\`.\`user\`;`,
      `CREATE TABLE \`t\` (a int) ${'AVG_ROW_LENGTH=1 '.repeat(1000)}AS VALUES ROW(1);`,
      `CREATE VIEW \`v\` AS select ${'1,'.repeat(5000)}1 INTO OUTFILE '/tmp/owned';`,
    ));

  it('does not use letters that end like a backslash', async () => {
    const bytes = Buffer.concat([
      Buffer.from(`${HEADER}SET NAMES gbk;\nINSERT INTO \`t\` VALUES ('`),
      Buffer.from([0xbf, 0x5c, 0x27]),
      Buffer.from(`, (SELECT 1), ');\n${MARKER}`),
    ]);
    const error = await filtered([bytes]).catch(error => error);
    expect(error.message).to.match(/character set gbk and has letters that end like a backslash/);
  });

  it('fills no view, and no table behind a trigger of it', () =>
    expectRefused(
      'CREATE VIEW `v` AS select `user` AS `user` from `mysql`.`user`;\nINSERT INTO `v` VALUES (1);',
      'CREATE VIEW `v` AS select 1 AS `a`;\nINSERT INTO `V` VALUES (1);',
      'CREATE TABLE `t` (`a` int);\nCREATE TRIGGER `r` BEFORE INSERT ON `t` FOR EACH ROW SET @a = 1;\nINSERT INTO `t` VALUES (1);',
      'INSERT INTO `t` VALUES (0);\nCREATE TRIGGER `r` BEFORE INSERT ON `shop`.`t` FOR EACH ROW SET @a = 1;\nINSERT INTO `t` VALUES (1);',
    ));

  it('is not believed when it claims to be of another server', async () => {
    const claimed = async (statements: string, header: string, options: Partial<FilterOptions>) =>
      (await refusal(statements, { acrossFlavours: true, ...options }, header)).message;
    expect(await refusal('COMMIT;', {}, MYSQL_HEADER))
      .to.have.property('message')
      .that.contains('the dump is of MySQL');
    expect(await refusal("INSERT INTO `t` VALUES ('a');", {}, MYSQL_HEADER))
      .to.have.property('message')
      .that.contains('the dump is of MySQL');
    // A plain comment to MariaDB, code to MySQL, and the other way round.
    for (const [statement, header, target] of [
      ['CREATE TABLE `t` (a int) /*!80000 SELECT 1 */;', HEADER, MYSQL_TARGET],
      ['CREATE TABLE `t` (a int) /*M! SELECT 1 */;', MYSQL_HEADER, undefined],
      ["CREATE TABLE `t` (a int) /*M! COMMENT='*/;", MYSQL_HEADER, undefined],
      ["INSERT INTO `t` VALUES ($$ ', $$, @@datadir, $$ ' $$);", MYSQL_HEADER, undefined],
      ["CREATE TABLE `t` (a int) COMMENT=$$ ' $$ SELECT 1 -- $$ ' $$;", MYSQL_HEADER, undefined],
      ["INSERT INTO `t` VALUES ($$ ', $$, (SELECT 1), $$ ' $$);", MYSQL_HEADER, undefined],
    ] as const)
      expect(await claimed(statement, header, target === undefined ? {} : { target }), statement).to.match(
        /is refused|ends in the middle/,
      );
  });

  it('is refused with the place, how the statement begins, why, and what to do', async () => {
    const error = await refusal("GRANT ALL ON *.* TO a IDENTIFIED BY 'secret';");
    expect(error.message).to.equal(
      `the statement at byte ${HEADER.length} of the dump is refused, GRANT ALL ON * . * TO a: mysqldump writes no such statement`,
    );
    expect(error).to.have.property('advice').that.contains('Restore another backup');
  });

  it('is seen through: none of what mysqldump writes around it is refused', async () => {
    const harmless = `/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
DROP TABLE IF EXISTS \`t\`;
CREATE TABLE \`t\` (\`a\` varchar(200) DEFAULT 'GRANT ALL; \\\\! ls /*! USE mysql */') COMMENT='; SELECT 1';
INSERT INTO \`t\` VALUES ('\\\\! touch /tmp/owned; GRANT ALL ON *.* TO a; -- '),('/*!50000 GRANT */ (SELECT 1)');
CREATE VIEW \`v\` AS select \`a\` from \`t\`;`;
    const { sent } = await filtered([Buffer.from(`${HEADER}${harmless}\n${MARKER}`)]);
    expect(sent.map(({ kind }) => kind)).to.deep.equal(['set', 'drop', 'create', 'insert', 'create']);
  });
});
