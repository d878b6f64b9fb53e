/** What mysqldump writes around a trigger, an event or a routine. */
export const BEFORE = `/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION' */ ;
DELIMITER ;;`;
export const AFTER = `DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;`;

/** As mysqldump 9.7.4 wrote it, less what it repeats. */
export const MYSQL_9 = `-- MySQL dump 10.13  Distrib 9.7.4, for Linux (x86_64)
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
