import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { peakMib } from '../../../testing/machine/peak-memory.ts';
import { type RawConnection, rawConnection, uploadHead } from '../../../testing/service/raw-http.ts';
import { request, upload } from '../../../testing/service/requests.ts';
import { startService } from '../../../testing/service/service.ts';
import { until } from '../../../testing/until.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';

const MIB = 1024 * 1024;
const CONNECTIONS = 70;
const FIELDS = 8;
/** A start alone takes about 165; all that is sent here would be 4,480 more. */
const MAX_MIB = 400;

describe('forms that are sent to fill the memory', function () {
  this.timeout(120_000);

  it(`hold no more than their budget: ${CONNECTIONS} with ${FIELDS} fields of 8 MiB each, and then silence`, async function () {
    if (process.platform !== 'linux') return this.skip();
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-hog-'));
    const hogs: RawConnection[] = [];
    try {
      await using service = await startService({
        DATABASE_URL: `sqlite:${folder}/h.sqlite`,
        STORAGE_DIR: join(folder, 'backups'),
      });
      const head = uploadHead('pt_xyz', '', { 'Content-Length': String(72 * MIB) }).split('--xyz')[0]!;
      const value = Buffer.alloc(8 * MIB - 100, 'x');
      for (let i = 0; i < CONNECTIONS; i++) hogs.push(await rawConnection(service.url));
      for (const hog of hogs) {
        hog.socket.write(head);
        for (let i = 0; i < FIELDS; i++) {
          hog.socket.write(`--xyz\r\nContent-Disposition: form-data; name="${i ? `f${i}` : 'manifest'}"\r\n\r\n`);
          hog.socket.write(value);
          hog.socket.write('\r\n');
        }
      }
      // Some hold all that may be held, and are silent now.
      const isRefused = (hog: RawConnection) => hog.received() !== '' || hog.socket.closed;
      await until('the refusals', () => hogs.filter(hog => !isRefused(hog)).length <= 20);
      expect(await peakMib(service.pid)).to.be.lessThan(MAX_MIB);
      expect((await request(`${service.url}/-/ready`)).status).to.equal(200);
      // Until they have been silent for some seconds it is told to come back.
      let status = 0;
      await until(
        () => `an upload that is taken, not answered with ${status}`,
        async () => {
          status = (await upload(service.url, sampleZip())).status;
          expect(status).to.be.oneOf([201, 503]);
          return status === 201;
        },
      );
    } finally {
      for (const { socket } of hogs) socket.destroy();
      await rm(folder, { recursive: true });
    }
  });
});
