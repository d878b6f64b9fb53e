import { expect } from 'chai';
import { InventoryScanner } from './inventory-scanner.ts';

const TABLE = 'CREATE TABLE `t` (\n  `a` int DEFAULT NULL\n) ENGINE=InnoDB';

describe('statements that mysqldump does not write', () => {
  const contentsOf = (dump: string) => {
    for (const cut of [7, dump.length]) {
      const scanner = new InventoryScanner();
      for (let at = 0; at < dump.length; at += cut) scanner.scan(Buffer.from(dump.slice(at, at + cut)));
      if (cut === dump.length) return scanner.end();
    }
    throw new Error('an empty dump');
  };
  const isSuspect = (dump: string) => {
    const { unexpected, misreadings, databases, occasions, isBalanced } = contentsOf(dump);
    return unexpected.length + misreadings.length + databases.length + occasions.size > 0 || !isBalanced;
  };

  it('are named by their beginning, without their strings', () => {
    const { unexpected } = contentsOf(
      `${TABLE};\nCREATE USER 'evil'@'%' IDENTIFIED BY 'secret';\nGRANT ALL ON *.* TO evil;`,
    );
    expect(unexpected).to.deep.equal(["CREATE USER '...' @ '...' IDENTIFIED BY '...'", 'GRANT ALL ON * . * TO evil']);
  });

  for (const [where, dump] of [
    ['an account', "CREATE USER evil@'%';"],
    ['a right', 'GRANT ALL ON *.* TO evil;'],
    ['another database', 'USE mysql;'],
    ['another database, made', 'CREATE DATABASE evil;'],
    ['a comment that is code', '/*!50003 CREATE USER evil */;'],
    ["a comment that is MariaDB's code", '/*M!100100 GRANT ALL ON *.* TO evil */;'],
    ['a comment that is code, behind a table', `${TABLE} /*!50100 ; DROP TABLE x */;`],
    ['a variable of the server', 'SET GLOBAL general_log = 1;'],
    ['a variable of the server, behind one of the session', "SET SQL_MODE='', @@global.local_infile=1;"],
    ['a variable that is computed', 'SET @a = (SELECT 1);'],
    ['a variable of the session', 'SET local_infile = 1;'],
    ['a password', "SET PASSWORD = 'x';"],
    ['rows that come from elsewhere', 'INSERT INTO `t` SELECT * FROM mysql.user;'],
    ['rows, and what happens to others', 'INSERT INTO `t` VALUES (1) ON DUPLICATE KEY UPDATE a = 2;'],
    ['rows, and rows from elsewhere', 'INSERT INTO `t` VALUES (1),((SELECT 1));'],
    ['a row that is computed', "INSERT INTO `t` VALUES (LOAD_FILE('/etc/passwd'));"],
    ['rows that give something back', 'INSERT INTO `t` VALUES (1) RETURNING a;'],
    ['code among rows', 'INSERT INTO `t` VALUES (1) /*!50003 , (2) */;'],
    ['a row that is set', 'INSERT INTO `t` SET a = 1;'],
    ['a statement behind rows', 'INSERT INTO `t` VALUES (1);DROP TABLE `u`;'],
    ['a table of rows from elsewhere', 'CREATE TABLE `t` (`a` int) SELECT 1;'],
    ['a table of rows from elsewhere, in parentheses', 'CREATE TABLE `t` (SELECT 1);'],
    ['a table of rows from elsewhere, by AS', 'CREATE TABLE `t` (`a` int) ENGINE=InnoDB AS TABLE u;'],
    ['a table like another', 'CREATE TABLE `t` LIKE mysql.user;'],
    ['a table of another database', 'CREATE TABLE `evil`.`t` (`a` int);'],
    ['rows of another database', 'INSERT INTO `mysql`.`user` VALUES (1);'],
    ['a table of another database, gone', 'DROP TABLE IF EXISTS `mysql`.`user`;'],
    ['two tables, gone', 'DROP TABLE IF EXISTS `a`, `b`;'],
    ['a lock of two', 'LOCK TABLES `a` WRITE, `b` WRITE;'],
    ['a lock for reading', 'LOCK TABLES `a` READ;'],
    ['the database itself, altered', 'ALTER DATABASE `d` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;'],
    ['a database, gone', 'DROP DATABASE IF EXISTS `d`;'],
    ['a table, altered', 'ALTER TABLE `t` ADD COLUMN b int;'],
    ['a file', "SELECT 1 INTO OUTFILE '/tmp/x';"],
    ['a file, by a view', "CREATE VIEW `v` AS SELECT 1 INTO OUTFILE '/tmp/x';"],
    ['a file, loaded', "LOAD DATA INFILE '/etc/passwd' INTO TABLE `t`;"],
    ['a plugin', "INSTALL PLUGIN x SONAME 'x.so';"],
    ['a function of a library', "CREATE FUNCTION f RETURNS INTEGER SONAME 'x.so';"],
    ['a server', 'CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST "x");'],
    ['a prepared statement', "PREPARE s FROM 'DROP TABLE t';"],
    ['a statement made of text', "EXECUTE IMMEDIATE 'DROP DATABASE d';"],
    ['a block', 'DELIMITER ;;\nBEGIN NOT ATOMIC DROP TABLE t; END ;;\nDELIMITER ;\n'],
    [
      'a statement behind a routine',
      'DELIMITER ;;\nCREATE PROCEDURE `p`()\nBEGIN SELECT 1; END; DROP TABLE t ;;\nDELIMITER ;\n',
    ],
    [
      'a statement behind a plain routine',
      'DELIMITER ;;\nCREATE PROCEDURE `p`() SELECT 1; GRANT ALL ON *.* TO evil ;;\nDELIMITER ;\n',
    ],
    [
      'a statement behind a routine, behind a false end',
      'DELIMITER ;;\nCREATE PROCEDURE `p`()\nBEGIN SELECT CASE WHEN 1 THEN 2 END; END; CREATE USER evil; BEGIN NOT ATOMIC END ;;\nDELIMITER ;\n',
    ],
    [
      'a statement behind a trigger',
      'DELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`%`*/ /*!50003 TRIGGER `r` BEFORE INSERT ON `t` FOR EACH ROW SET @a = 1; DROP TABLE t */;;\nDELIMITER ;\n',
    ],
    [
      'a statement behind an event',
      'DELIMITER ;;\n/*!50106 CREATE*/ /*!50106 EVENT `e` ON SCHEDULE EVERY 1 DAY DO BEGIN DO 1; END */; CREATE USER evil ;;\nDELIMITER ;\n',
    ],
    [
      'a trigger of another database',
      'DELIMITER ;;\nCREATE TRIGGER `evil`.`r` BEFORE INSERT ON `t` FOR EACH ROW SET @a = 1 ;;\nDELIMITER ;\n',
    ],
    [
      'a statement behind a package',
      'SET sql_mode=ORACLE;\nDELIMITER ;;\nCREATE PACKAGE "p" AS PROCEDURE a; END; DROP TABLE t ;;\nDELIMITER ;\n',
    ],
    ['a shell', '\\! id\n;'],
    ['a shell, by its name', 'system id\n;'],
    ['a shell, by its name and the delimiter', 'system id;'],
    ['a file, sourced', 'source /tmp/x;'],
    ['a file, sourced, on a line by itself', `source /tmp/x\n${TABLE};`],
    ['a protocol', 'tee /tmp/x;'],
    ['a pager', 'pager sh;'],
    ['a delimiter in the middle of a line', 'SELECT 1; DELIMITER x\n;'],
    ['a delimiter behind a comment', `/* */\nDELIMITER ;;\n${TABLE};;\nDELIMITER ;\n`],
    ['a shell behind a comment', '/* */ system id;'],
    ['the account of the dump', 'FLUSH PRIVILEGES;'],
    ['a sequence of another database', 'DO SETVAL(`evil`.`s`, 5, 0);'],
    ['a sequence that is computed', 'DO SETVAL(`s`, (SELECT 1), 0);'],
    ['a master', "CHANGE MASTER TO MASTER_HOST='evil', MASTER_LOG_POS=4;"],
    ['nothing that there is', 'HELLO;'],
    ['a statement of many words', `CREATE TABLE \`t\` (\`a\` int)${' PACK_KEYS=1'.repeat(100_000)} SELECT 1;`],
    ['a statement of many bytes', `CREATE TABLE \`t\` (\`a\` int COMMENT '${'x'.repeat(17 << 20)}');`],
  ] as const)
    it(`are seen: ${where}`, () => {
      expect(isSuspect(dump)).to.equal(true);
    });

  it('are not reported where a body only looks like two', () => {
    for (const body of [
      'BEGIN SELECT 1; END',
      'l: BEGIN SELECT 1; END l',
      'IF 1 THEN SELECT 1; ELSEIF 2 THEN SELECT IF(1, 2, 3); ELSE SELECT 2; END IF',
      'CASE 1 WHEN 1 THEN SELECT 1; ELSE SELECT CASE WHEN 1 THEN 2 END; END CASE',
      'WHILE 0 DO SELECT 1; END WHILE',
      'REPEAT SET @a = 1; UNTIL 1 END REPEAT',
      "REPEAT(SELECT 1) INTO OUTFILE 'x'; UNTIL 1 END REPEAT",
      'x: LOOP LEAVE x; END LOOP x',
      'BEGIN DECLARE EXIT HANDLER FOR NOT FOUND BEGIN SET @a = 1; END; SELECT begin, end FROM x; END',
      'BEGIN DECLARE CONTINUE HANDLER FOR SQLSTATE "42S01" IF 1 THEN SET @a = 1; END IF; SELECT 1; END',
      'BEGIN SET @a = CASE WHEN 1 THEN IF(1, 2, 3) ELSE CASE 1 WHEN 2 THEN 3 END END; SET @b = 1; END',
      'BEGIN FOR i IN 1..3 DO SELECT i; END FOR; SELECT 1 FOR UPDATE; END',
      'BEGIN BEGIN NOT ATOMIC SELECT 1; END; SELECT REPEAT("x", 3); END',
      'COMMENT "BEGIN; END" READS SQL DATA BEGIN SELECT 1; END',
    ])
      expect(
        contentsOf(`DELIMITER ;;\nCREATE DEFINER=\`a\`@\`%\` PROCEDURE \`p\`()\n${body} ;;\nDELIMITER ;\n`).unexpected,
        body,
      ).to.deep.equal([]);
  });

  it('are not reported where the routines of a package begin after AS or IS', () => {
    const body = `PACKAGE BODY "p" AS
        a INT:= 0;
        FUNCTION f(b IN OUT INT) RETURN INT AS BEGIN UPDATE t SET a = b; RETURN 500+b-100; END;
        PROCEDURE p(a OUT INT) IS res INT; BEGIN res := f(a); DELETE FROM t; END;
        FUNCTION g RETURN INT IS BEGIN IF a IS NULL THEN SELECT 1 AS x INTO a; END IF; RETURN a; END;
      BEGIN SET a=f(b); END`;
    const dump = (code: string) =>
      `SET sql_mode='ORACLE';\nDELIMITER ;;\nCREATE DEFINER="a"@"%" ${code} ;;\nDELIMITER ;\n`;
    expect(contentsOf(dump(body)).unexpected).to.deep.equal([]);
    expect(contentsOf(dump(`${body}; DROP TABLE t`)).unexpected).to.have.length(1);
  });

  it('are not reported where a block of PL/SQL follows a label, or a sequence has options of its engine', () => {
    const body = `PROCEDURE "p"() AS a INT; BEGIN <<one>> BEGIN SELECT a; EXCEPTION WHEN NO_DATA_FOUND THEN BEGIN GOTO two; END; END; SET a = 1; <<two>> RETURN; END`;
    const dump = (code: string) =>
      `SET sql_mode='ORACLE';\nDELIMITER ;;\nCREATE DEFINER="a"@"%" ${code} ;;\nDELIMITER ;\n`;
    expect(contentsOf(dump(body)).unexpected).to.deep.equal([]);
    expect(contentsOf(dump(`${body}; DROP TABLE t`)).unexpected).to.have.length(1);
    const sequence =
      "CREATE SEQUENCE `s` start with 1 minvalue 1 increment by 1 nocycle ENGINE=InnoDB `PAGE_COMPRESSED`='ON'";
    expect(contentsOf(`${sequence};`).unexpected).to.deep.equal([]);
    expect(contentsOf(`${sequence}; DROP SEQUENCE \`s\`, \`t\`;`).unexpected).to.have.length(1);
  });

  it('are not reported for names whose letters have no capital in latin1', () => {
    for (const name of ['длиной', 'größe', 'ÿ', 'µ'])
      expect(
        contentsOf(`DELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=\`a\`@\`%\`*/ /*!50003 trigger ${name}
          before insert on ${name} for each row set @a:=1 */;;\nDELIMITER ;\n`).unexpected,
        name,
      ).to.deep.equal([]);
  });

  it('are not reported for bodies that only use other databases', () => {
    for (const body of [
      'PROCEDURE `p`() INSERT INTO other.t VALUES (1)',
      'TRIGGER `r` BEFORE INSERT ON `t` FOR EACH ROW INSERT INTO other.t SELECT * FROM other.u ON DUPLICATE KEY UPDATE a = 1',
      'EVENT `e` ON SCHEDULE EVERY 1 DAY DO DELETE FROM other.t',
      'VIEW `v` AS SELECT * FROM other.t JOIN other.u ON other.t.a = other.u.a',
    ])
      expect(contentsOf(`DELIMITER ;;\nCREATE DEFINER=\`a\`@\`%\` ${body} ;;\nDELIMITER ;\n`), body).to.deep.include({
        ...{ databases: [], unexpected: [] },
      });
  });

  it('are seen: a different master than the dumped server, although its place was asked for', () => {
    const { unexpected } = contentsOf("CHANGE MASTER TO MASTER_HOST='evil', MASTER_LOG_FILE='x', MASTER_LOG_POS=4;");
    expect(unexpected).to.have.length(1);
  });

  it('are not reported where an option asked for them', () => {
    for (const [statement, occasion] of [
      ["SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ 'a:1-2';", 'replication'],
      ["SET GLOBAL gtid_slave_pos='0-1-2';", 'replication'],
      ["CHANGE MASTER TO MASTER_LOG_FILE='x', MASTER_LOG_POS=1;", 'replication'],
      ["CHANGE REPLICATION SOURCE TO SOURCE_LOG_FILE='x', SOURCE_LOG_POS=1;", 'replication'],
      ['/*! FLUSH PRIVILEGES */;', 'privileges'],
      ['/*!80002 ANALYZE TABLE `t` UPDATE HISTOGRAM ON `a` WITH 100 BUCKETS */;', 'histograms'],
    ] as const) {
      const { unexpected, occasions } = contentsOf(`-- MySQL dump 10.13  Distrib 9.7.4, for Linux\n${statement}`);
      expect(unexpected, statement).to.deep.equal([]);
      expect([...occasions.keys()], statement).to.deep.equal([occasion]);
    }
  });
});
