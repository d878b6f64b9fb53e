import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { entryNameOf } from '../../../protocol/backup-name.ts';
import { expectError, graphql, request, upload } from '../../../testing/service/requests.ts';
import { type Service, startService } from '../../../testing/service/service.ts';
import { rebuildHere, startServiceHere } from '../../../testing/service/service-here.ts';
import { sampleManifest } from '../../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';

/** A ZIP64 locator that leads far beyond the end of any file, and an end record. 42 bytes. */
const BEYOND = Buffer.concat([
  Buffer.from('PK\x06\x07', 'latin1'),
  Buffer.alloc(16),
  Buffer.from('PK\x05\x06'),
  Buffer.alloc(18),
]);
BEYOND.writeBigUInt64LE(2n ** 53n, 8);
BEYOND.writeUInt32LE(1, 16);

describe('the service, as its own process', function () {
  this.timeout(60_000);
  let folder: string;
  let env: Record<string, string>;
  let service: Service;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-hostile-'));
    env = { DATABASE_URL: `sqlite:${join(folder, 'history.sqlite')}`, STORAGE_DIR: join(folder, 'backups') };
    service = await startService(env);
  });
  after(async () => {
    await service[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('refuses a zip of 42 bytes whose header points outside the file, and goes on', async () => {
    for (const offset of [2n ** 53n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 31n, 43n]) {
      const bytes = Buffer.from(BEYOND);
      bytes.writeBigUInt64LE(offset, 8);
      expectError(await upload(service.url, { ...sampleZip(), bytes }), 422, 'INVALID_ZIP', 'file');
    }
    expect((await upload(service.url, sampleZip())).status).to.equal(201);
  });

  it('answers a small upload before zips that decompress to a thousand times their size', async () => {
    const zeros = Buffer.alloc(256 * 1024 ** 2);
    const bombs = Array.from({ length: 6 }, (_, day) =>
      sampleZip({ database: 'zeros', takenAt: `2023-10-0${day + 1}T00:00:00Z`, content: day === 0 ? zeros : '' }),
    );
    const bomb = bombs[0]!;
    let isOver = false;
    const sending = bombs.map(async ({ fileName }) => {
      const renamed = bomb.bytes.toString('latin1').replaceAll(entryNameOf(bomb.fileName), entryNameOf(fileName));
      const { status } = await upload(service.url, { ...bomb, fileName, bytes: Buffer.from(renamed, 'latin1') });
      isOver = true;
      return status;
    });
    const small: number[] = [];
    while (!isOver) small.push((await upload(service.url, sampleZip())).status);
    expect(await Promise.all(sending)).to.deep.equal(Array(6).fill(201));
    expect(new Set(small)).to.deep.equal(new Set([201]));
    // One or two may be there before the others; each of those behind would have to wait until one of these is done.
    expect(small).to.have.length.above(3);
  });

  it('accepts manifests of 100,000 tables, and compares them', async () => {
    const tables = Array.from({ length: 100_000 }, (_, at) => ({ name: `t${at}`, rows: 1, bytes: 2 }));
    const [first, second] = ['2023-01-01T00:00:00Z', '2023-01-02T00:00:00Z'].map(takenAt =>
      sampleZip({ database: 'wide', takenAt }),
    );
    const sent = await upload(service.url, first!, { manifest: sampleManifest(first!, { inventory: { tables } }) });
    expect(sent.json.data).to.include({ state: 'complete' });
    const manifest = sampleManifest(second!, { inventory: { tables: tables.slice(1) } });
    const { json } = await upload(service.url, second!, { manifest });
    expect(json.data.findings.map(({ message }: { message: string }) => message).join()).to.contain('table t0');
    const { data } = (
      await graphql(service.url, `{ backup(id: "${json.data.id}") { inventory { rows } dumpSeconds } }`)
    ).json;
    expect(data.backup).to.deep.equal({ inventory: { rows: 99_999 }, dumpSeconds: 0.9 });
  });

  it('refuses manifests of a shape that takes long to parse, and ones that are wrong behind 90,000 right tables', async () => {
    const zip = sampleZip({ takenAt: '2023-10-29T00:00:00Z' });
    const sound = JSON.stringify(sampleManifest(zip));
    const padded = (more: string) => `${sound.slice(0, -1)},"more":${more}}`;
    const tables = Array.from({ length: 90_000 }, (_, at) => ({
      name: `t${at}`,
      rows: at === 89_999 ? -1 : 1,
      bytes: 2,
    }));
    const keys = JSON.stringify(Object.fromEntries(tables.map(({ name }) => [name, 1])));
    for (const [text, reason] of [
      [padded(`${'['.repeat(1_900_000)}${']'.repeat(1_900_000)}`), 'nested more than 32 levels'],
      [padded(`[${Array(1_200_000).fill('{}')}]`), 'more than 200000 lists and objects'],
      [padded(keys), 'more than 1000 keys'],
      [JSON.stringify(sampleManifest(zip, { inventory: { tables } })), 'inventory.tables[89999] must have a name'],
    ] as const) {
      const answer = await upload(service.url, zip, { fields: { manifest: text } });
      expectError(answer, 422, 'INVALID_MANIFEST', 'manifest');
      expect(answer.json.message).to.contain(reason);
    }
    expect((await upload(service.url, zip, { fields: { manifest: padded('[[{}]]') } })).status).to.equal(201);
  });

  it('refuses a dump above MAX_DUMP_BYTES, and keeps nothing of it', async () => {
    await using strict = await startServiceHere({
      ...{ DATABASE_URL: `sqlite:${join(folder, 'strict.sqlite')}`, STORAGE_DIR: join(folder, 'strict') },
      ...{ MAX_DUMP_BYTES: '1000' },
    });
    expectError(await upload(strict.url, sampleZip({ content: 'x'.repeat(1001) })), 413, 'DUMP_TOO_LARGE');
    expect((await upload(strict.url, sampleZip({ content: 'x'.repeat(1000) }))).status).to.equal(201);
    expect((await request(`${strict.url}/pt_xyz`)).json.data.histories).to.have.length(1);
  });

  it('rebuilds a history beside stored zips whose headers point outside the file', async () => {
    const zip = sampleZip({ takenAt: '2023-11-01T00:00:00Z' });
    await service.stop();
    await writeFile(join(folder, 'backups', 'pt_xyz', zip.fileName), BEYOND);
    const { code, output } = await rebuildHere(env);
    expect(code).to.equal(1);
    expect(output).to.contain(`${zip.fileName} was not added to the history`);
    await using next = await startServiceHere(env);
    expect((await request(`${next.url}/pt_xyz`)).text).not.to.contain(zip.fileName);
  });
});
