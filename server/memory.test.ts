import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { entryNameOf } from '../protocol/backup-name.ts';
import { peakMib } from '../testing/machine/peak-memory.ts';
import { upload } from '../testing/service/requests.ts';
import { type Service, startService } from '../testing/service/service.ts';
import { type SampleZip, sampleZip } from '../testing/zips/sample-zip.ts';

const MIB = 1024 * 1024;
const FILE_BYTES = 40 * MIB;
const AT_ONCE = 4;

/** Of the service, the largest ever, in MiB. A start alone takes about 165, and two files held in memory 100 more. */
const MAX_MIB = 195;

describe('the memory of the service', function () {
  this.timeout(240_000);
  let folder: string;
  let service: Service | undefined;
  before(async function () {
    if (process.platform !== 'linux') return this.skip();
    folder = await mkdtemp(join(tmpdir(), 'lumbung-memory-'));
    service = await startService({
      DATABASE_URL: `sqlite:${folder}/history.sqlite`,
      STORAGE_DIR: join(folder, 'backups'),
      NODE_OPTIONS: '--max-old-space-size=64',
    });
  });
  after(async () => {
    await service?.kill();
    if (folder) await rm(folder, { recursive: true });
  });

  it(`stays below ${MAX_MIB} MiB while ${AT_ONCE} uploads, ${AT_ONCE} downloads and a scrub go on at once`, async () => {
    const { url, pid } = service!;
    const zip = sampleZip({ content: Buffer.concat([randomBytes(FILE_BYTES), Buffer.from('\n-- Dump completed\n')]) });
    const uploads = async () => Promise.all(Array.from({ length: AT_ONCE }, () => upload(url, renamed(zip))));
    const before = await uploads();
    const downloads = before.map(({ headers }) => lengthOf(url + headers.get('location')));
    const scrub = fetch(`${url}/-/scrub?all=true`, { method: 'POST' });
    for (const { status, text } of [...before, ...(await uploads())]) expect(status, text).to.equal(201);
    expect(await Promise.all(downloads)).to.deep.equal(before.map(() => zip.bytes.length));
    expect((await scrub).status).to.equal(202);
    expect(await peakMib(pid)).to.be.within(50, MAX_MIB);
  });
});

/** The same zip under another name, which is as long. */
function renamed({ database, fileName, bytes }: SampleZip): Pick<SampleZip, 'database' | 'fileName' | 'bytes'> {
  const copy = Buffer.from(bytes);
  const newName = fileName.replace(/[0-9a-f]{8}-[0-9a-f-]{27}(?=\.sql)/, randomUUID());
  const old = entryNameOf(fileName);
  for (const at of [copy.indexOf(old), copy.lastIndexOf(old)]) copy.write(entryNameOf(newName), at);
  return { database, fileName: newName, bytes: copy };
}

async function lengthOf(url: string): Promise<number> {
  const { body } = await fetch(url);
  let length = 0;
  for await (const chunk of body!) length += chunk.length;
  return length;
}
