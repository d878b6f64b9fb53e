import { expect } from 'chai';
import fc from 'fast-check';
import { MYSQL_9 } from '../../testing/databases/mysql9-dump.ts';
import type { DumpContents } from './dump-contents.ts';
import { InventoryScanner } from './inventory-scanner.ts';

const MARKER = '-- Dump completed on 2026-01-01  0:00:00\n';

describe('inventory scanner', () => {
  const rowsOf = (dump: string | Uint8Array) =>
    Object.fromEntries(contentsOf(dump).inventory.tables.map(({ name, rows }) => [name, rows]));

  it('finds nothing in an empty dump', () => {
    for (const dump of ['', '\n', '-- nothing\n', ';', ' ;; ']) {
      const { inventory, rows, isBalanced, endsWithMarker } = contentsOf(dump);
      expect(Object.values(inventory).flat(), dump).to.deep.equal([]);
      expect({ rows, isBalanced, endsWithMarker }).to.deep.equal({ rows: 0, isBalanced: true, endsWithMarker: false });
    }
  });

  describe('rows', () => {
    it('counts them in each form of INSERT', () => {
      for (const [dump, rows] of [
        ['INSERT INTO `t` VALUES (1);', 1],
        ['INSERT INTO `t` VALUES (1),(2),(3);', 3],
        ['INSERT INTO `t` VALUES\n(1),\n(2);\n', 2],
        ['INSERT INTO `t` (`a`, `(b),(`) VALUES (1,2),(3,4);', 2],
        ['INSERT INTO `t`(`a`)VALUES(1),(2);', 2],
        ['INSERT  IGNORE INTO `t` VALUES (1),(2);', 2],
        ['INSERT DELAYED IGNORE INTO `t` VALUES (1);', 1],
        ['REPLACE INTO `t` VALUES (1),(2);', 2],
        ['INSERT INTO "t" VALUES (1),(2);', 2],
        ['INSERT INTO t VALUES (1),(2);', 2],
        ['insert into `d`.`t` values (1),(2);', 2],
        ['INSERT INTO `t` () VALUES (),();', 2],
        ['INSERT INTO `t` VALUES (1)/* a ), ( */,(2) -- ),(\n,(3) # ,(\n;', 3],
        ['INSERT INTO `t` VALUES (1) ,\n (2) ;INSERT INTO `t` VALUES (3);', 3],
        ['INSERT INTO `t` VALUES (1);\nINSERT INTO `t` VALUES (2),(3);\nINSERT INTO `t` VALUES\n(4);', 4],
        ['INSERT INTO `t` VALUES (point(1,(2))),(abs(-(1)));', 2],
        ['INSERT INTO `t` VALUES (1--1),(2);', 2],
        ["INSERT INTO `t` VALUES (0x2829,_binary 'a),(b',NULL,-1.5e-10,'');", 1],
      ] as const)
        expect(rowsOf(dump), dump).to.deep.equal({ t: rows });
    });

    it('treats the contents of a string as nothing else', () => {
      for (const text of [
        ...[
          '),(',
          ');',
          ';',
          "''",
          "\\'",
          '\\\\',
          "\\\\\\'),(\\'",
          '"',
          '`',
          '\\0',
          '\u0000',
          '/*',
          '*/',
          '-- ',
          '#',
          '\\\n',
        ],
        ...[
          `\n${MARKER}`,
          '\nDELIMITER ;;\n',
          ";\nINSERT INTO `u` VALUES (\\'1\\');\n",
          '🐈é',
          'x'.repeat(1000),
          '\\'.repeat(200),
        ],
      ])
        expect(rowsOf(`INSERT INTO \`t\` VALUES ('${text}','${text}'),('${text}','${text}');`), text).to.deep.equal({
          t: 2,
        });
    });

    it('reads strings in any encoding', () => {
      const bytes = Buffer.from("INSERT INTO `t` VALUES ('?),('),('?');", 'latin1').map(b => (b === 0x3f ? 0xe9 : b));
      expect(rowsOf(bytes)).to.deep.equal({ t: 2 });
    });

    it('adds up those of a table, and lists it once, in the order of the dump', () => {
      const { inventory, rows } = contentsOf(
        'CREATE TABLE `b` (a int);\nINSERT INTO `b` VALUES (1);\nCREATE TABLE `a` (a int);INSERT INTO `b` VALUES (2);\n' +
          'INSERT INTO `c` VALUES (1);INSERT INTO `b` (`a`) VALUES (3);',
      );
      expect(inventory.tables).to.deep.equal([
        { name: 'b', rows: 3, bytes: 27 + 27 + 33 },
        { name: 'a', rows: 0, bytes: 0 },
        { name: 'c', rows: 1, bytes: 27 },
      ]);
      expect(rows).to.equal(4);
    });

    it('keeps tables apart whose INSERTs begin alike', () => {
      expect(
        rowsOf('INSERT INTO `t` VALUES (1);INSERT INTO `ta` VALUES (1);INSERT INTO `t` VALUES (1),(2);'),
      ).to.deep.equal({
        t: 3,
        ta: 1,
      });
    });

    it('does not count text that only looks like an INSERT', () => {
      expect(rowsOf('INSERT INTO `t` VALUES (1);\nDO VALUES (1);\nDO VALUES (1);\nSELECT (1),(2);')).to.deep.equal({
        t: 1,
      });
    });

    it('reads code past comments and past what the client treats as its own commands', () => {
      expect(rowsOf('CREATE/* */TABLE/* */`t`/* */(a int);')).to.deep.equal({ t: 0 });
      expect(rowsOf("SELECT 1 \\' ;INSERT INTO `t` VALUES (1);")).to.deep.equal({ t: 1 });
    });

    it('reads a statement that begins like the one before from the start, under another delimiter or SQL mode', () => {
      const insert = 'INSERT INTO "t\\" VALUES (1);\n';
      expect(rowsOf(`SET sql_mode='ANSI_QUOTES';${insert}${insert}SET sql_mode='';${insert}`)).to.deep.equal({
        't\\': 2,
      });
      expect(rowsOf('INSERT INTO `t` VALUES (1);\nDELIMITER VALUES\nINSERT INTO `t` VALUES (1)')).to.deep.equal({
        t: 1,
      });
    });

    it('reads a list of columns of any length', () => {
      const columns = Array.from({ length: 4096 }, (_, i) => `\`${'c'.repeat(40)}${i}\``).join(', ');
      expect(rowsOf(`INSERT INTO \`t\` (${columns}) VALUES (1),(2);`)).to.deep.equal({ t: 2 });
    });

    it('lists a table whose INSERT brings none that could be counted', () => {
      expect(rowsOf('INSERT INTO `t` SELECT * FROM `u` WHERE a IN (1,2);')).to.deep.equal({ t: 0 });
    });

    it('counts what random rows there are, however they are written', () => {
      const value = fc.oneof(
        fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.concat([Q, Buffer.from(escaped(bytes), 'latin1'), Q])),
        awkward.map(text => Buffer.from(`'${escaped(Buffer.from(text))}'`, 'latin1')),
        fc
          .uint8Array({ minLength: 1, maxLength: 50 })
          .map(bytes => Buffer.from(`0x${Buffer.from(bytes).toString('hex')}`)),
        fc.double().map(number => Buffer.from(Number.isFinite(number) ? String(number) : 'NULL')),
        fc.constant(Buffer.from('_binary ')).map(prefix => Buffer.concat([prefix, Buffer.from("'\\0);'")])),
      );
      const insert = fc.record({
        table: fc.constantFrom('t', 'u', 'odd `name (', 'é'),
        rows: fc.array(fc.array(value, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
        verb: fc.constantFrom('INSERT INTO', 'INSERT  IGNORE INTO', 'REPLACE INTO'),
        columns: fc.constantFrom('', ' (`a`, `b``)`)'),
        values: fc.constantFrom(' VALUES ', ' VALUES\n'),
        comma: fc.constantFrom(',', ',\n'),
      });
      fc.assert(
        fc.property(fc.array(insert, { maxLength: 6 }), cuts, (inserts, cutAt) => {
          const wanted = new Map<string, { name: string; rows: number; bytes: number }>();
          const dump = inserts.map(({ table, rows, verb, columns, values, comma }) => {
            const row = (row: Buffer[]) => Buffer.concat([bytesOf('('), ...between(row, ','), bytesOf(')')]);
            const head = bytesOf(`${verb} \`${table.replaceAll('`', '``')}\`${columns}${values}`);
            const statement = Buffer.concat([head, ...between(rows.map(row), comma), bytesOf(';')]);
            const seen = wanted.get(table) ?? { name: table, rows: 0, bytes: 0 };
            wanted.set(table, { ...seen, rows: seen.rows + rows.length, bytes: seen.bytes + statement.length });
            return Buffer.concat([statement, bytesOf('\n')]);
          });
          const seen = contentsOf(Buffer.concat(dump), cutAt);
          expect(seen.inventory.tables).to.deep.equal([...wanted.values()]);
          expect(seen.isBalanced).to.equal(true);
        }),
        { numRuns: 300 },
      );
    });
  });

  describe('bodies', () => {
    const BODY =
      "BEGIN INSERT INTO `x` VALUES (1),(2); CREATE TABLE `y` (a int);\n-- Dump completed\nSELECT ';;', \"'\"; /* ' ;; */ # '\nEND";

    it("treats nothing in a routine's body as a statement of the dump", () => {
      const dump = `DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=\`a\`@\`%\`*/ /*!50003 TRIGGER \`tr\` BEFORE INSERT ON \`t\` FOR EACH ROW ${BODY} */;;
CREATE DEFINER=\`a\`@\`%\` TRIGGER \`tr2\` AFTER INSERT ON \`t\` FOR EACH ROW ${BODY} ;;
CREATE DEFINER=\`a\`@\`%\` PROCEDURE \`p\`(a int) ${BODY} ;;
CREATE DEFINER=\`a\`@\`%\` FUNCTION \`f\`() RETURNS int ${BODY} ;;
CREATE DEFINER=\`a\`@\`%\` AGGREGATE FUNCTION \`g\`() RETURNS int ${BODY} ;;
/*!50106 CREATE*/ /*!50117 DEFINER=\`a\`@\`%\`*/ /*!50106 EVENT \`e\` ON SCHEDULE EVERY 1 DAY DO ${BODY} */ ;;
DELIMITER ;
INSERT INTO \`t\` VALUES (1);
`;
      const { inventory, isBalanced, endsWithMarker } = contentsOf(dump);
      expect(inventory).to.deep.include({
        triggers: ['tr', 'tr2'],
        procedures: ['p'],
        functions: ['f', 'g'],
        events: ['e'],
      });
      expect(inventory.tables.map(({ name }) => name)).to.deep.equal(['t']);
      expect({ isBalanced, endsWithMarker }).to.deep.equal({ isBalanced: true, endsWithMarker: false });
    });

    it('ends where the delimiter of the moment stands', () => {
      for (const delimiter of ['//', '$$', '|', ';;;', '-- ', 'end_of_it', "';'"]) {
        const bare = delimiter.replaceAll("'", '').trim();
        const dump = `DELIMITER ${delimiter}\nCREATE PROCEDURE \`p\`() BEGIN SELECT 1; CREATE TABLE x (a int); END ${bare}
delimiter ;\nCREATE TABLE \`t\` (a int);`;
        expect(rowsOf(dump), delimiter).to.deep.equal({ t: 0, ...(bare === ';' && { x: 0 }) });
      }
    });

    it('treats DELIMITER as a command at the start of a line and of a statement only', () => {
      expect(rowsOf('  DELIMITER //\r\nSELECT 1//\n\tdelimiter ;\r\nINSERT INTO `t` VALUES (1);')).to.deep.equal({
        t: 1,
      });
      expect(rowsOf('SELECT\nDELIMITER //\n;INSERT INTO `t` VALUES (1);')).to.deep.equal({ t: 1 });
      expect(rowsOf('SELECT 1; DELIMITER //\n;INSERT INTO `t` VALUES (1);')).to.deep.equal({ t: 1 });
      expect(rowsOf('/* */ DELIMITER //\n;INSERT INTO `t` VALUES (1);')).to.deep.equal({ t: 1 });
      expect(rowsOf('DELIMITERS //\n;INSERT INTO `t` VALUES (1);')).to.deep.equal({ t: 1 });
      expect(rowsOf('DELIMITER\n;INSERT INTO `t` VALUES (1);')).to.deep.equal({ t: 1 });
    });

    it('reads them under the SQL mode that they were made in', () => {
      const body = (sqlMode: string, text: string) => `/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = '${sqlMode}' */ ;
DELIMITER ;;
CREATE PROCEDURE p() BEGIN SELECT ${text}; CREATE TABLE x (a int); END ;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
INSERT INTO \`t\` VALUES ('\\'),('),("\\"),(");`;
      for (const [sqlMode, text] of [
        ['NO_BACKSLASH_ESCAPES', '\'\\\', "\\"'],
        ['STRICT_TRANS_TABLES,ANSI_QUOTES', "\"\\\", '\\''"],
        ['PIPES_AS_CONCAT,ANSI_QUOTES,ORACLE', '"\\"'],
        ['STRICT_ALL_TABLES', '\'\\\'\', "\\""'],
      ] as const) {
        const seen = contentsOf(body(sqlMode, text));
        expect(seen.inventory.tables, sqlMode).to.deep.equal([{ name: 't', rows: 2, bytes: 43 }]);
        expect(seen.isBalanced, sqlMode).to.equal(true);
      }
    });
  });

  describe('end', () => {
    it('is the marker on the last line, outside of anything else', () => {
      for (const [dump, isMarked] of [
        [`INSERT INTO \`t\` VALUES (1);\n${MARKER}`, true],
        [`INSERT INTO \`t\` VALUES (1);\n\n${MARKER.trim()}`, true],
        [MARKER, true],
        [`${MARKER}\n\n`, true],
        [`;\r\n${MARKER.trim()}\r\n`, true],
        ['-- Dump completed', true],
        [`/*M!999999\\- enable the sandbox mode */ \n${MARKER}`, true],
        [`;${MARKER}`, false],
        [` ${MARKER}`, false],
        [`/* */${MARKER}`, false],
        ['-- Dump complete', false],
        ['--  Dump completed\n', false],
        [`${MARKER};`, false],
        [`${MARKER}-- more\n`, false],
        [`${MARKER}# more`, false],
        [`${MARKER}/* more */`, false],
        [`${MARKER}DELIMITER ;\n`, false],
        [`${MARKER}INSERT`, false],
        [`INSERT INTO t VALUES ('\n${MARKER}`, false],
        [`INSERT INTO t VALUES (\n${MARKER}`, false],
        [`SELECT 1\n${MARKER}`, false],
        [`/*\n${MARKER}`, false],
        [`/*\n${MARKER}*/`, false],
        [`SELECT \`\n${MARKER}`, false],
      ] as const)
        expect(contentsOf(dump).endsWithMarker, JSON.stringify(dump)).to.equal(isMarked);
    });

    it('is balanced when nothing is left open', () => {
      for (const [dump, isBalanced] of [
        ['SELECT 1;', true],
        ['SELECT 1;\n-- no line end', true],
        ['/* closed */', true],
        ['DELIMITER ;;\nSELECT 1;;\nDELIMITER ;', true],
        ['/*!50001 SELECT 1; */;', true],
        ['SELECT 1', false],
        ["SELECT 'a;", false],
        ["SELECT 'a\\';", false],
        ['SELECT "a;', false],
        ['SELECT `a;', false],
        ['SELECT `a\\`;', true],
        ['/* open', false],
        ['/* open *', false],
        ['/*/', false],
        ['SELECT /* open ;', false],
        ['DELIMITER ;;\nSELECT 1;;\n', false],
        ['DELIMITER ;;\nSELECT 1;\n', false],
        ['INSERT INTO `t` VALUES (1),(2)', false],
        ["INSERT INTO `t` VALUES (1),('", false],
      ] as const)
        expect(contentsOf(dump).isBalanced, JSON.stringify(dump)).to.equal(isBalanced);
    });

    it('sees a backslash that the client would treat as a command of its own', () => {
      const so = Buffer.of(0x83, 0x5c); // a character of sjis that ends with a backslash
      const literal = [Buffer.from("'"), so, Buffer.from("'")];
      const create = Buffer.from('CREATE PROCEDURE p() SELECT ');
      for (const [dump, seen] of [
        [[create, ...literal, Buffer.from(', '), ...literal, Buffer.from(';\n')], ['command']],
        [[Buffer.from('SELECT 1 \\G\n;')], ['SELECT 1 \\ G']],
        [[create, Buffer.from(`'\\'', "\\"", \`\\\`, /* \\G */ 1 -- \\G\n;\n-- \\G\n/* \\G */`)], []],
      ] as const) {
        const bytes = Buffer.concat([...dump]);
        for (const cut of [1, 7, bytes.length]) {
          const scanner = new InventoryScanner();
          for (let at = 0; at < bytes.length; at += cut) scanner.scan(bytes.subarray(at, at + cut));
          const { misreadings, unexpected, isBalanced } = scanner.end();
          const what = [...misreadings.map(({ what }) => what), ...unexpected];
          expect({ what, isBalanced }, `${bytes}`).to.deep.equal({ what: seen, isBalanced: true });
        }
      }
    });

    it('lists what was cut off in the middle, with what was seen of it', () => {
      expect(contentsOf("INSERT INTO `t` VALUES (1),(2),('").inventory.tables).to.deep.equal([
        { name: 't', rows: 3, bytes: 33 },
      ]);
    });
  });

  describe('pieces', () => {
    const PARTS = [
      ...[
        '`',
        "'",
        '"',
        '\\',
        '\\\\',
        "\\'",
        '(',
        ')',
        ',',
        ';',
        ';;',
        '\n',
        ' ',
        '\r\n',
        '--',
        '-- ',
        '#',
        '/*',
        '*/',
        '/*!',
        '/*M!',
      ],
      ...[
        'DELIMITER ;;\n',
        'DELIMITER ;\n',
        'delimiter',
        '//',
        'INSERT INTO `t` VALUES (',
        'INSERT INTO ',
        'VALUES',
        '/*!50001 ',
      ],
      ...[
        'CREATE TABLE `é🐈` (a int);',
        'CREATE VIEW v AS',
        MARKER,
        '\nDELIMITER //\n',
        "SET sql_mode='NO_BACKSLASH_ESCAPES';",
      ],
      ...[
        '/*M!999999\\- enable the sandbox mode */ \n',
        'x'.repeat(70),
        "'a',1),('b',2);\n",
        '\u0000',
        '-1',
        '$$',
        '.',
      ],
    ];
    const dump = fc
      .array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PARTS) }, { weight: 1, arbitrary: fc.string() }), {
        maxLength: 60,
        size: 'max',
      })
      .map(parts => bytesOf(parts.join('')));

    it('may be cut anywhere', () => {
      fc.assert(
        fc.property(dump, cuts, (bytes, cutAt) => {
          const whole = contentsOf(bytes);
          expect(contentsOf(bytes, cutAt)).to.deep.equal(whole);
          expect(contentsOf(bytes, bytes.keys().toArray())).to.deep.equal(whole);
        }),
        { numRuns: 1000 },
      );
    });

    it('may be reused by the reader of the file', () => {
      const bytes = bytesOf("INSERT INTO `t` VALUES (1),('a\\');'),(2); -");
      for (let cut = 0; cut < bytes.length; cut++) {
        const scanner = new InventoryScanner();
        const piece = Buffer.from(bytes.subarray(0, cut));
        scanner.scan(piece);
        piece.fill("'");
        scanner.scan(bytes.subarray(cut));
        expect(scanner.end().inventory.tables, String(cut)).to.deep.equal([{ name: 't', rows: 3, bytes: 41 }]);
      }
    });

    it('is read in the time of one pass, also where a user of the database has made a program to hold it up', () => {
      const header = MYSQL_9.slice(0, MYSQL_9.indexOf('DROP TABLE'));
      const trigger = 'DELIMITER ;;\n/*!50003 CREATE*/ /*!50003 TRIGGER t before insert on t for each row ';
      for (const part of ['\n', "'x", "'\nhelp ,", '\nhelp ,1']) {
        const began = process.cpuUsage();
        const { isBalanced } = contentsOf(
          `${header}${trigger}${part.repeat(400_000 / part.length)}*/;;\nDELIMITER ;\n`,
        );
        expect(isBalanced).to.be.a('boolean');
        expect(process.cpuUsage(began).user / 1e6, `seconds of CPU for ${JSON.stringify(part)}`).to.be.below(1);
      }
    });

    it('may hold anything', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 3000, size: 'max' }), bytes => {
          expect(contentsOf(bytes)).to.have.property('rows');
        }),
      );
      fc.assert(fc.property(dump, bytes => void expect(contentsOf(bytes)).to.have.property('rows')));
    });
  });
});

