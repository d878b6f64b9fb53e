import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import type { FaultTrial } from '../../testing/cli/fault-trial.ts';
import { sade } from '../../testing/cli/sade.ts';
import { SHOP } from '../../testing/databases/shop.ts';

const TARGET_PASSWORD = `only "for'loading`;
const MADE = 'restore_json_made';

describe('sade restore --json', function () {
  this.timeout(120_000);
  let scene: FaultScene;
  let trial: FaultTrial;
  let secrets: readonly string[];
  before(async () => {
    scene = await FaultScene.open();
    const database = await scene.createDatabase(SHOP);
    const { mariadb } = scene;
    trial = await scene.trial(database, {});
    secrets = [String((trial.entry as { db_password: string }).db_password), TARGET_PASSWORD];
    for (const secret of secrets) expect(secret).to.have.length.greaterThan(4);
    // Names that a server and a dump repeat: those of a view and of owners who do not exist.
    for (const [i, secret] of secrets.entries()) {
      const name = secret.replaceAll('`', '``');
      await mariadb.sql(
        `create definer=\`${name}\`@\`%\` sql security invoker view \`view ${i} of ${name}\` as select 1 as a`,
        database,
      );
    }
    await mariadb.sql(
      `create or replace user json@'127.0.0.1' identified by '${TARGET_PASSWORD.replaceAll("'", "''")}'; grant all on *.* to json@'127.0.0.1'`,
    );
    await trial.backup();
    const target = { db_host: mariadb.host, db_port: mariadb.port, db_username: 'json', db_password: TARGET_PASSWORD };
    const wrong = { ...target, db_password: `${TARGET_PASSWORD} and more` };
    const away = { ...target, db_port: 1 };
    await writeFile(join(trial.place.folder, 'targets.json'), JSON.stringify({ target, wrong, away }), { mode: 0o600 });
  });
  after(async () => {
    await trial[Symbol.asyncDispose]();
    await scene.mariadb.sql(`drop database if exists ${MADE}; drop user json@'127.0.0.1'`);
    await scene[Symbol.asyncDispose]();
  });

  const restore = async (args: string[], { json = true } = {}) => {
    const { folder, workDir } = trial.place;
    const files = ['--config', join(folder, 'databases.json'), '--targets', join(folder, 'targets.json')];
    const given = [...files, '--work-dir', workDir, '--server', trial.url, ...(json ? ['--json'] : []), ...args];
    const { code, stdout, stderr } = await sade(['restore', trial.label, ...given]);
    for (const secret of secrets)
      for (const form of [secret, JSON.stringify(secret).slice(1, -1), secret.replaceAll("'", "''")])
        expect(stdout + stderr, args.join(' ')).to.not.contain(form);
    return { code, stdout, stderr };
  };

  it('prints one object with the same keys at every end, and its exit code is that of the program', async () => {
    const ends: [args: string[], code: number, has: string[], says: RegExp][] = [
      [['--into', MADE, '--replace'], 3, ['error'], /can't be given together/],
      [['--at', 'neverwhen'], 3, ['error'], /--at/],
      [['--to', 'nowhere'], 3, ['error'], /has no target nowhere/],
      [['--at', '99999'], 3, ['error'], /99999/],
      [['--to', 'wrong'], 2, ['error'], /can't connect/],
      [['--to', 'away'], 2, ['error'], /can't connect/],
      [['--to', 'target'], 3, ['plan'], /is there, and not empty/],
      [['--to', 'target', '--into', MADE], 3, ['plan', 'error'], /no terminal to ask on/],
      [['--to', 'target', '--into', MADE, '--dry-run'], 0, ['plan'], /create the database/],
    ];
    for (const [args, code, has, says] of ends) {
      const { code: ended, stdout, stderr } = await restore(['--force', ...args]);
      const answer = JSON.parse(stdout);
      expect(Object.keys(answer), stdout).to.deep.equal(['plan', 'result', 'error']);
      const given = Object.keys(answer).filter(key => answer[key] !== null);
      expect({ args, ended, given }, stdout + stderr).to.deep.equal({ args, ended: code, given: has });
      expect(stdout).to.match(says);
      if (answer.error)
        expect(answer.error).to.include({ exit_code: code }).and.have.keys('message', 'advice', 'exit_code');
    }
  });

  it('shows no password of the source or of the target, on the screen, in JSON, and in the report of the service', async () => {
    const args = ['--force', '--yes', '--to', 'target', '--into', MADE];
    const { code, stdout, stderr } = await restore(args);
    expect(code, stdout + stderr).to.equal(0);
    const { plan, result: shown, error } = JSON.parse(stdout);
    const { warnings, ...result } = shown;
    expect(warnings.join('\n'), 'as on the screen')
      .to.contain('fail with error 1449')
      .and.contain('what to do: CREATE USER');
    expect(warnings.filter((text: string) => /whether it exists|\) does not exist/.test(text))).to.deep.equal([]);
    expect([plan.target.database, error]).to.deep.equal([MADE, null]);
    expect(JSON.stringify(result.changes)).to.contain('DEFINER').and.contain('***').and.contain('does not exist');
    expect(result.seconds).to.have.keys('fetch', 'load', 'keys', 'verify');
    const ask = async (path: string) =>
      (await (await fetch(`${trial.url}/-/restores${path}`)).json()) as { data: unknown };
    const [{ id }] = (await ask(`?database=${trial.label}`)).data as [{ id: number }];
    expect((await ask(`/${id}`)).data).to.deep.include({ report: result });
    await scene.mariadb.sql(`drop database ${MADE}`);
    const screen = await restore(args, { json: false });
    expect(screen.code).to.equal(0);
    expect(screen.stdout)
      .to.contain('***')
      .and.match(/took +[\d.]+ s: fetching [\d.]+ s, loading [\d.]+ s, comparing [\d.]+ s/);
  });
});
