import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import { COMPILE_CACHE } from '../../testing/compile-cache.ts';
import { peakMib, USUAL_PAGES } from '../../testing/machine/peak-memory.ts';

const SADE = join(import.meta.dirname, '../../cli/sade');

/** Compresses well, so that it is inflated faster than it is loaded. */
const BIG = `create table big (id int primary key, t mediumtext, key (t(20)));
  insert into big select seq, concat(sha2(seq, 512), repeat(sha2(seq + 1, 512), 15), sha2(seq + 2, 512)) from seq_1_to_64000`;
const DUMP_MIB = 130;

/** About 140 of it are needed. With the space for young objects that Node gives on its own, it is 200. */
const MOST_MIB = 170;

describe('sade restore of a large dump', function () {
  this.timeout(240_000);

  it(`stays below ${MOST_MIB} MiB of memory, as the script cli/sade starts it`, async function () {
    if (process.platform !== 'linux') return this.skip();
    await using scene = await FaultScene.open();
    const database = await scene.createDatabase(BIG);
    await using trial = await scene.trial(database);
    const { outcome } = await trial.backup(['--level', '1']);
    expect(outcome.dump_bytes).to.be.above(DUMP_MIB * 2 ** 20);
    const into = `${database}_x`;
    const { host, port, user, password } = scene.mariadb;
    await trial.place.list([
      { ...trial.entry, db_host: host, db_port: port, db_username: user, db_password: password },
    ]);
    const files = ['--config', join(trial.place.folder, 'databases.json'), '--work-dir', trial.place.workDir];
    const args = ['restore', trial.label, '--yes', '--jobs', '2', '--into', into, '--server', trial.url, ...files];
    const child = spawn(SADE, args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, ...COMPILE_CACHE, ...USUAL_PAGES, NO_COLOR: '1' },
    });
    const ended = once(child, 'close');
    const peak = await watchPeak(child.pid!);
    expect((await ended)[0]).to.equal(0);
    expect(peak).to.be.within(50, MOST_MIB);
    await scene.mariadb.sql(`drop database ${into}`);
  });
});

async function watchPeak(pid: number): Promise<number> {
  for (let peak = 0; ; await sleep(50)) {
    const seen = await peakMib(pid).catch(() => Number.NaN);
    if (Number.isNaN(seen)) return peak;
    peak = seen;
  }
}
