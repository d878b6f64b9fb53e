import { expect } from 'chai';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import type { FaultTrial } from '../../testing/cli/fault-trial.ts';
import { sade } from '../../testing/cli/sade.ts';
import { SHOP } from '../../testing/databases/shop.ts';

describe('sade find, after a table was lost', function () {
  this.timeout(120_000);
  let scene: FaultScene;
  let trial: FaultTrial;
  const ids: number[] = [];
  before(async () => {
    scene = await FaultScene.open();
    const database = await scene.createDatabase(SHOP);
    trial = await scene.trial(database);
    for (const change of ['do 1', 'delete from stock where id > 150', 'drop table stock']) {
      await scene.mariadb.sql(change, database);
      ids.push((await trial.backup()).outcome.backup_id!);
    }
  });
  after(async () => {
    await trial[Symbol.asyncDispose]();
    await scene[Symbol.asyncDispose]();
  });

  const find = (...args: string[]) => sade(['find', trial.label, '--server', trial.url, ...args]);

  it('lists the backups that still have it, newest first, with its rows in each and the commands to restore it', async () => {
    const { code, stdout } = await find('--table', 'stock');
    expect(code, stdout).to.equal(0);
    expect(stdout).to.match(new RegExp(`^ *${ids[1]} .* 150 .*\\n *${ids[0]} .* 200 `, 'm'));
    expect(stdout).to.not.match(new RegExp(`^ *${ids[2]} `, 'm'));
    const most = `--tables stock --at ${ids[0]} --server ${trial.url}`;
    expect(stdout).to.contain(`sade restore ${trial.label} --into ${trial.label}_restored ${most}`);
    expect(stdout).to.contain(`sade restore ${trial.label} --replace ${most}`);
  });

  it('prints the same as JSON', async () => {
    const { code, stdout } = await find('--table', 'stock', '--json', '--limit', '1');
    expect(code).to.equal(0);
    const { backups, looked_at, unknown, has_more } = JSON.parse(stdout);
    expect(backups.map(({ id, table }: { id: number; table: { rows: number } }) => [id, table.rows])).to.deep.equal([
      [ids[1], 150],
    ]);
    expect({ looked_at, unknown, has_more }).to.deep.equal({ looked_at: 3, unknown: 0, has_more: true });
  });

  it('exits with 1 where no backup holds it, or none until a time', async () => {
    for (const args of [
      ['--table', 'faktur'],
      ['--table', 'stock', '--at', '2020-01-01'],
    ]) {
      const { code, stdout } = await find(...args);
      expect(code).to.equal(1);
      expect(stdout).to.contain(`No backup of ${trial.label} holds a table ${args[1]} (`);
      expect(stdout).to.contain(`what to do: Check the name. sade history ${trial.label}`);
    }
  });

  it('refuses a database that the service does not know, and a call without a table', async () => {
    const unknown = await sade(['find', 'no_such', '--table', 'x', '--server', trial.url]);
    expect({ code: unknown.code, says: unknown.stderr }).to.have.property('code', 3);
    expect(unknown.stderr).to.contain('the service has no backup of a database no_such');
    expect(await find()).to.include({ code: 3 });
    expect((await find('--table', 'x', '--at', '7')).stderr).to.contain('sade show 7 shows the tables of one backup');
  });
});
