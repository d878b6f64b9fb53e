import { expect } from 'chai';
import { formatReprDigest } from '../../protocol/digest.ts';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import type { FaultTrial } from '../../testing/cli/fault-trial.ts';
import { expectError, upload } from '../../testing/service/requests.ts';
import { sampleManifest } from '../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';

describe('a plain HTTP client that sends', function () {
  this.timeout(60_000);

  let scene: FaultScene;
  let trial: FaultTrial;
  before(async () => {
    scene = await FaultScene.open();
  });
  after(() => scene[Symbol.asyncDispose]());
  beforeEach(async () => {
    trial = await scene.trial('unused');
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  const sent = (zip: Parameters<typeof upload>[1], manifest?: object) => upload(scene.service.url, zip, { manifest });

  it('a truncated zip: it is refused', async () => {
    const zip = sampleZip({ database: trial.label });
    expectError(await sent({ ...zip, bytes: zip.bytes.subarray(0, -30) }), 422, 'INVALID_ZIP', 'file');
    await trial.expectNothingStored();
  });

  /** A zip both of whose headers tell something else of its data, at that place in each. */
  const mislabelled = (atLocal: number, atDirectory: number) => {
    const zip = sampleZip({ database: trial.label, content: `${'x'.repeat(5000)}\n-- Dump completed\n` });
    const bytes = Buffer.from(zip.bytes);
    const directory = bytes.indexOf('PK\x01\x02', 0, 'latin1');
    for (const at of [atLocal, directory + atDirectory]) bytes.writeUInt32LE(bytes.readUInt32LE(at) + 1, at);
    return { ...zip, bytes };
  };

  it('a zip whose data has a different CRC than its directory says: it is refused', async () => {
    expectError(await sent(mislabelled(14, 16)), 422, 'INVALID_ZIP', 'file');
    await trial.expectNothingStored();
  });

  it('a zip whose data has a different size than its directory says: it is refused', async () => {
    expectError(await sent(mislabelled(22, 24)), 422, 'INVALID_ZIP', 'file');
    await trial.expectNothingStored();
  });

  it('a zip with a different SHA-256 than its Repr-Digest says: it is refused', async () => {
    const zip = sampleZip({ database: trial.label });
    const headers = { 'repr-digest': formatReprDigest(Buffer.alloc(32)) };
    expectError(await upload(scene.service.url, zip, { headers }), 422, 'DIGEST_MISMATCH', 'Repr-Digest');
    await trial.expectNothingStored();
  });

  it('a cut-off dump in a sound zip, without a manifest: it is kept as incomplete', async () => {
    const zip = sampleZip({ database: trial.label, content: 'INSERT INTO t VALUES (1),\n' });
    const { status, json } = await sent(zip);
    expect(status).to.equal(201);
    expect(json.data.state).to.equal('incomplete');
    const codes = json.data.findings.map(({ code }: { code: string }) => code);
    expect(codes).to.have.members(['NO_MANIFEST', 'END_MARKER_MISSING']);
    expect((await trial.listed()).map(({ state }) => state)).to.deep.equal(['incomplete']);
  });

  it('a cut-off dump in a sound zip, whose manifest says that it is whole: it is kept as incomplete', async () => {
    const zip = sampleZip({ database: trial.label, content: 'INSERT INTO t VALUES (1),\n' });
    const { status, json } = await sent(zip, sampleManifest(zip));
    expect(status).to.equal(201);
    expect(json.data.state).to.equal('incomplete');
    expect((await trial.listed()).map(({ state }) => state)).to.deep.equal(['incomplete']);
  });

  it('the manifest of another zip: it is refused', async () => {
    const zip = sampleZip({ database: trial.label });
    const manifest = sampleManifest({ ...zip, sha256: 'f'.repeat(64) });
    expectError(await sent(zip, manifest), 422, 'DIGEST_MISMATCH', 'manifest');
    await trial.expectNothingStored();
  });

  it('the manifest of another dump: it is refused', async () => {
    const zip = sampleZip({ database: trial.label });
    const manifest = sampleManifest({ ...zip, dump: { ...zip.dump, sha256: 'f'.repeat(64) } });
    expectError(await sent(zip, manifest), 422, 'MANIFEST_MISMATCH', 'manifest');
    await trial.expectNothingStored();
  });
});
