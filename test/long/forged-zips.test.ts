import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { sentUpload } from '../../testing/service/sent-upload.ts';
import { type Service, startService } from '../../testing/service/service.ts';
import { type Forgery, forgeries } from '../../testing/zips/forge-zip.ts';
import { unreadable } from '../../testing/zips/zip-readers.ts';
import { CONTENT, commonZips, ENTRY, UUID, WRITERS } from '../../testing/zips/zip-writers.ts';

const AT_ONCE = 8;

/** Each field of each header of the zips of each common writer, forged alone, and much else: about 100,000 uploads. */
describe('zips forged one field at a time, sent to a real service', () => {
  const figures = { forged: 0, refused: 0, taken: 0, unreadable: 0 };
  let folder: string;
  let service: Service;
  let zips: Record<string, Buffer>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-forged-'));
    await writeFile(join(folder, 'content'), CONTENT);
    zips = await commonZips(join(folder, 'common'));
    const env = { DATABASE_URL: `sqlite:${join(folder, 'history.sqlite')}`, STORAGE_DIR: join(folder, 'backups') };
    service = await startService({ ...env, SCRUB_INTERVAL_DAYS: '0' });
  });
  after(async () => {
    console.log(`      ${JSON.stringify(figures)}`);
    await service?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  /** Each is sent under a name of its own, which its entry has, too. */
  async function send({ bytes, what }: Forgery, taken: Map<string, string>): Promise<void> {
    const id = randomUUID();
    const fileName = `${ENTRY.replace(UUID, id)}.zip`;
    const renamed = Buffer.from(bytes.toString('latin1').replaceAll(UUID, id), 'latin1');
    const { status, code } = await sentUpload(service.url, 'pt_xyz', fileName, renamed);
    figures.forged += 1;
    if (status === 201) taken.set(join(folder, 'backups', 'pt_xyz', fileName), what);
    else expect({ status, code }, what).to.deep.equal({ status: 422, code: 'INVALID_ZIP' });
    figures[status === 201 ? 'taken' : 'refused'] += 1;
  }

  for (const writer of WRITERS)
    it(`takes of those of ${writer} only what four programs read to the same bytes`, async () => {
      const taken = new Map<string, string>();
      const waiting = forgeries(zips[writer]!);
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (const forgery of waiting) await send(forgery, taken);
        }),
      );
      const failures = await unreadable([...taken.keys()], join(folder, 'content'));
      figures.unreadable += failures.length;
      expect(failures.map(line => `${line.split(': ')[0]}: ${taken.get(line.split(': ')[1]!)}`)).to.deep.equal([]);
      expect(taken.size).to.be.above(50);
    });
});
