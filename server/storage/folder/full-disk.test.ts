import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { expectError, request, upload } from '../../../testing/service/requests.ts';
import { describeOnEachStore, runApp } from '../../../testing/service/running-app.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';
import { Backup } from '../../entities/backup.entity.ts';

describeOnEachStore('a full disk', store => {
  let disk: string;
  before(function () {
    disk = mkdtempSync(join(tmpdir(), 'lumbung-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'lumbung-test', disk], { stdio: 'pipe' });
    } catch (error) {
      console.warn(`      SKIPPED: no small disk can be mounted here (${String(error).split('\n')[0]})`);
      this.skip();
    }
  });
  after(() => {
    try {
      execFileSync('umount', [disk], { stdio: 'pipe' });
    } catch {
      // Nothing was mounted.
    }
    rmSync(disk, { recursive: true, force: true });
  });

  it('is answered with 507, leaves nothing behind, and a smaller file is accepted afterwards', async () => {
    await using app = await runApp(store, { storageDir: join(disk, 'backups') });
    const large = sampleZip({ content: randomBytes(6_000_000) });
    for (let i = 0; i < 3; i++) {
      const answer = await upload(app.url, large);
      expectError(answer, 507, 'STORAGE_FULL');
      expect(answer.json.free_bytes, 'what is left once nothing of it is kept').to.be.within(3_500_000, 4 << 20);
    }
    expect(await app.storedFiles()).to.deep.equal([]);
    expect(await app.history.em.fork().count(Backup)).to.equal(0);
    expect((await request(`${app.url}/pt_xyz`)).status).to.equal(404);
    const small = sampleZip({ content: randomBytes(3_000_000) });
    expect((await upload(app.url, small)).status).to.equal(201);
    expect(
      app.log.some(line => line.level === 50 && (line.err as { code?: string } | undefined)?.code === 'ENOSPC'),
    ).to.equal(true);
  });
});
