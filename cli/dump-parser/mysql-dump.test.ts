import { expect } from 'chai';
import { emptyInventory } from '../../protocol/manifest.ts';
import { InventoryScanner } from './inventory-scanner.ts';

const BEFORE = `/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION' */ ;
DELIMITER ;;`;
const AFTER = `DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;`;

/** As mysqldump 9.7.4 wrote it, less what it repeats. */
const MYSQL_9 = `-- MySQL dump 10.13  Distrib 9.7.4, for Linux (x86_64)
--
-- Host: localhost    Database: shop
-- ------------------------------------------------------
-- Server version	9.7.4-2

/*!50503 SET NAMES utf8mb4 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
SET @MYSQLDUMP_TEMP_LOG_BIN = @@SESSION.SQL_LOG_BIN;
SET @@SESSION.SQL_LOG_BIN= 0;

--
-- GTID state at the beginning of the backup
--

/* SET @@GLOBAL.GTID_PURGED='+ccdace28-e7ef-11f1-b8d4-02fc00000001:1-10';*/

--
-- Position to start replication or point-in-time recovery from
--

-- CHANGE REPLICATION SOURCE TO SOURCE_LOG_FILE='binlog.000001', SOURCE_LOG_POS=3031;

DROP TABLE IF EXISTS \`t\`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE \`t\` (
  \`id\` int NOT NULL AUTO_INCREMENT,
  \`twice\` int GENERATED ALWAYS AS ((\`n\` * 2)) STORED,
  PRIMARY KEY (\`id\`)
) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci
/*!50100 PARTITION BY RANGE (\`id\`)
(PARTITION p0 VALUES LESS THAN (10) ENGINE = InnoDB) */;

LOCK TABLES \`t\` WRITE;
/*!40000 ALTER TABLE \`t\` DISABLE KEYS */;
INSERT INTO \`t\` (\`id\`, \`v\`, \`n\`, \`j\`, \`b\`) VALUES (1,'a\\'),(',1,'{\\"x\\": 1}',0x00FF),(2,'🐈',2,NULL,_binary '\\0),(');
/*!40000 ALTER TABLE \`t\` ENABLE KEYS */;
UNLOCK TABLES;
${BEFORE}
/*!50003 CREATE*/ /*!50017 DEFINER=\`root\`@\`localhost\`*/ /*!50003 TRIGGER \`shout\` BEFORE INSERT ON \`t\` FOR EACH ROW set new.v = concat(new.v, '!;;') */;;
${AFTER}

DROP TABLE IF EXISTS \`v\`;
/*!50001 DROP VIEW IF EXISTS \`v\`*/;
/*!50001 CREATE VIEW \`v\` AS SELECT 
 1 AS \`id\`,
 1 AS \`v\`*/;
/*!50106 DROP EVENT IF EXISTS \`e\` */;
${BEFORE}
/*!50106 CREATE*/ /*!50117 DEFINER=\`root\`@\`localhost\`*/ /*!50106 EVENT \`e\` ON SCHEDULE EVERY 1 DAY DO delete from t where id < 0 */ ;;
${AFTER}
/*!50003 DROP FUNCTION IF EXISTS \`f\` */;
${BEFORE}
CREATE DEFINER=\`root\`@\`localhost\` FUNCTION \`f\`() RETURNS int
    DETERMINISTIC
return 2 ;;
${AFTER}
/*!50003 DROP PROCEDURE IF EXISTS \`p\` */;
${BEFORE}
CREATE DEFINER=\`root\`@\`localhost\` PROCEDURE \`p\`()
begin insert into t (n) values (1),(2); -- it's
create table if not exists q (a int); select ';'; end ;;
${AFTER}

/*!50001 DROP VIEW IF EXISTS \`v\`*/;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=\`root\`@\`localhost\` SQL SECURITY DEFINER */
/*!50001 VIEW \`v\` AS select \`t\`.\`id\` AS \`id\`,\`t\`.\`v\` AS \`v\` from \`t\` */;
SET @@SESSION.SQL_LOG_BIN = @MYSQLDUMP_TEMP_LOG_BIN;
/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;

-- Dump completed on 2026-11-24 10:14:18
`;

