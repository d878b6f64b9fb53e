import { expect } from 'chai';
import fc from 'fast-check';
import { type Filtered, filtered, MARIADB_TARGET, MYSQL_TARGET } from '../../testing/databases/filtered.ts';
import { AFTER, BEFORE, MYSQL_9 } from '../../testing/databases/mysql9-dump.ts';
import { ExplainedError } from '../errors.ts';
import type { FilterOptions } from './filter-options.ts';

const HEADER = `-- MariaDB dump 10.19  Distrib 10.11.14-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: localhost    Database: shop
-- ------------------------------------------------------
-- Server version	10.11.14-MariaDB-0+deb12u2
`;
const MYSQL_HEADER = HEADER.replace(/^.*/, '-- MySQL dump 10.13  Distrib 9.7.4, for Linux (x86_64)').replace(
  /(?<=version\t).*/,
  '9.7.4-2',
);
const MARKER = '-- Dump completed on 2026-01-01  0:00:00\n';

describe('restore filter', () => {
  const filter = (statements: string, options: Partial<FilterOptions> = {}) =>
    filtered([Buffer.from(statements.startsWith('-- M') ? statements : `${HEADER}${statements}\n${MARKER}`)], options);
  const sentOf = ({ sent }: Filtered) => sent.map(({ bytes }) => bytes.toString().trim());
  const body = (text: string) => `DELIMITER ;;\n${text} ;;\nDELIMITER ;\n`;
  const failure = async (...args: Parameters<typeof filter>): Promise<ExplainedError> => {
    const error = await filter(...args).catch(error => error);
    expect(error).to.be.instanceOf(ExplainedError);
    return error;
  };

  it('leaves alone what needs no change', async () => {
    const statements = [
      "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */",
      '/*M!100616 SET @OLD_NOTE_VERBOSITY=@@NOTE_VERBOSITY, NOTE_VERBOSITY=0 */',
      'DROP TABLE IF EXISTS `t`',
      "CREATE TABLE `t` (\n  `a` int(11) DEFAULT 1.5 COMMENT 'a.b',\n  KEY `k` (`a`)\n) ENGINE=InnoDB",
      '/*!40000 ALTER TABLE `t` DISABLE KEYS */',
      "INSERT INTO `t` VALUES (1),(-2.5e3),('x\\'y')",
      '/*!40000 ALTER TABLE `t` ENABLE KEYS */',
      'SELECT SETVAL(`s`, 5, 0)',
      "/*!40103 SET TIME_ZONE='+00:00' */",
      'COMMIT',
    ];
    const result = await filter(`${statements.join(';\n')};`, {
      target: { ...MARIADB_TARGET, version: '11.8.1-MariaDB' },
    });
    expect(sentOf(result)).to.deep.equal(statements);
    expect(result.changes).to.deep.equal([]);
  });

  it('leaves out and lists what is not for the new server', async () => {
    const result = await filter(
      `SET @MYSQLDUMP_TEMP_LOG_BIN = @@SESSION.SQL_LOG_BIN;
SET @@SESSION.SQL_LOG_BIN= 0;
SET GLOBAL gtid_slave_pos='0-1-2';
CHANGE MASTER TO MASTER_LOG_FILE='x', MASTER_LOG_POS=1;
LOCK TABLES \`t\` WRITE;
UNLOCK TABLES;
/*! FLUSH PRIVILEGES */;
/*!40000 ALTER TABLE \`t\` DISABLE KEYS */;
/*!99997 SELECT 1 */;
CREATE DATABASE /*!32312 IF NOT EXISTS*/ \`shop\` /*!40100 DEFAULT CHARACTER SET utf8mb4 */;
USE \`shop\`;
SET @@SESSION.SQL_LOG_BIN = @MYSQLDUMP_TEMP_LOG_BIN;`,
      { withoutKeys: true },
    );
    expect(sentOf(result)).to.deep.equal([]);
    expect(result.changes.map(({ action, what, count }) => [action, what.slice(0, 24), count])).to.deep.equal([
      ['dropped', 'SQL_LOG_BIN: the server ', 3],
      ['dropped', 'place in the log of the ', 2],
      ['dropped', 'LOCK TABLES and UNLOCK T', 2],
      ['dropped', 'FLUSH PRIVILEGES', 1],
      ['dropped', 'DISABLE KEYS and ENABLE ', 1],
      ['dropped', 'a comment that is code f', 1],
      ['dropped', 'CREATE DATABASE and USE:', 2],
    ]);
  });

  it('writes, leaves out or keeps the owner, in comments that are code, too', async () => {
    const dump = [
      body(
        '/*!50003 CREATE*/ /*!50017 DEFINER=`a b`@`10.%`*/ /*!50003 TRIGGER `r` BEFORE INSERT ON `t` FOR EACH ROW SET @a = 1 */',
      ),
      body('CREATE DEFINER=`role` PROCEDURE `p`() SELECT "DEFINER=`x`@`y`"'),
      body("CREATE DEFINER='a'@'b' FUNCTION `f`() RETURNS int RETURN 1"),
      '/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=a@`10.0.0.%` SQL SECURITY DEFINER */\n/*!50001 VIEW `v` AS select 1 AS `a` */;',
      body('CREATE DEFINER=CURRENT_USER() PROCEDURE `q`() SELECT 1'),
    ].join('\n');
    const kept = await filter(dump);
    expect(kept.changes).to.deep.equal([]);
    expect(kept.definers).to.deep.equal(['`a b`@`10.%`', '`role`', "'a'@'b'", 'a@`10.0.0.%`', 'CURRENT_USER()']);
    expect((await filter(dump, { tables: new Set(['other']) })).definers, 'of a table without triggers').to.deep.equal(
      [],
    );
    expect(sentOf(await filter(dump, { definer: 'drop' }))).to.deep.equal([
      '/*!50003 CREATE*/ /*!50017 */ /*!50003 TRIGGER `r` BEFORE INSERT ON `t` FOR EACH ROW SET @a = 1 */',
      'CREATE  PROCEDURE `p`() SELECT "DEFINER=`x`@`y`"',
      'CREATE  FUNCTION `f`() RETURNS int RETURN 1',
      '/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013  SQL SECURITY DEFINER */\n/*!50001 VIEW `v` AS select 1 AS `a` */',
      'CREATE  PROCEDURE `q`() SELECT 1',
    ]);
    const mapped = await filter(dump, { definer: { user: 'me', host: '%' } });
    expect(sentOf(mapped)).to.deep.equal([
      '/*!50003 CREATE*/ /*!50017 DEFINER=`me`@`%`*/ /*!50003 TRIGGER `r` BEFORE INSERT ON `t` FOR EACH ROW SET @a = 1 */',
      'CREATE DEFINER=`me`@`%` PROCEDURE `p`() SELECT "DEFINER=`x`@`y`"',
      'CREATE DEFINER=`me`@`%` FUNCTION `f`() RETURNS int RETURN 1',
      '/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`me`@`%` SQL SECURITY DEFINER */\n/*!50001 VIEW `v` AS select 1 AS `a` */',
      'CREATE DEFINER=`me`@`%` PROCEDURE `q`() SELECT 1',
    ]);
    expect(mapped.changes[0]).to.deep.equal({
      ...{ action: 'changed', what: 'DEFINER `a b`@`10.%` written as `me`@`%`', object: 'trigger r', count: 1 },
    });
  });

  it('maps a collation where it is named, and never in text', async () => {
    const dump = `SET collation_connection = utf8mb4_0900_ai_ci;
CREATE TABLE \`t\` (\`a\` text COLLATE utf8mb4_0900_ai_ci COMMENT 'COLLATE utf8mb4_0900_ai_ci') DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_as_cs;
INSERT INTO \`t\` VALUES ('COLLATE utf8mb4_0900_ai_ci');
ALTER DATABASE \`shop\` CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci ;
${body("CREATE PROCEDURE `p`() SELECT 'a' COLLATE utf8mb4_0900_ai_ci, `utf8mb4_0900_ai_ci` /* utf8mb4_0900_ai_ci */")}`;
    const collations = new Map([
      ['utf8mb4_0900_ai_ci', 'utf8mb4_unicode_ci'],
      ['*_as_cs', 'utf8mb4_bin'],
    ]);
    const result = await filter(dump, { collations });
    expect(sentOf(result)).to.deep.equal([
      'SET collation_connection = utf8mb4_unicode_ci',
      "CREATE TABLE `t` (`a` text COLLATE utf8mb4_unicode_ci COMMENT 'COLLATE utf8mb4_0900_ai_ci') DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
      "INSERT INTO `t` VALUES ('COLLATE utf8mb4_0900_ai_ci')",
      'ALTER DATABASE `shop` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci',
      "CREATE PROCEDURE `p`() SELECT 'a' COLLATE utf8mb4_unicode_ci, `utf8mb4_0900_ai_ci` /* utf8mb4_0900_ai_ci */",
    ]);
    expect(result.changes).to.deep.include({
      ...{
        action: 'changed',
        what: 'collation utf8mb4_0900_ai_ci written as utf8mb4_unicode_ci',
        object: 'table t',
        count: 1,
      },
    });
    expect((await filter(dump)).changes).to.deep.equal([]);
  });

  it('writes the new name of the database where it certainly names it, and reports where it may', async () => {
    const dump = [
      'CREATE TABLE `shop`.`t` (`a` int DEFAULT nextval(`shop`.`s`), FOREIGN KEY (`a`) REFERENCES `shop`.`u` (`a`), FOREIGN KEY (`b`) REFERENCES `other`.`u` (`b`));',
      'INSERT INTO `shop`.`t` VALUES (1);\nINSERT INTO `shop`.`t` VALUES (2);',
      'ALTER DATABASE `shop` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ;',
      body("CREATE PROCEDURE `p`() SELECT shop.t.a, 'shop.t', SHOP.t.a FROM shop.t JOIN `shop`.u /* shop.t */"),
      body('CREATE PROCEDURE `q`(shop int) SELECT shop.a FROM shop.t, other.x JOIN other.y'),
      body('CREATE TRIGGER `r` BEFORE INSERT ON `shop`.`t` FOR EACH ROW CALL shop.p()'),
    ].join('\n');
    const result = await filter(dump, { targetDatabase: 'new`shop' });
    const name = '`new``shop`';
    expect(sentOf(result)).to.deep.equal([
      `CREATE TABLE ${name}.\`t\` (\`a\` int DEFAULT nextval(${name}.\`s\`), FOREIGN KEY (\`a\`) REFERENCES ${name}.\`u\` (\`a\`), FOREIGN KEY (\`b\`) REFERENCES \`other\`.\`u\` (\`b\`))`,
      `INSERT INTO ${name}.\`t\` VALUES (1)`,
      `INSERT INTO ${name}.\`t\` VALUES (2)`,
      `ALTER DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
      `CREATE PROCEDURE \`p\`() SELECT ${name}.t.a, 'shop.t', SHOP.t.a FROM ${name}.t JOIN ${name}.u /* shop.t */`,
      `CREATE PROCEDURE \`q\`(shop int) SELECT shop.a FROM ${name}.t, other.x JOIN other.y`,
      `CREATE TRIGGER \`r\` BEFORE INSERT ON ${name}.\`t\` FOR EACH ROW CALL ${name}.p()`,
    ]);
    expect(result.changes.filter(({ action }) => action === 'reported')).to.deep.equal([
      {
        action: 'reported',
        what: 'has a foreign key to the database other, and takes new rows only where that database is on this server, too',
        object: 'table t',
        count: 1,
      },
      {
        action: 'reported',
        what: 'may name the database shop: by SHOP, which can also be something else',
        object: 'procedure p',
        count: 1,
      },
      {
        action: 'reported',
        what: 'may name the database shop: by shop, which can also be something else',
        object: 'procedure q',
        count: 1,
      },
      { action: 'reported', what: 'names the database other', object: 'procedure q', count: 1 },
    ]);
    // The header tells the name as well.
    expect(sentOf(await filter(dump, { targetDatabase: 'x', sourceDatabase: undefined }))[3]).to.contain(
      'DATABASE `x`',
    );
  });

  it('keeps a semicolon that is part of a routine', async () => {
    const dump = `${body('CREATE FUNCTION `f`() RETURNS int RETURN 1;')}${body("CREATE PROCEDURE `p`() SELECT ';' /* ; */")}`;
    expect(sentOf(await filter(dump))).to.deep.equal([
      'CREATE FUNCTION `f`() RETURNS int RETURN 1;/**/',
      "CREATE PROCEDURE `p`() SELECT ';' /* ; */",
    ]);
  });

  it('reports a table whose rows are elsewhere', async () => {
    const { changes } = await filter(`CREATE TABLE \`a\` (\`x\` int) ENGINE=FEDERATED CONNECTION='mysql://evil/a';
CREATE TABLE \`b\` (\`x\` int) ENGINE=MyISAM DATA DIRECTORY='/srv/' INDEX DIRECTORY='/srv/';
CREATE TABLE \`c\` (\`engine\` int COMMENT 'ENGINE=CONNECT') ENGINE=InnoDB;`);
    expect(changes.map(({ action, what, object, count }) => [action, what, object, count])).to.deep.equal([
      ['reported', 'has its rows outside of the database, by the engine FEDERATED', 'table a', 1],
      ['changed', "DATA DIRECTORY '/srv/' left out: its files are in the server's own folder", 'table b', 1],
      ['changed', "INDEX DIRECTORY '/srv/' left out: its files are in the server's own folder", 'table b', 1],
    ]);
  });

  describe('lets no dump say where the files of a table lie', () => {
    const sent = async (statement: string, options: Partial<FilterOptions> = {}) =>
      sentOf(await filter(`${statement};`, options));

    it('of MariaDB, with any way to write it, and leaves alone what only looks alike', async () => {
      const looksAlike = "`data` int COMMENT 'DATA DIRECTORY=''/x''', `DIRECTORY` int DEFAULT 1";
      expect(
        await sent(
          `CREATE TABLE \`t\` (${looksAlike}) ENGINE=MyISAM DATA DIRECTORY='/srv/it''s' INDEX  directory '/b\\'c' COMMENT='TABLESPACE x'`,
        ),
      ).to.deep.equal([`CREATE TABLE \`t\` (${looksAlike}) ENGINE=MyISAM   COMMENT='TABLESPACE x'`]);
      expect(
        await sent(
          "CREATE TABLE `p` (\n  `a` int\n) ENGINE=InnoDB\n PARTITION BY LIST (`a`)\n(PARTITION `x` VALUES IN (1) DATA DIRECTORY = '/srv' ENGINE = InnoDB)",
        ),
      ).to.deep.equal([
        'CREATE TABLE `p` (\n  `a` int\n) ENGINE=InnoDB\n PARTITION BY LIST (`a`)\n(PARTITION `x` VALUES IN (1)  ENGINE = InnoDB)',
      ]);
    });

    it('of MySQL, also in comments that are code, with its tablespaces', async () => {
      const target = { target: MYSQL_TARGET };
      const statement =
        "CREATE TABLE `t` (`a` int) /*!50100 TABLESPACE `ts1` */ ENGINE=InnoDB /*!80023 AUTOEXTEND_SIZE=4M */\n/*!50100 PARTITION BY HASH (`a`)\n(PARTITION p0 DATA DIRECTORY = '/srv' TABLESPACE = `innodb_file_per_table` ENGINE = InnoDB) */";
      const { sent, changes } = await filter(`${MYSQL_HEADER}${statement};\n${MARKER}`, target);
      const created = sent.map(({ bytes }) => bytes.toString()).find(text => text.includes('CREATE TABLE'));
      expect(created?.trim()).to.equal(
        'CREATE TABLE `t` (`a` int) /*!50100  */ ENGINE=InnoDB /*!80023 AUTOEXTEND_SIZE=4M */\n/*!50100 PARTITION BY HASH (`a`)\n(PARTITION p0  TABLESPACE = `innodb_file_per_table` ENGINE = InnoDB) */',
      );
      expect(changes.map(({ what }) => what)).to.include('TABLESPACE ts1 left out: the table has a file of its own');
    });

    it('by cutting it with a comment', async () => {
      for (const folder of [
        "DATA /*!50000 DIRECTORY='/x' */",
        "/*!50000 DATA */ DIRECTORY='/x'",
        "DATA DIRECTORY=/**/'/x'",
      ])
        expect((await failure(`CREATE TABLE \`t\` (\`a\` int) ${folder};`)).message).to.contain('is cut by a comment');
    });

    it('and leaves out the encryption only where it is told that the server has no key', async () => {
      const statement = 'CREATE TABLE `t` (`ENCRYPTED` int) ENGINE=InnoDB `ENCRYPTED`=YES `ENCRYPTION_KEY_ID`=2';
      expect(await sent(statement)).to.deep.equal([statement]);
      expect(await sent(statement, { isEncryptionKept: false })).to.deep.equal([
        'CREATE TABLE `t` (`ENCRYPTED` int) ENGINE=InnoDB',
      ]);
    });
  });

  describe('chooses', () => {
    const dump = `DROP TABLE IF EXISTS \`a\`;
CREATE TABLE \`a\` (\`x\` int);
/*!40000 ALTER TABLE \`a\` DISABLE KEYS */;
INSERT INTO \`a\` VALUES (1);
INSERT INTO \`a\` VALUES (2);
/*!40000 ALTER TABLE \`a\` ENABLE KEYS */;
/*!50032 DROP TRIGGER IF EXISTS ra */;
/*!50003 SET sql_mode = '' */ ;
${body('CREATE TRIGGER `ra` BEFORE INSERT ON `a` FOR EACH ROW SET @a = 1')}
DROP TABLE IF EXISTS \`b\`;
CREATE TABLE \`b\` (\`x\` int);
INSERT INTO \`b\` VALUES (1);
/*!50032 DROP TRIGGER IF EXISTS rb */;
${body('CREATE TRIGGER `rb` BEFORE INSERT ON `b` FOR EACH ROW SET @a = 1')}
DROP TABLE IF EXISTS \`v\`;
/*!50001 DROP VIEW IF EXISTS \`v\`*/;
/*!50001 CREATE VIEW \`v\` AS SELECT
 1 AS \`x\`*/;
/*!50003 DROP PROCEDURE IF EXISTS \`p\` */;
${body('CREATE PROCEDURE `p`() SELECT 1')}
/*!50001 CREATE VIEW \`v\` AS select \`x\` from \`a\` */;`;

    it('only the tables that were asked for, with their rows and triggers', async () => {
      const { sent, changes } = await filter(dump, { tables: new Set(['a']) });
      expect(sent.map(({ kind, object, bytes }) => [kind, object?.name ?? bytes.toString()])).to.deep.equal([
        ...[
          ['drop', 'a'],
          ['create', 'a'],
          ['keys', 'a'],
          ['insert', 'a'],
          ['insert', 'a'],
          ['keys', 'a'],
        ],
        ...[
          ['set', "/*!50003 SET sql_mode = '' */ "],
          ['drop', 'ra'],
          ['create', 'ra'],
        ],
      ]);
      expect(changes.map(({ what, object, count }) => [what, object, count])).to.deep.equal(
        [
          ['table b', 3],
          ['trigger rb', 1],
          ['table v', 1],
          ['view v', 3],
          ['procedure p', 2],
        ].map(([object, count]) => ['not one of the chosen tables', object, count]),
      );
    });

    it('definitions only, or rows only', async () => {
      const kinds = async (parts: 'schema' | 'data') =>
        new Set((await filter(dump, { parts })).sent.map(({ kind }) => kind));
      expect(await kinds('schema')).to.deep.equal(new Set(['drop', 'create', 'set']));
      expect(await kinds('data')).to.deep.equal(new Set(['keys', 'insert', 'set']));
      const both = await filter(dump, { parts: 'data', tables: new Set(['b']) });
      expect(sentOf(both)).to.deep.equal(["/*!50003 SET sql_mode = '' */", 'INSERT INTO `b` VALUES (1)']);
    });
  });

  describe('with rows above max_allowed_packet', () => {
    const target = { ...MARIADB_TARGET, maxPacketBytes: 2000 };

    it('sends the same rows in several statements', async () => {
      const text = fc
        .array(fc.constantFrom("\\'", '\\\\', '),(', ';', '"', '`', '(', ',', '🐈', 'x'.repeat(90)), { maxLength: 5 })
        .map(parts => `('${parts.join('')}',NULL,_binary '(',-1.5e3)`);
      await fc.assert(
        fc.asyncProperty(
          fc.array(text, { minLength: 1, maxLength: 60 }),
          fc.constantFrom(',', ',\n'),
          async (rows, comma) => {
            const dump = `INSERT INTO \`shop\`.\`t\` (\`a\`,\n\`(b\`) VALUES ${rows.join(comma)};`;
            const { sent } = await filter(dump, { target, targetDatabase: 'longer_than_shop' });
            const head = 'INSERT INTO `longer_than_shop`.`t` (`a`,\n`(b`) VALUES ';
            for (const { bytes } of sent) {
              expect(bytes.length).to.be.lessThan(1000);
              expect(bytes.toString().startsWith(`${head}('`)).to.equal(true);
            }
            expect(sent.map(({ bytes }) => bytes.toString().slice(head.length)).join(comma)).to.equal(rows.join(comma));
            expect(sent.reduce((sum, one) => sum + one.rows, 0)).to.equal(rows.length);
          },
        ),
        { numRuns: 200 },
      );
    });

    it('refuses a single row that is longer, with its table, its size and what to set', async () => {
      const row = `('${'x'.repeat(3000)}')`;
      const error = await failure(`INSERT INTO \`t\` VALUES (1),${row},(2);`, { target });
      expect(error.message).to.match(
        /^a row of table t has 3\.0 KiB in the dump, and the server accepts at most 2\.0 KiB \(max_allowed_packet\); it begins at byte \d+ of the dump$/,
      );
      expect(error.advice).to.contain('SET GLOBAL max_allowed_packet = 4096;');
    });

    it('refuses a definition that is longer', async () => {
      const error = await failure(body(`CREATE PROCEDURE \`p\`() SELECT '${'x'.repeat(3000)}'`), { target });
      expect(error.message).to.match(/^procedure p has 3\.0 KiB/);
    });
  });

  describe('with events', () => {
    const event = (name: string, rest: string) =>
      body(
        `/*!50106 CREATE*/ /*!50117 DEFINER=\`a\`@\`b\`*/ /*!50106 EVENT \`${name}\` ON SCHEDULE EVERY 1 DAY ${rest} */`,
      );
    const DUMP = `/*!50106 SET @save_time_zone= @@TIME_ZONE */ ;
ALTER DATABASE \`shop\` CHARACTER SET latin1 COLLATE latin1_bin ;
/*!50003 SET character_set_client  = latin1 */ ;
/*!50003 SET collation_connection  = latin1_bin */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'ANSI' */ ;
/*!50003 SET @saved_time_zone      = @@time_zone */ ;
/*!50003 SET time_zone             = 'SYSTEM' */ ;
${event('plain', "COMMENT 'enable' DO SET @a = 'enable'")}
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
ALTER DATABASE \`shop\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ;
${event('on', "ON COMPLETION PRESERVE ENABLE COMMENT 'x' DO BEGIN SET @enable = 1; END")}
${event('off', 'DISABLE DO SET @a = 1')}
CREATE TABLE \`behind\` (\`a\` int);`;

    it('creates those that are enabled at the very end, under what was set for each', async () => {
      const { sent, changes } = await filter(DUMP);
      const texts = sent.map(({ bytes }) => bytes.toString().trim());
      const isOff = (text: string) => text.includes('`off`');
      expect(texts.findIndex(isOff)).to.be.lessThan(texts.findIndex(text => text.includes('behind')));
      const behind = texts.findIndex(text => text.includes('behind'));
      expect(texts.slice(behind + 1, behind + 7)).to.deep.equal([
        'ALTER DATABASE `shop` CHARACTER SET latin1 COLLATE latin1_bin',
        "SET character_set_client=latin1, collation_connection=latin1_bin, sql_mode='ANSI', time_zone='SYSTEM'",
        "/*!50106 CREATE*/ /*!50117 DEFINER=`a`@`b`*/ /*!50106 EVENT `plain` ON SCHEDULE EVERY 1 DAY COMMENT 'enable' DO SET @a = 'enable' */",
        'ALTER DATABASE `shop` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
        "SET character_set_client=latin1, collation_connection=latin1_bin, time_zone='SYSTEM'",
        "/*!50106 CREATE*/ /*!50117 DEFINER=`a`@`b`*/ /*!50106 EVENT `on` ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE ENABLE COMMENT 'x' DO BEGIN SET @enable = 1; END */",
      ]);
      expect(texts[behind + 7]).to.equal('SET NAMES utf8mb4');
      expect(changes.map(({ what, object }) => [what, object])).to.deep.equal([
        ['created at the very end', 'event plain'],
        ['created at the very end', 'event on'],
      ]);
    });

    it('creates all of them disabled where that is asked for', async () => {
      const { sent } = await filter(DUMP, { events: 'disabled' });
      const created = sent
        .filter(({ object }) => object?.kind === 'events')
        .map(({ bytes }) => bytes.toString().trim());
      expect(created.map(text => text.slice(text.indexOf('EVENT')))).to.deep.equal([
        "EVENT `plain` ON SCHEDULE EVERY 1 DAY DISABLE COMMENT 'enable' DO SET @a = 'enable' */",
        "EVENT `on` ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE DISABLE COMMENT 'x' DO BEGIN SET @enable = 1; END */",
        'EVENT `off` ON SCHEDULE EVERY 1 DAY DISABLE DO SET @a = 1 */',
      ]);
    });
  });

  it('keeps current rows of system-versioned tables current on MariaDB 11.5, where the end of time is another one', async () => {
    const [end, later] = ["'2038-01-19 03:14:07.999999'", "'2106-02-07 06:28:15.999999'"];
    const dump = `CREATE TABLE \`t\` (\`a\` int, \`b\` datetime(6)) WITH SYSTEM VERSIONING;
INSERT INTO \`t\` (\`a\`, \`b\`, row_start, row_end) VALUES (1,${end},'2024-01-01 00:00:00.000000','2024-02-01 00:00:00.000000'),
(2,'),(${end.replaceAll("'", "\\'")}','2024-01-01 00:00:00.000000',${end}),(3,NULL,'2024-01-01 00:00:00.000000',${end});
CREATE TABLE \`u\` (\`until\` timestamp(6) GENERATED ALWAYS AS ROW END, \`a\` int, PERIOD FOR SYSTEM_TIME (\`since\`, \`until\`)) WITH SYSTEM VERSIONING;
INSERT INTO \`u\` (\`until\`, \`a\`) VALUES (${end},2);
CREATE TABLE \`v\` (\`until\` datetime(6));
INSERT INTO \`v\` VALUES (${end});`;
    const rows = ({ sent }: Filtered) =>
      sent.filter(({ kind }) => kind === 'insert').map(({ bytes }) => bytes.toString());
    const old = await filter(dump);
    const [t, u, v] = rows(old);
    expect([t, u, v].join()).not.to.contain('2106');
    for (const version of ['11.5.2-MariaDB', '11.8.9-MariaDB', '11.4.4-2-MariaDB-enterprise-log']) {
      const result = await filter(dump, { target: { ...MARIADB_TARGET, version } });
      expect(rows(result), version).to.deep.equal([t!.replaceAll(`,${end})`, `,${later})`), u!.replace(end, later), v]);
      expect(result.changes.map(({ what, object, count }) => [what, object, count])).to.deep.equal([
        ['the end of current rows written as 2106, not 2038: MDEV-32188', 'table t', 1],
        ['the end of current rows written as 2106, not 2038: MDEV-32188', 'table u', 1],
      ]);
    }
    expect(rows(await filter(dump, { target: { ...MARIADB_TARGET, version: '11.4.8-MariaDB' } }))).to.deep.equal([
      t,
      u,
      v,
    ]);
  });

  describe('with the other flavour', () => {
    it('takes a dump only when asked to', async () => {
      expect((await failure(MYSQL_9)).advice).to.contain('Restore into MySQL');
      expect((await failure('COMMIT;', { target: MYSQL_TARGET })).message).to.contain(
        'the dump is of MariaDB, and the server is MySQL',
      );
    });

    it('lists what MySQL does not have of MariaDB', async () => {
      const dump = `/*M!100616 SET @OLD_NOTE_VERBOSITY=@@NOTE_VERBOSITY, NOTE_VERBOSITY=0 */;
DROP SEQUENCE IF EXISTS \`s\`;
CREATE SEQUENCE \`s\` start with 1 minvalue 1 increment by 1 cache 1000 nocycle ENGINE=InnoDB;
SELECT SETVAL(\`s\`, 1, 0);
CREATE TABLE \`t\` (\`a\` int WITHOUT SYSTEM VERSIONING, \`b\` text /*M!100301 COMPRESSED*/) ENGINE=InnoDB WITH SYSTEM VERSIONING;
CREATE TABLE \`u\` (\`a\` int DEFAULT nextval(\`shop\`.\`s\`), \`v\` vector(2), VECTOR KEY \`v\` (\`v\`), KEY \`a\` (\`a\`)) ENGINE=InnoDB;
CREATE TABLE \`w\` (\`a\` timestamp DEFAULT current_timestamp() ON UPDATE current_timestamp(), \`b\` uuid DEFAULT uuid(), \`c\` int GENERATED ALWAYS AS (abs(\`a\` + (1))) STORED COMMENT 'x, (') ENGINE=InnoDB;
/*!50003 SET sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_CREATE_USER' */ ;
SET sql_mode='ORACLE';
${body('CREATE PACKAGE "pkg" AS PROCEDURE p1; END')}`;
      const result = await filter(dump, { target: MYSQL_TARGET, acrossFlavours: true, targetDatabase: 'new_shop' });
      expect(sentOf(result)).to.deep.equal([
        'CREATE TABLE `t` (`a` int , `b` text /*M!100301 COMPRESSED*/) ENGINE=InnoDB',
        'CREATE TABLE `u` (`a` int , `v` vector(2), KEY `a` (`a`)) ENGINE=InnoDB',
        "CREATE TABLE `w` (`a` timestamp DEFAULT current_timestamp() ON UPDATE current_timestamp(), `b` char(36) DEFAULT (uuid()), `c` int  COMMENT 'x, (') ENGINE=InnoDB",
        "/*!50003 SET sql_mode = 'STRICT_TRANS_TABLES' */",
        "SET sql_mode=''",
      ]);
      expect(result.changes.map(({ action, what, object }) => [action, what, object])).to.deep.equal([
        ['dropped', 'a comment that is code for other servers only', undefined],
        ['dropped', 'MySQL has no sequences', 'sequence s'],
        ['changed', 'system versioning left out, which MySQL does not have', 'table t'],
        ['reported', 'has comments that are code for other servers only', 'table t'],
        ['changed', 'shop written as new_shop', 'table u'],
        ['changed', 'vector key left out, which MySQL does not have', 'table u'],
        ['changed', 'column a: default from a sequence left out', 'table u'],
        ['changed', 'column b: type uuid written as char(36)', 'table w'],
        ['changed', 'column c: generated column written as a plain one', 'table w'],
        ['changed', 'SQL mode NO_AUTO_CREATE_USER left out, which MySQL does not have', undefined],
        ['changed', 'SQL mode ORACLE left out, which MySQL does not have', undefined],
        ['dropped', 'MySQL has no packages', 'package pkg'],
      ]);
      const versioned = 'CREATE TABLE `t` (`a` int, PERIOD FOR SYSTEM_TIME (`x`, `y`)) WITH SYSTEM VERSIONING;';
      expect((await failure(versioned, { target: MYSQL_TARGET, acrossFlavours: true })).message).to.contain(
        'MySQL has no system versioning',
      );
    });

    it('writes keys, options and defaults of MariaDB as MySQL has them', async () => {
      const dump = `CREATE TABLE \`t\` (\`a\` int, \`b\` text DEFAULT 'x', \`c\` blob DEFAULT X'00ff', \`d\` text DEFAULT concat('a','b'), \`e\` longtext DEFAULT NULL, KEY \`i\` (\`a\`) IGNORED, UNIQUE KEY \`j\` (\`b\`) USING HASH, UNIQUE KEY \`k\` (\`c\`(9))) ENGINE=InnoDB \`page_compressed\`='1';
CREATE TABLE \`u\` (\`a\` int) ENGINE=Aria PAGE_CHECKSUM=1 ROW_FORMAT=PAGE TRANSACTIONAL=1 COMMENT='x';
SET sql_mode='ORACLE';
${body('CREATE DEFINER=`a`@`b` PROCEDURE "p"(a in out int) as begin null; end')}`;
      const result = await filter(dump, { target: MYSQL_TARGET, acrossFlavours: true });
      expect(sentOf(result).filter(text => text.startsWith('CREATE'))).to.deep.equal([
        "CREATE TABLE `t` (`a` int, `b` text DEFAULT ('x'), `c` blob DEFAULT (X'00ff'), `d` text DEFAULT (concat('a','b')), `e` longtext DEFAULT NULL, KEY `i` (`a`) INVISIBLE, UNIQUE KEY `k` (`c`(9))) ENGINE=InnoDB",
        "CREATE TABLE `u` (`a` int) ENGINE=InnoDB    COMMENT='x'",
      ]);
      expect(result.changes.map(({ what, object }) => [what, object])).to.deep.equal([
        ['unique key on a whole TEXT or BLOB left out, which MySQL does not have', 'table t'],
        ["`page_compressed`='1' left out, which MySQL does not have", 'table t'],
        ['engine Aria written as InnoDB', 'table u'],
        ['PAGE_CHECKSUM=1 left out, which MySQL does not have', 'table u'],
        ['ROW_FORMAT=PAGE left out, which MySQL does not have', 'table u'],
        ['TRANSACTIONAL=1 left out, which MySQL does not have', 'table u'],
        ['SQL mode ORACLE left out, which MySQL does not have', undefined],
        ['MySQL has no SQL mode ORACLE, in which it is written', 'procedure p'],
      ]);
    });

    it('refuses for MySQL a table with periods, and rows with a history', async () => {
      const toMySql = { target: MYSQL_TARGET, acrossFlavours: true } as const;
      const periods = 'CREATE TABLE `t` (`a` date, `b` date, PERIOD FOR `p` (`a`, `b`));';
      expect((await failure(periods, toMySql)).message).to.contain('MySQL has no periods');
      const own = 'CREATE TABLE `t` (`row_start` int, `b` int); INSERT INTO `t` (`row_start`, `b`) VALUES (1,2);';
      expect((await filter(own, toMySql)).sent).to.have.length(2);
      const history =
        'CREATE TABLE `t` (`a` int) WITH SYSTEM VERSIONING; INSERT INTO `t` (`a`, row_start, row_end) VALUES (1,2,3);';
      expect((await failure(history, toMySql)).message).to.contain('these rows have a history');
    });

    it('writes texts in expressions of MySQL without their character set, which MariaDB would keep wrongly', async () => {
      const table =
        "CREATE TABLE `u` (`a` varchar(9) DEFAULT (concat(_utf8mb4'é',_latin1'a',_binary'it\\'s')) COMMENT '_utf8mb4', `v` vector(3), `g` geomcollection, FULLTEXT KEY `t` (`a`) /*!50100 WITH PARSER `ngram` */ , CHECK ((`a` <> _utf8mb4'\\n')));";
      const dump = MYSQL_9.replace('-- Dump completed', () => `${table}\n-- Dump completed`);
      const written = async (version: string) =>
        sentOf(await filter(dump, { acrossFlavours: true, target: { ...MARIADB_TARGET, version } })).find(text =>
          text.includes('`u`'),
        );
      const [old, newer] = [await written('10.11.14-MariaDB'), await written('11.8.3-MariaDB')];
      expect(old).to.equal(
        "CREATE TABLE `u` (`a` varchar(9) DEFAULT (concat('é',_latin1'a',convert('it\\'s' using binary))) COMMENT '_utf8mb4', `v` varbinary(12), `g` geometrycollection, FULLTEXT KEY `t` (`a`) /*!50100  */ , CHECK ((`a` <> '\\n')))",
      );
      expect(newer).to.contain('`v` vector(3)');
      expect(sentOf(await filter(dump, { target: MYSQL_TARGET })).join()).to.contain("_utf8mb4'é'");
    });

    it('lists what MariaDB does not have of MySQL', async () => {
      const more = `/*!80002 ANALYZE TABLE \`t\` UPDATE HISTOGRAM ON \`v\` WITH 100 BUCKETS */;
CREATE TABLE \`u\` (\`a\` int /*!80023 INVISIBLE */, KEY \`k\` ((\`a\` + 1)), UNIQUE KEY \`l\` (\`a\`,(\`a\` * 2)), KEY \`m\` (\`a\`), CONSTRAINT \`c\` CHECK ((\`a\` > 0)));
${BEFORE}
CREATE DEFINER=\`root\`@\`localhost\` FUNCTION \`js\`() RETURNS int LANGUAGE JAVASCRIPT AS $$ return 1; $$ ;;
${AFTER}
`;
      const dump = MYSQL_9.replace('-- Dump completed', () => `${more}-- Dump completed`);
      const result = await filter(dump, { acrossFlavours: true });
      expect(sentOf(result)).to.include(
        'CREATE TABLE `u` (`a` int /*!80023 INVISIBLE */, KEY `m` (`a`), CONSTRAINT `c` CHECK ((`a` > 0)))',
      );
      expect(result.changes).to.deep.include({
        action: 'changed',
        what: 'key on an expression left out, which MariaDB does not have',
        object: 'table u',
        count: 2,
      });
      expect(
        result.changes.filter(({ action }) => action !== 'changed').map(({ what, object }) => [what, object]),
      ).to.deep.equal([
        ['SQL_LOG_BIN: the server logs what is restored', undefined],
        ['LOCK TABLES and UNLOCK TABLES', undefined],
        ['MariaDB makes its own histograms', undefined],
        ['has comments that are code for other servers only', 'table u'],
        ['MariaDB has no routines in JavaScript', 'function js'],
      ]);
    });
  });

  it('passes the whole dump of MySQL 9 to MySQL 9', async () => {
    const { sent, changes } = await filter(MYSQL_9, { target: MYSQL_TARGET });
    expect(sent.map(({ object }) => object?.name).filter(name => name !== undefined)).to.include.members([
      't',
      'shout',
      'v',
      'e',
      'f',
      'p',
    ]);
    expect(changes.map(({ action, what }) => [action, what])).to.deep.equal([
      ['dropped', 'SQL_LOG_BIN: the server logs what is restored'],
      ['dropped', 'LOCK TABLES and UNLOCK TABLES'],
      ['changed', 'created at the very end'],
    ]);
  });
});
