import { expect } from 'chai';
import { DumpSession, StatefulConnection } from './session-state.ts';

const RULES = { flavour: 'mariadb', delimiter: ';', escapes: true, ansiQuotes: false, quotesInDollars: false } as const;

describe('the settings of a dump', () => {
  const after = (...statements: string[]) => {
    const session = new DumpSession();
    for (const statement of statements) expect(session.follow(Buffer.from(statement), RULES), statement).to.equal(true);
    return session;
  };

  it('are those that the last SET statements have left', () => {
    const { state } = after(
      '/*!40101 SET NAMES utf8mb4 */',
      "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */",
      '/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */',
      "/*!40103 SET TIME_ZONE='+00:00' */",
      '/*!99999 SET TIME_ZONE=nonsense */',
      '/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */',
      'SET @@session.sql_log_bin = 0, autocommit = 0',
    );
    expect([...state.values()]).to.deep.equal([
      ...['CHARACTER_SET_CLIENT = utf8mb4', 'CHARACTER_SET_RESULTS = utf8mb4', 'CHARACTER_SET_CONNECTION = utf8mb4'],
      ...["SQL_MODE = 'NO_AUTO_VALUE_ON_ZERO'", "TIME_ZONE = '+00:00'", 'FOREIGN_KEY_CHECKS = 0', 'SQL_LOG_BIN = 0'],
    ]);
  });

  it('are the old ones again where they were saved, and the same object where nothing has changed', () => {
    const session = after('SET NAMES utf8mb4');
    const { state } = session;
    for (const statement of [
      'SET @saved_cs_client     = @@character_set_client',
      'SET character_set_client = latin1',
      'SET @saved_sql_mode = @@sql_mode',
      "SET sql_mode = 'ORACLE'",
    ])
      session.follow(Buffer.from(statement), RULES);
    expect(session.state).not.to.equal(state);
    session.follow(Buffer.from('SET character_set_client = @saved_cs_client, sql_mode = @saved_sql_mode'), RULES);
    expect([...session.state]).to.deep.equal([...state]);
    const again = session.state;
    session.follow(Buffer.from('SET @saved_cs_client = @@character_set_client'), RULES);
    expect(session.state).to.equal(again);
  });

  it('are not understood where a statement says something else', () => {
    const session = new DumpSession();
    for (const statement of ['SET GLOBAL x = 1', 'SET x = @never_saved', 'SET x = 1 + 1', 'SET @x = 1', 'SET x'])
      expect(session.follow(Buffer.from(statement), RULES), statement).to.equal(false);
    expect(session.state.size).to.equal(0);
  });

  it('are brought to a connection with what has changed only, and back to what they were at first', async () => {
    const sent: string[] = [];
    const run = async (statement: Uint8Array) => {
      sent.push(Buffer.from(statement).toString());
      return { affectedRows: 0, warnings: 0 };
    };
    const connection = new StatefulConnection({ run, ask: async () => [] });
    const place = { at: 0, object: undefined, beginning: '' };
    const [one, other] = [after('SET a = 1, b = 2').state, after('SET b = 3').state];
    for (const state of [one, one, other]) await connection.run(Buffer.from('DO 1'), place, state);
    expect(sent).to.deep.equal([
      ...['SET @lumbung_first_A = @@A, A = 1, @lumbung_first_B = @@B, B = 2', 'DO 1', 'DO 1'],
      ...['SET A = @lumbung_first_A, B = 3', 'DO 1'],
    ]);
  });
});
