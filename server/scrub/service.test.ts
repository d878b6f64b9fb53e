import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { OwnTime } from '../../testing/own-time.ts';
import { request, upload } from '../../testing/service/requests.ts';
import { historyStores } from '../../testing/service/running-app.ts';
import { endOfScrub, scrubState } from '../../testing/service/scrubbing.ts';
import { startService } from '../../testing/service/service.ts';
import { startServiceHere } from '../../testing/service/service-here.ts';
import { until } from '../../testing/until.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';

for (const store of historyStores)
  describe(`the scrub of node server/main.ts (${store.name})`, function () {
    this.timeout(60_000);
    let folder: string;
    let env: Record<string, string>;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'lumbung-scrub-'));
      env = { DATABASE_URL: await store.url(folder), STORAGE_DIR: join(folder, 'backups') };
    });
    afterEach(() => rm(folder, { recursive: true }));

    it('does not hold up SIGTERM; the next run checks what it left', async () => {
      const zip = sampleZip({ content: randomBytes(3_000_000) });
      {
        await using service = await startService({ ...env, SCRUB_MIB_PER_SECOND: '1' });
        expect((await upload(service.url, zip)).status).to.equal(201);
        expect((await request(`${service.url}/-/scrub?all=true`, { method: 'POST' })).status).to.equal(202);
        await until('bytes that are read', async () => (await scrubState(service.url)).bytes_read > 0);
        expect(await scrubState(service.url)).to.include({ state: 'running', files_checked: 0 });
        using time = new OwnTime();
        expect(await service.stop('SIGTERM')).to.equal(0);
        expect(time.ms).to.be.lessThan(1_000);
        expect(service.output()).to.contain('has stopped').and.not.contain('"level":"error"');
      }
      await using service = await startServiceHere({ ...env, SCRUB_MIB_PER_SECOND: '0', SCRUB_INTERVAL_DAYS: '0' });
      expect((await request(`${service.url}/-/scrub`, { method: 'POST' })).status).to.equal(202);
      const run = await endOfScrub(service.url);
      expect(run).to.include({ files_checked: 1, files_damaged: 0, bytes_read: zip.bytes.length });
    });
  });
