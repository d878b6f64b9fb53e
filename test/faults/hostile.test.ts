import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import { type Lie, startLyingProxy } from '../../testing/proxies/lying-proxy.ts';

const run = promisify(execFile);
const TRUTH = 'a comment of a table, in which there is room enough for a lie that is not short at all';
const FILLER = 'x'.repeat(40);

/** The real server and the real dump program, and between the two a proxy that changes the server's answers. */
describe('a backup of a server that', function () {
  this.timeout(60_000);

  let scene: FaultScene;
  before(async () => {
    scene = await FaultScene.open();
  });
  after(() => scene[Symbol.asyncDispose]());

  const LIES: readonly (readonly [what: string, lie: Lie])[] = [
    ['an account behind a table', [TRUTH, "'; CREATE USER evil@'%'; GRANT ALL ON *.* TO evil@'%'; -- "]],
    ['another database behind a table', [TRUTH, "'; USE mysql; -- "]],
    ['a shell behind a table', [TRUTH, "';\n\\! touch /tmp/evil\n-- "]],
    ['code in a comment behind a table', [TRUTH, "' /*!50003 ; DROP TABLE u */; -- "]],
    ['rows in place of a definition', [TRUTH, "' SELECT * FROM mysql.global_priv -- "]],
    ['a statement in place of a number', [FILLER.replaceAll('x', '7'), '1); CREATE USER evil; -- ']],
    ['a function in place of a number', [FILLER.replaceAll('x', '7'), "0+LENGTH(LOAD_FILE('/etc/passwd'))"]],
    ['a statement behind a routine', ["select 'a routine in which there is room'", 'select 1; create user evil ']],
  ];

  for (const [what, lie] of LIES)
    it(`puts statements into its answers: ${what}`, async () => {
      const database = await scene.createDatabase(
        `create table t (n decimal(40)) comment '${TRUTH}'; insert into t values (${FILLER.replaceAll('x', '7')});
         create procedure p() select 'a routine in which there is room'`,
      );
      await using proxy = await startLyingProxy(scene.mariadb, [lie]);
      await using trial = await scene.trial(database, { entry: { db_port: proxy.port } });
      const result = await trial.backup();
      await trial.expectIncomplete(result, ['UNEXPECTED_STATEMENT']);
      expect(proxy.told).to.be.greaterThan(0);

      // As docs/how-to/restore-a-database.md has it: even so the restore does not obey.
      const { user, sql } = await restorer(scene, `${database}_restored`);
      const { stdout } = await run('unzip', ['-p', await trial.storedZip()], { encoding: 'buffer' });
      const args = [
        '--no-defaults',
        `--socket=${scene.mariadb.socket}`,
        `--user=${user}`,
        '--binary-mode',
        '--comments',
      ];
      spawnSync('mariadb', [...args, `${database}_restored`], { input: stdout, timeout: 30_000 });
      const evil = await sql("select user from mysql.user where user = 'evil'");
      expect(evil).to.deep.equal([]);
    });
});

async function restorer({ mariadb }: FaultScene, database: string) {
  const user = `restorer_${process.pid}`;
  await mariadb.sql(
    `create database ${database}; create or replace user ${user}@localhost; grant all privileges on \`${database.replaceAll('_', '\\_')}\`.* to ${user}@localhost; grant set user on *.* to ${user}@localhost`,
  );
  return { user, sql: (statement: string) => mariadb.sql(statement) };
}
