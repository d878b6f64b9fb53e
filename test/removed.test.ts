import { expect } from 'chai';
import { scheduleRemoval } from '../server/removal/schedule-removal.ts';
import { sade } from '../testing/cli/sade.ts';
import { type KeptBackup, keepNight, removeNow, scheduleNow } from '../testing/service/removing.ts';
import { historyStores, type RunningApp, runApp } from '../testing/service/running-app.ts';

describe('sade and a backup that was removed', () => {
  let app: RunningApp;
  let nights: KeptBackup[];
  before(async () => {
    app = await runApp(historyStores[0]!);
    nights = [await keepNight(app, 1), await keepNight(app, 2), await keepNight(app, 3), await keepNight(app, 4)];
    await scheduleNow(app, [nights[0]!.id, nights[3]!.id]);
    await removeNow(app);
    const only = await keepNight(app, 1, { database: 'left' });
    const wanted = {
      dueAt: new Date(0),
      by: 'token ops',
      why: 'the client has left',
      kind: 'request_of_last',
    } as const;
    const now = new Date();
    await scheduleRemoval({ em: app.history.em.fork(), storage: app.storage, now }, { backupId: only.id, ...wanted });
    await removeNow(app);
    const due = { dueAt: new Date('2099-01-01T00:00:00Z'), by: 'retention', why: 'old', kind: 'retention' } as const;
    await scheduleRemoval(
      { em: app.history.em.fork(), storage: app.storage, now },
      { backupId: nights[1]!.id, ...due },
    );
  });
  after(() => app[Symbol.asyncDispose]());

  const run = (...args: string[]) => sade([...args, '--server', app.url]);
  const idOf = (night: number) => () => String(nights[night - 1]!.id);
  const [first, second, third, fourth] = [idOf(1), idOf(2), idOf(3), idOf(4)];

  it('history lists it as removed, one that is about to go with its day, and proposes none of them', async () => {
    const { code, stdout } = await run('history', 'pt_xyz');
    expect(code).to.equal(0);
    const lines = stdout.split('\n');
    const lineOf = (id: string) => lines.find(line => new RegExp(`^ *${id} `).test(line));
    expect(lineOf(first())).to.match(/ removed /);
    expect(lineOf(fourth())).to.match(/ removed /);
    expect(lineOf(second())).to.contain('complete, removed on 1 Jan 2099');
    expect(stdout).to.contain(`sade show ${third()}`).and.to.not.contain(`sade show ${fourth()}`);
  });

  it('show names who removed it, when and why, and offers nothing to restore', async () => {
    const { code, stdout } = await run('show', first());
    expect(code).to.equal(0);
    expect(stdout).to.match(/^removed {2}mysql-/);
    expect(stdout).to.match(/removed +\d+ \w+ \d{4} .* by retention: goes because a test says so/);
    expect(stdout)
      .to.contain('sade history pt_xyz')
      .and.to.not.contain('sade restore')
      .and.to.not.contain('sade download');
    expect((await run('show', second())).stdout).to.contain('Until then it can be downloaded and taken back');
  });

  it('download and restore --at say that it is gone, and what to do', async () => {
    const { code, stderr } = await run('download', first());
    expect(code).to.not.equal(0);
    expect(stderr)
      .to.contain('410 BACKUP_REMOVED')
      .and.to.contain('goes because a test says so')
      .and.to.contain('sade history');
    const restore = await run('restore', 'pt_xyz', '--at', first(), '--to-stdout');
    expect(restore.code).to.not.equal(0);
    expect(restore.stderr).to.match(
      new RegExp(`backup ${first()} of pt_xyz .* was removed on .* by retention: goes because`),
    );
  });

  it('restore takes the newest that is there, and notes that a newer one was removed', async () => {
    const { code, stderr } = await run('restore', 'pt_xyz', '--to-stdout');
    expect(code, stderr).to.equal(0);
    expect(stderr).to.contain(`newer, but removed: backup ${fourth()}`);
    const left = await run('restore', 'left', '--to-stdout');
    expect(left.stderr).to.contain('the service has no backup of left any more');
  });

  it('list shows a database of which all were removed as one without a backup', async () => {
    const { stdout } = await run('list');
    expect(stdout).to.match(/left +.*REMOVED|REMOVED.*left/);
    expect(stdout).to.not.match(/left.* complete/);
  });
});
