import { expect } from 'chai';
import { emptyInventory } from '../../protocol/manifest.ts';
import { AFTER, BEFORE, MYSQL_9 } from '../../testing/databases/mysql9-dump.ts';
import { InventoryScanner } from './inventory-scanner.ts';

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
      needs: {
        collations: ['utf8mb4_0900_ai_ci'],
        character_sets: ['utf8mb4'],
        engines: ['InnoDB'],
        row_formats: [],
        encrypted_tables: [],
        foreign_keys: [],
        sql_modes: ['NO_AUTO_VALUE_ON_ZERO', 'NO_ENGINE_SUBSTITUTION', 'ONLY_FULL_GROUP_BY', 'STRICT_TRANS_TABLES'],
        definers: [
          { account: '`root`@`localhost`', objects: { views: 1, triggers: 1, events: 1, functions: 1, procedures: 1 } },
        ],
      },
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
