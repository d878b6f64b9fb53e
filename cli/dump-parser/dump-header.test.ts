import { expect } from 'chai';
import { InventoryScanner } from './inventory-scanner.ts';

const NOWHERE = { server: null, client: null, characterSet: null, binlog: null, gtid: null };

describe('dump header', () => {
  const originOf = (dump: string) => {
    const scanner = new InventoryScanner();
    scanner.scan(Buffer.from(dump));
    const { server, client, characterSet, binlog, gtid } = scanner.end();
    return { server, client, characterSet, binlog, gtid };
  };

  it('says nothing where the dump says nothing', () => {
    expect(originOf('')).to.deep.equal(NOWHERE);
    expect(originOf('CREATE TABLE `t` (a int);\n-- Host: x    Database: y\n-- Dump completed\n')).to.deep.equal(
      NOWHERE,
    );
  });

  it('tells server and client from the header of each version', () => {
    for (const [client, server, expected] of [
      [
        'MySQL dump 10.13  Distrib 5.7.44, for Linux (x86_64)',
        '5.7.44-log',
        ['mysql', '5.7.44', 'mysql', '5.7.44-log'],
      ],
      [
        'MySQL dump 10.13  Distrib 8.0.36-28, for Linux (x86_64)',
        '8.0.36-28',
        ['mysql', '8.0.36-28', 'mysql', '8.0.36-28'],
      ],
      ['MySQL dump 10.13  Distrib 9.7.4, for Linux (x86_64)', '9.7.4-2', ['mysql', '9.7.4', 'mysql', '9.7.4-2']],
      [
        'MySQL dump 10.19  Distrib 10.6.16-MariaDB, for debian-linux-gnu (x86_64)',
        '5.5.5-10.6.16-MariaDB-log',
        ['mariadb', '10.6.16-MariaDB', 'mariadb', '5.5.5-10.6.16-MariaDB-log'],
      ],
      [
        'MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)',
        '10.11.19-MariaDB-0+deb12u1',
        ['mariadb', '10.11.19-MariaDB', 'mariadb', '10.11.19-MariaDB-0+deb12u1'],
      ],
      [
        'MariaDB dump 10.19-11.8.2-MariaDB, for Linux (x86_64)',
        '11.8.2-MariaDB',
        ['mariadb', '11.8.2-MariaDB', 'mariadb', '11.8.2-MariaDB'],
      ],
      [
        'MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for Linux (x86_64)',
        '9.7.4',
        ['mariadb', '10.11.19-MariaDB', 'mysql', '9.7.4'],
      ],
    ] as const)
      for (const sandbox of [
        '',
        '/*!999999\\- enable the sandbox mode */ \n',
        '/*M!999999\\- enable the sandbox mode */ \n',
      ]) {
        const seen = originOf(
          `${sandbox}-- ${client}\n--\n-- Host: localhost    Database: shop\n-- Server version\t${server}\r\n\nSELECT 1;`,
        );
        expect([seen.client?.flavour, seen.client?.version, seen.server?.flavour, seen.server?.version]).to.deep.equal(
          expected,
        );
      }
  });

  it('believes comments of the dump only, the first ones', () => {
    const first = '-- Server version\t8.0.1\n';
    for (const more of [
      '-- Server version\t9.9.9\n',
      "INSERT INTO t VALUES ('\n-- Server version\t9.9.9\n');",
      'CREATE TABLE t (\n-- Server version\t9.9.9\n);',
      '/*\n-- Server version\t9.9.9\n*/',
    ]) {
      expect(originOf(`${first}${more}`).server?.version, more).to.equal('8.0.1');
      if (!more.startsWith('--')) expect(originOf(more).server, more).to.equal(null);
    }
  });

  it('tells the character set', () => {
    for (const statement of [
      '/*!40101 SET NAMES utf8mb4 */;',
      '/*!50503 SET NAMES utf8mb4 */;',
      ' SET NAMES utf8mb4 ;',
      "SET NAMES 'utf8mb4';",
    ])
      expect(originOf(`${statement}\n/*!40101 SET NAMES latin1 */;`).characterSet, statement).to.equal('utf8mb4');
    expect(originOf('/*!40101 SET character_set_client = utf8 */;').characterSet).to.equal(null);
  });

  it("tells where the dump stands in the server's log", () => {
    for (const statement of [
      "CHANGE MASTER TO MASTER_LOG_FILE='bin.000001', MASTER_LOG_POS=4711;",
      "-- CHANGE MASTER TO MASTER_LOG_FILE='bin.000001', MASTER_LOG_POS=4711;",
      "CHANGE REPLICATION SOURCE TO SOURCE_LOG_FILE='bin.000001', SOURCE_LOG_POS=4711;",
      "-- CHANGE REPLICATION SOURCE TO SOURCE_LOG_FILE='bin.000001', SOURCE_LOG_POS=4711;",
      "CHANGE MASTER 'x' TO MASTER_HOST='h', MASTER_LOG_FILE='bin.000001', MASTER_LOG_POS=4711;",
    ])
      expect(originOf(`${statement}\n`).binlog, statement).to.deep.equal({ file: 'bin.000001', position: 4711 });
    expect(originOf('CHANGE MASTER TO MASTER_USE_GTID=slave_pos;').binlog).to.equal(null);
    expect(originOf("-- then CHANGE MASTER TO MASTER_LOG_FILE='bin.000001', MASTER_LOG_POS=4711;\n").binlog).to.equal(
      null,
    );
  });

  it('tells the GTIDs', () => {
    for (const [statement, gtid] of [
      ["SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ 'a-b:1-41';", 'a-b:1-41'],
      ["SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ 'a-b:1-41,\nc-d:1-2';", 'a-b:1-41,c-d:1-2'],
      ["SET @@GLOBAL.GTID_PURGED='a-b:1-41';", 'a-b:1-41'],
      ["/* SET @@GLOBAL.GTID_PURGED='+a-b:1-41';*/", 'a-b:1-41'],
      ["SET GLOBAL gtid_slave_pos='0-1-5';", '0-1-5'],
      ["-- SET GLOBAL gtid_slave_pos='0-1-5';", '0-1-5'],
      ["SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ '';", null],
      [`SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ '${'a:1,'.repeat(10_000)}';`, 'a:1,'.repeat(10_000)],
      [`SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ '${'a:1,'.repeat(20_000)}';`, null],
    ] as const)
      expect(originOf(`${statement}\n`).gtid, statement.slice(0, 100)).to.equal(gtid);
  });
});