const INVENTORY = {
  ...emptyInventory(),
  tables: [{ name: 't', rows: 2, bytes: Buffer.byteLength(/^INSERT.*;$/m.exec(MYSQL_9)![0]) }],
  views: ['v'],
  triggers: ['shout'],
  procedures: ['p'],
  functions: ['f'],
  events: ['e'],
};

describe('inventory of MySQL', () => {
  const contentsOf = (dump: string) => {
    const scanner = new InventoryScanner();
    scanner.scan(Buffer.from(dump));
    return scanner.end();
  };

  it('holds what a dump of 9.7 does', () => {
    expect(contentsOf(MYSQL_9)).to.deep.equal({
      inventory: INVENTORY,
      rows: 2,
      server: { flavour: 'mysql', version: '9.7.4-2' },
      client: { flavour: 'mysql', version: '9.7.4' },
      characterSet: 'utf8mb4',
      binlog: { file: 'binlog.000001', position: 3031 },
      gtid: 'ccdace28-e7ef-11f1-b8d4-02fc00000001:1-10',
      endsWithMarker: true,
      isBalanced: true,
      longestStatement: { bytes: 305, table: undefined },
      misreadings: [],
      unexpected: [],
      occasions: new Map(),
      databases: [],
      naming: [],
    });
  });

  it('holds the same with line ends as Windows writes them', () => {
    const { inventory, isBalanced, endsWithMarker } = contentsOf(MYSQL_9.replaceAll('\n', '\r\n'));
    expect({ inventory, isBalanced, endsWithMarker }).to.deep.equal({
      inventory: INVENTORY,
      isBalanced: true,
      endsWithMarker: true,
    });
  });

  it('holds the routines in JavaScript of 9.7, and loses track in none', () => {
    const code = `
  // don't; stop ;; here
  const re = /\`'"/; /* it's
  DELIMITER ;;
-- Dump completed on 2026-01-01  0:00:00
  */
  return n + 1; // CREATE TABLE t (a int);;
`;
    const { inventory, isBalanced, endsWithMarker } = contentsOf(
      MYSQL_9.replace(
        '/*!50003 DROP PROCEDURE',
        before => `DROP LIBRARY IF EXISTS \`lib\`;
${BEFORE}
CREATE LIBRARY \`lib\`
    LANGUAGE JAVASCRIPT
AS $$ export function f(n) { return n; } // this function isn't a table ;; $$ ;;
${AFTER}
${BEFORE}
CREATE DEFINER=\`root\`@\`localhost\` FUNCTION \`dont\`(n int) RETURNS int
    DETERMINISTIC
    LANGUAGE JAVASCRIPT
AS $$${code}$$ ;;
${AFTER}
${BEFORE}
CREATE DEFINER=\`root\`@\`localhost\` PROCEDURE \`tagged\`()
    LANGUAGE JAVASCRIPT
AS $JAVASCRIPT$ const cost = '$$'; // isn't ;;${code}$JAVASCRIPT$ ;;
${AFTER}
${before}`,
      ),
    );
    expect({ inventory, isBalanced, endsWithMarker }).to.deep.equal({
      inventory: { ...INVENTORY, functions: ['f', 'dont'], procedures: ['tagged', 'p'] },
      isBalanced: true,
      endsWithMarker: true,
    });
  });

  it('misses a view that has its stand-in only', () => {
    const { inventory } = contentsOf(MYSQL_9.replace(/\/\*!50001 CREATE ALGORITHM[^;]*;/, ''));
    expect(inventory).to.deep.equal({ ...INVENTORY, views: [] });
  });

  it('does not count the placeholder table of a view of 5.6 and older as a table', () => {
    const { inventory } = contentsOf(`SET @saved_cs_client     = @@character_set_client;
SET character_set_client = utf8;
/*!50001 CREATE TABLE \`v\` (
  \`id\` tinyint NOT NULL,
  \`t\` tinyint NOT NULL
) ENGINE=MyISAM */;
SET character_set_client = @saved_cs_client;
/*!50001 DROP TABLE IF EXISTS \`v\`*/;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=\`root\`@\`localhost\` SQL SECURITY DEFINER */
/*!50001 VIEW \`v\` AS select 1 AS \`id\` */;
`);
    expect(inventory).to.deep.equal({ ...emptyInventory(), views: ['v'] });
  });
});
