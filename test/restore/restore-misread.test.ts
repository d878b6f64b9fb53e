import { expect } from 'chai';
import { createConnection } from 'mysql2/promise';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import type { FaultTrial } from '../../testing/cli/fault-trial.ts';
import { runDocumented } from '../../testing/cli/sade.ts';

/** The mysql client sees a comment begin in the string, and finds no end of the trigger, nor the table behind it. */
const BODY = `BEGIN SET @a = CASE WHEN 1/* ' */THEN-- "/*+-- --\n'/\\\\/**/' ELSE '' END; END`;

describe('a backup whose trigger the mysql client misreads', function () {
  this.timeout(120_000);
  let scene: FaultScene;
  let trial: FaultTrial;
  let database: string;
  before(async () => {
    scene = await FaultScene.open();
    const { socket: socketPath } = scene.mariadb;
    database = await scene.createDatabase('create table a (id int primary key); insert into a values (1)');
    await using api = await createConnection({ socketPath, user: 'root', charset: 'utf8mb4', database });
    await api.query(`create trigger misread before insert on a for each row ${BODY}`);
    await api.query('create table b (id int primary key)');
    await api.query('insert into b values (1), (2)');
    await api.query('create view v as select id from b');
    trial = await scene.trial(database, {
      entry: { restore_username: 'misreading', restore_password: 'only for these' },
    });
    await scene.mariadb.sql(
      "create or replace user misreading@'127.0.0.1' identified by 'only for these'; grant all on *.* to misreading@'127.0.0.1'",
    );
  });
  after(async () => {
    await scene.mariadb.sql("drop user misreading@'127.0.0.1'");
    await trial[Symbol.asyncDispose]();
    await scene[Symbol.asyncDispose]();
  });

  const run = async (command: string) => {
    const { code, stdout, stderr } = await runDocumented(command, trial.place, trial.url);
    return { code, text: (stdout + stderr).replace(/\s+/g, ' ') };
  };

  it('is incomplete, and says that its other objects are hidden from that client, not missing', async () => {
    const { outcome } = await trial.backup();
    expect(outcome.findings.map(({ code }) => code)).to.deep.equal([
      ...['CLIENT_MISREADS_DEFINITION', 'UNTERMINATED_STATEMENT', 'OBJECTS_MISSING'],
    ]);
    for (const { advice } of outcome.findings) expect(advice).to.contain('sade restore');
    expect(outcome.findings[2]!.message).to.match(/does not see .* misreads a definition .*: tables b; views v$/);
    const drill = await run(`sade drill --only ${trial.label}`);
    expect(drill.text).to.contain('COULD NOT TEST. It has no complete backup');
    const refused = await run(`sade restore ${trial.label} --at ${outcome.backup_id} --into misread_new --yes`);
    expect(refused.code, refused.text).to.equal(3);
  });

  it('is restored with --force, also over another one and from a file, and all of it agrees', async () => {
    const { outcome } = await trial.backup();
    for (const more of [`--at ${outcome.backup_id}`, `--from ${await trial.storedZip()}`]) {
      const { code, text } = await run(`sade restore ${trial.label} ${more} --into misread_new --force --yes`);
      expect(code, text).to.equal(0);
      expect(text).to.contain('compared 4 objects and 3 rows');
      await scene.mariadb.sql('drop database misread_new');
    }
    const replaced = await run(`sade restore ${trial.label} --at ${outcome.backup_id} --replace --force --yes`);
    expect(replaced.code, replaced.text).to.equal(0);
    const [row] = await scene.mariadb.sql(
      'select (select count(*) from b) as b, (select count(*) from v) as v',
      database,
    );
    expect(row).to.deep.equal({ b: 2, v: 2 });
    await scene.mariadb.sql(`drop database ${database}__lumbung_old`);
  });
});