const Q = Buffer.from("'");
const awkward = fc
  .array(
    fc.constantFrom(
      '),(',
      "'",
      '\\',
      '"',
      ';',
      '\n',
      '\0',
      '`',
      '-- Dump completed\n',
      '/*',
      '*/',
      '#',
      'é',
      '🐈',
      'x'.repeat(80),
    ),
  )
  .map(parts => parts.join(''));
const cuts = fc.array(fc.nat(3000), { maxLength: 20 }).map(places => places.sort((a, b) => a - b));

function contentsOf(dump: string | Uint8Array, cutAt: readonly number[] = []): DumpContents {
  const bytes = typeof dump === 'string' ? bytesOf(dump) : dump;
  const scanner = new InventoryScanner();
  let from = 0;
  for (const at of cutAt) {
    scanner.scan(bytes.subarray(from, at));
    from = Math.min(at, bytes.length);
  }
  scanner.scan(bytes.subarray(from));
  return scanner.end();
}

/** As mysql_real_escape_string does it. */
function escaped(bytes: Uint8Array): string {
  const escapes: Record<string, string> = { '\0': '\\0', '\n': '\\n', '\r': '\\r', '\x1a': '\\Z' };
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/[\0\n\r\x1a'"\\]/g, c => escapes[c] ?? `\\${c}`);
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text);
}

function between(parts: Buffer[], separator: string): Buffer[] {
  return parts.flatMap((part, i) => (i === 0 ? [part] : [bytesOf(separator), part]));
}
