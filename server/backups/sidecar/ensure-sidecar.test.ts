import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { makeMemoryFolder } from '../../../testing/machine/memory-folder.ts';
import { keepNight } from '../../../testing/service/removing.ts';
import { describeOnAnyStore, runApp } from '../../../testing/service/running-app.ts';
import { openHistory } from '../../history/orm.ts';
import { pinBackup } from '../../pins/pin-backup.ts';
import { ensureSidecar } from './ensure-sidecar.ts';
import { parseSidecar } from './sidecar.ts';

describeOnAnyStore('the record of a backup that is written again', store => {
  it('has the pin that another process makes at the same moment', async () => {
    const folder = await makeMemoryFolder('lumbung-record-');
    const url = await store.url(folder);
    await using app = await runApp({ name: store.name, url: async () => url });
    const other = await openHistory(url);
    try {
      const { id, database, fileName } = await keepNight(app, 1);
      const address = { database, fileName };
      await app.storage.putMetadata(address, 'torn');
      const wanted = { kind: 'hold', reason: 'case 12/2026', by: 'siti' } as const;
      let pinning: Promise<unknown> | undefined;
      const storage: typeof app.storage = {
        ...app.storage,
        async putMetadata(at, text) {
          pinning ??= pinBackup({ em: other.em.fork(), storage: app.storage, now: new Date() }, id, wanted);
          // Without the lock it would be done by then.
          await Promise.race([pinning, sleep(200)]);
          await app.storage.putMetadata(at, text);
        },
      };
      expect(await ensureSidecar({ em: app.history.em.fork(), storage }, id)).to.equal(true);
      await pinning;
      const record = parseSidecar((await app.storage.getMetadata(address))!, address);
      expect(record).to.have.nested.property('pins[0].reason', 'case 12/2026');
      expect(await ensureSidecar({ em: app.history.em.fork(), storage }, id), 'it is sound').to.equal(false);
    } finally {
      await other.close(true);
      await rm(folder, { recursive: true, force: true });
    }
  });
});
