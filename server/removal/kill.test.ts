import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { type KeptBackup, keepNight, removeNow, scheduleNow } from '../../testing/service/removing.ts';
import { describeOnEachStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';

const SERVER = new URL('..', import.meta.url).href;

/** A process that removes what is due, and is killed by the kernel in the middle of it. */
const PROGRAM = `
  const [url, folder, step, isDone] = process.argv.slice(2);
  const { openHistory } = await import('${SERVER}history/orm.ts');
  const { folderStorage } = await import('${SERVER}storage/folder/folder-storage.ts');
  const { removeDue } = await import('${SERVER}removal/remove-due.ts');
  const history = await openHistory(url);
  const storage = folderStorage({ folder });
  const plain = { ...storage };
  const die = () => { process.kill(process.pid, 'SIGKILL'); return new Promise(() => {}); };
  storage[step] = async (...given) => {
    if (isDone === 'true') await plain[step](...given);
    await die();
  };
  const log = Object.fromEntries(['info', 'warn', 'error'].map(level => [level, console.error]));
  const audit = { within: async () => () => {} };
  await removeDue({ em: history.em.fork(), storage, now: new Date(), log, events: { changed() {} }, audit, mayGo: async () => true });
`;

describeOnEachStore('a process that is killed (SIGKILL) while it removes a backup', store => {
  let app: RunningApp;
  let nights: KeptBackup[];
  let folder: string;
  let url: string;
  beforeEach(async () => {
    folder = await makeMemoryFolder('lumbung-kill-');
    url = await store.url(folder);
    app = await runApp({ name: store.name, url: async () => url });
    nights = [await keepNight(app, 1), await keepNight(app, 2)];
  });
  afterEach(async () => {
    await app[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  for (const [step, isDone, left] of [
    ['putMetadata', true, 200],
    ['removeFile', true, 410],
  ] as const)
    it(`behind ${step} leaves the backup or its tombstone, and no lock, and the next round ends it`, async () => {
      await scheduleNow(app, [nights[0]!.id]);
      const program = join(folder, 'remove.mjs');
      await writeFile(program, PROGRAM);
      const child = spawn(process.execPath, [program, url, app.storageDir, step, String(isDone)], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const said: Buffer[] = [];
      child.stderr.on('data', piece => said.push(piece));
      const [, signal] = await once(child, 'close');
      expect(signal, Buffer.concat(said).toString()).to.equal('SIGKILL');
      const answer = await fetch(`${app.url}/${nights[0]!.id}/download`);
      expect(answer.status).to.equal(left);
      if (left === 200) expect(Buffer.from(await answer.arrayBuffer()).equals(nights[0]!.bytes)).to.equal(true);
      expect(await removeNow(app)).to.include({ removed: 1, failed: 0 });
      expect(await app.storedZips()).to.deep.equal([`pt_xyz/${nights[1]!.fileName}`]);
    });
});
