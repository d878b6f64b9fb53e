import { expect } from 'chai';
import { filtered, MYSQL_TARGET } from '../../testing/databases/filtered.ts';
import { ExplainedError } from '../errors.ts';
import type { FilterOptions } from './filter-options.ts';

const HEADER = '-- MariaDB dump 10.19  Distrib 10.11.14-MariaDB, for Linux\n-- Server version\t10.11.14-MariaDB\n';
const MYSQL_HEADER = '-- MySQL dump 10.13  Distrib 9.7.4, for Linux (x86_64)\n-- Server version\t9.7.4\n';
const MARKER = '\n-- Dump completed on 2026-01-01  0:00:00\n';
const BLANKS = ' '.repeat(5000);
const ROOT = 'DEFINER=`root`@`localhost`';
const TRIGGER_BODY = 'FOR EACH ROW INSERT INTO other.t VALUES (1)';

/** A server may read each of these otherwise than the filter did. Bytes are written as latin1. */
describe('a dump that is written to be misread', () => {
  const filter = (statements: string, options: Partial<FilterOptions> = {}, header = HEADER) =>
    filtered([Buffer.from(`${header}${statements}${MARKER}`, 'latin1')], options);
  const expectRefused = async (
    statements: readonly string[],
    options: Partial<FilterOptions> = {},
    header = HEADER,
  ) => {
    for (const statement of statements) {
      const result = await filter(statement, options, header).catch(error => error);
      expect(result, statement.replace(BLANKS, '…')).to.be.instanceOf(ExplainedError);
      expect(result.message, statement).to.match(/is refused/);
    }
  };

  it('is refused where a comment for other servers is code to this one', () =>
    expectRefused([
      'CREATE TABLE `t` (a int) /*M!50701 SELECT 1 */;',
      'CREATE TABLE `t` (a int) /*M!99999 SELECT 1 */;',
    ]));

  it('is refused where a comment in a comment ends only the inner one', async () => {
    const statement = "CREATE TABLE `t` (a int) /*!99999 /* x */ ' */ SELECT 1 -- '\n;";
    await expectRefused([statement]);
    await expectRefused([statement.replace('99999', '99998')], { target: MYSQL_TARGET }, MYSQL_HEADER);
  });

  it('is refused where letters are blanks, or begin a comment, in its character set', () =>
    expectRefused([
      'SET NAMES latin1;\nCREATE TABLE `t` (a int) SELECT\xa0@@datadir;',
      "SET NAMES latin1;\nCREATE TABLE `t` (a int) COMMENT=--\xa0 ' \n'x' SELECT 1 -- ';",
      "SET NAMES cp1250;\nCREATE TABLE `t` (a int) COMMENT=--\x83 ' \n'x' SELECT 1 -- ';",
      'SET NAMES cp852;\nCREATE TABLE `t` (a int) SELECT\xff1;',
      "SET NAMES latin1;\nINSERT INTO `t` VALUES (1,--\xa0 ' \n2),((select 1)) -- ');",
    ]));

  it('is refused where it sets a variable to what it saved of another one, or may have changed', () =>
    expectRefused([
      'SET character_set_results = gbk;\nSET @x = @@character_set_results;\nSET character_set_client = @x;',
      'SET @x = @@query_cache_size;\nSET sql_mode = @x;',
      "SET @x = @@sql_mode;\nINSERT INTO `t` VALUES (@x:='NO_BACKSLASH_ESCAPES');\nSET sql_mode = @x;",
    ]));

  it('lets no trigger run: what it is called may be read in two ways, what was created is known', () =>
    expectRefused([
      `CREATE TABLE \`t\` (a int);\nCREATE ${BLANKS}${ROOT} TRIGGER r BEFORE INSERT ON t ${TRIGGER_BODY};\nINSERT INTO \`t\` VALUES (1);`,
      `CREATE TABLE \`\xc3\x84\` (a int);\nCREATE TABLE \`[\` (a int);\nCREATE ${ROOT} TRIGGER r BEFORE INSERT ON \`\xc3\x84\` ${TRIGGER_BODY};\nSET NAMES swe7;\nINSERT INTO \`[\` VALUES (1);`,
      `CREATE TABLE \`\xc2\x81\` (a int);\nSET NAMES latin1;\nCREATE ${ROOT} TRIGGER r BEFORE INSERT ON \`\x81\` ${TRIGGER_BODY};\nSET NAMES utf8mb4;\nINSERT INTO \`\xc2\x81\` VALUES (1);`,
      `CREATE TABLE \`t\` (a int);\nSET NAMES latin1;\nCREATE ${ROOT} TRIGGER r BEFORE INSERT ON \`t\` ${TRIGGER_BODY};\nSET NAMES utf8mb4;\nCREATE TABLE IF NOT EXISTS \`t\` (a int);\nINSERT INTO \`t\` VALUES (1);`,
    ]));

  it('fills no view and no table whose rows are elsewhere', () =>
    expectRefused([
      `CREATE ${BLANKS}${ROOT} VIEW w AS select * from other.t;\nINSERT INTO \`w\` VALUES (1);`,
      '/*!50001 CREATE VIEW `w` AS SELECT 1 AS x, a from other.t */;\nINSERT INTO `w` (a) VALUES (1);',
      "CREATE TABLE `t` (a int) ENGINE=FEDERATED CONNECTION='mysql://root@127.0.0.1/mysql/user';\nINSERT INTO `t` VALUES (1);",
      "CREATE TABLE `T` (a int) ENGINE 'connect';\nINSERT INTO `t` VALUES (1);",
    ]));

  it('names no other database, with a column or a variable that is called like an option', () =>
    expectRefused([
      'CREATE TRIGGER other.r BEFORE INSERT ON other.t FOR EACH ROW SET NEW.definer=1;',
      'CREATE PROCEDURE other.p() SET @definer=1;',
      'CREATE VIEW other.v AS select definer = 1 from other.t;',
      'CREATE EVENT other.e ON SCHEDULE EVERY 1 DAY DO SET @definer=1;',
    ]));

  it('takes no rows from elsewhere in place of columns or of values', async () => {
    const statements = ['TABLE mysql.user', 'VALUES ROW(1)', 'VALUES (@@datadir)', 'LIKE mysql.user'];
    for (const [target, header] of [
      [MYSQL_TARGET, MYSQL_HEADER],
      [undefined, HEADER],
    ] as const)
      await expectRefused(
        [
          ...statements.flatMap(text => [`CREATE TABLE \`t\` (${text});`, `CREATE TABLE \`t\` (a int) (${text});`]),
          ...['NEXT VALUE FOR other.s', 'previous value for other.s', 'other.s.nextval', '@@datadir', '@a:=1'].map(
            value => `INSERT INTO \`t\` VALUES (1,${value});`,
          ),
        ],
        target === undefined ? {} : { target },
        header,
      );
  });

  it('cannot have an event that runs by calling it DISABLE or ENABLE', async () => {
    for (const [event, sent] of [
      ['disable ON SCHEDULE EVERY 1 DAY DO SET @a=1', 'disable ON SCHEDULE EVERY 1 DAY DISABLE DO SET @a=1'],
      ['enable ON SCHEDULE EVERY 1 DAY DO SET @a=1', 'enable ON SCHEDULE EVERY 1 DAY DISABLE DO SET @a=1'],
      [
        "e ON SCHEDULE EVERY 1 DAY ENABLE COMMENT 'x' DO SET @a=1",
        "e ON SCHEDULE EVERY 1 DAY DISABLE COMMENT 'x' DO SET @a=1",
      ],
      [
        'e ON SCHEDULE EVERY 1 DAY DISABLE ON SLAVE DO SET @a=1',
        'e ON SCHEDULE EVERY 1 DAY DISABLE ON SLAVE DO SET @a=1',
      ],
    ])
      expect(
        (await filter(`CREATE EVENT ${event};`, { events: 'disabled' })).sent.map(({ bytes }) => `${bytes}`),
      ).to.deep.equal([`CREATE EVENT ${sent}`]);
  });

  it('is no stranger than what mysqldump writes', async () => {
    const { sent } = await filter(
      `CREATE TABLE \`a\` (x int);\nINSERT INTO \`a\` VALUES (1,NULL,_binary 'v@',0xFF,-1.5e+10,'\xc3\xa0');
CREATE ${ROOT} TRIGGER \`r\` BEFORE INSERT ON \`a\` FOR EACH ROW SET @v = 1;
CREATE TABLE \`b\` (x int);\nINSERT INTO \`b\` VALUES (1);\nINSERT INTO \`b\` VALUES (2);
SET @saved = @@character_set_client;\nSET character_set_client = latin1;
CREATE ALGORITHM=UNDEFINED ${ROOT} SQL SECURITY DEFINER VIEW \`v\` AS select '\xa0' AS \`gr\xf6\xdfe\`;
SET character_set_client = @saved;`,
    );
    expect(sent.map(({ kind }) => kind).join(' ')).to.equal(
      'create insert create create insert insert set set create set',
    );
  });
});
