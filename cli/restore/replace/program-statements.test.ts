import { expect } from 'chai';
import { statementsOf } from '../../dump-statements/statements-of.ts';
import { programStatements } from './program-statements.ts';

const chosen = async (dump: string) => {
  const pieces = async function* () {
    yield Buffer.from(`-- MariaDB dump\n${dump}\n-- Dump completed\n`);
  };
  const texts: string[] = [];
  for await (const { statement } of programStatements(['set names utf8mb4'], statementsOf(pieces())))
    texts.push(Buffer.from(statement!).toString());
  return texts;
};

const TABLE = `SET @saved_cs_client = @@character_set_client;
SET character_set_client = utf8mb4;
CREATE TABLE \`t\` (\`id\` int);
SET character_set_client = @saved_cs_client;
SET @OLD_AUTOCOMMIT=@@AUTOCOMMIT, @@AUTOCOMMIT=0;
INSERT INTO \`t\` VALUES (1);
COMMIT;
SET AUTOCOMMIT=@OLD_AUTOCOMMIT;
`;
const TRIGGER = `SET @saved_sql_mode = @@sql_mode;
SET sql_mode = 'ANSI_QUOTES';
CREATE TRIGGER \`x\` BEFORE INSERT ON \`t\` FOR EACH ROW set @a = @b;
SET sql_mode = @saved_sql_mode;
`;
const HEAD = "SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO';\n";
const lines = (text: string) =>
  text
    .trim()
    .split(';\n')
    .map(line => line.replace(/;$/, ''));

describe('the statements of a dump that make what does not move with tables', () => {
  it('are those of views, triggers, routines and events, with the settings in front of them', async () => {
    expect(await chosen(HEAD + TABLE + TRIGGER + TABLE.replaceAll('`t`', '`u`'))).to.deep.equal([
      ...['set names utf8mb4', ...lines(HEAD)],
      ...['SET @saved_cs_client = @@character_set_client', 'SET character_set_client = utf8mb4'],
      ...[...lines(TRIGGER), 'SET @saved_cs_client = @@character_set_client', 'SET character_set_client = utf8mb4'],
    ]);
  });

  it('set nothing back to a value that was saved around a table, where that was left out', async () => {
    const texts = await chosen(HEAD + TABLE + TRIGGER);
    expect(texts.join('\n')).to.not.match(/AUTOCOMMIT/);
    expect(texts.slice(-4)).to.deep.equal(lines(TRIGGER));
  });
});
