import { expect } from 'chai';
import { InventoryScanner } from './inventory-scanner.ts';

const DUMP = `-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: x    Database: shop
-- ------------------------------------------------------
-- Server version\t10.11.6-MariaDB
/*!40101 SET NAMES utf8mb4 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
CREATE TABLE \`a COLLATE no_name\` (
  \`x\` varchar(5) CHARACTER SET latin1 COLLATE latin1_german2_ci DEFAULT 'COLLATE no_default',
  \`y\` varchar(5) COLLATE utf8mb4_0900_ai_ci COMMENT 'it''s ENGINE=NoComment \\\\'
) ENGINE=ROCKSDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=COMPRESSED COMMENT='COLLATE no_table';
INSERT INTO \`a COLLATE no_name\` VALUES ('COLLATE no_row ENGINE=NoRow');
/*!50003 SET character_set_client  = koi8r */ ;
/*!50003 SET collation_connection  = koi8r_bin */ ;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES,NO_AUTO_CREATE_USER' */ ;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=\`ann\`@\`%\`*/ /*!50003 TRIGGER t before insert on a for each row
  -- COLLATE no_comment
  set new.x = 'COLLATE no_text' COLLATE sjis_bin */;;
CREATE DEFINER=\`o\`\`k\`@\`localhost\` PROCEDURE \`p\`()
select 'DEFINER=\`x\`@\`y\`' ;;
CREATE DEFINER=\`ann\`@\`%\` PROCEDURE \`q\`()
select 1 ;;
DELIMITER ;
ALTER DATABASE \`shop\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ;
-- Dump completed
`;

describe('what the definitions of a dump need', () => {
  it('is read from what they name, never from a text, a comment, a name or a row', () => {
    const scanner = new InventoryScanner();
    for (const byte of Buffer.from(DUMP)) scanner.scan(Buffer.of(byte));
    expect(scanner.end().needs).to.deep.equal({
      collations: [
        'koi8r_bin',
        'latin1_german2_ci',
        'sjis_bin',
        'utf8mb4_0900_ai_ci',
        'utf8mb4_bin',
        'utf8mb4_unicode_ci',
      ],
      character_sets: ['koi8r', 'latin1', 'utf8mb4'],
      engines: ['ROCKSDB'],
      row_formats: ['compressed'],
      sql_modes: ['NO_AUTO_CREATE_USER', 'NO_AUTO_VALUE_ON_ZERO', 'STRICT_TRANS_TABLES'],
      definers: [
        { account: '`ann`@`%`', objects: { triggers: 1, procedures: 1 } },
        { account: '`o``k`@`localhost`', objects: { procedures: 1 } },
      ],
      encrypted_tables: [],
      foreign_keys: [],
    });
  });

  it('is read in the time of one pass, also where a text has no end', () => {
    const scanner = new InventoryScanner();
    const began = process.cpuUsage();
    scanner.scan(Buffer.from(`CREATE TABLE \`t\` (\`a\` int COMMENT '${"\\'".repeat(150_000)}`));
    scanner.end();
    const { user } = process.cpuUsage(began);
    expect(user / 1e6, 'seconds of CPU; with a new try at each quote it would be 20').to.be.below(3);
  });

  it('has the tables that are encrypted, and those that foreign keys point to, never from a text or a name', () => {
    const scanner = new InventoryScanner();
    const tables = [
      "CREATE TABLE `ä` (`ENCRYPTED` int COMMENT ') REFERENCES `no`.`text`', `b` int,\n  CONSTRAINT `k` FOREIGN KEY (`b`) REFERENCES `o``ther`.`p` (`id`),\n  CONSTRAINT `l` FOREIGN KEY (`b`) REFERENCES `own` (`id`) ON DELETE CASCADE,\n  CONSTRAINT `m` FOREIGN KEY (`ENCRYPTED`) REFERENCES `own` (`id`)\n) ENGINE=InnoDB `ENCRYPTED`=YES `ENCRYPTION_KEY_ID`=2",
      "CREATE TABLE `as_typed` (`a` int) ENGINE=InnoDB `encrypted`='yes'",
      "CREATE TABLE `plain` (`it's` int) ENGINE=InnoDB `ENCRYPTED`=NO COMMENT='`ENCRYPTED`=YES'",
      "CREATE TABLE `of_mysql` (`a` int) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB /*!80016 ENCRYPTION='Y' */",
      "CREATE TABLE `not` (`a` int) ENGINE=InnoDB /*!80016 ENCRYPTION='N' */",
    ];
    scanner.scan(
      Buffer.from(
        `-- MySQL dump 10.13  Distrib 9.7.4, for Linux (x86_64)\n-- Server version\t9.7.4\n${tables.join(';\n')};\n`,
      ),
    );
    const { encrypted_tables, foreign_keys } = scanner.end().needs;
    expect(encrypted_tables).to.deep.equal(['ä', 'as_typed', 'of_mysql']);
    expect(foreign_keys).to.deep.equal([
      { table: 'ä', database: 'o`ther', parent: 'p' },
      { table: 'ä', database: null, parent: 'own' },
    ]);
  });
});
