import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { finding } from '../../protocol/finding.ts';
import { FINDINGS, FORMER_CODES } from '../../protocol/finding-codes.ts';
import { manifestWith } from '../../testing/zips/sample-manifest.ts';
import { readManifest, writeManifest } from './manifest-file.ts';

const manifest = manifestWith({ file_name: 'x.sql.zip' });

describe('manifest file', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-manifest-'));
    path = join(folder, 'x.sql.zip.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is read as it was written, and other users can't read it", async () => {
    const missing = finding('TRIGGERS_NOT_GRANTED', 'no triggers', 'GRANT …');
    for (const written of [manifest, manifestWith({ file_name: 'y', findings: [missing] })]) {
      await writeManifest(path, written);
      expect(await readManifest(path)).to.deep.equal(written);
    }
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    expect(await readdir(folder)).to.deep.equal(['x.sql.zip.json']);
  });

  it('that an earlier version left is read with the codes of today', async () => {
    for (const [code, today] of Object.entries(FORMER_CODES)) {
      const findings = [{ code, severity: FINDINGS[today], message: 'x' }];
      await writeManifest(path, manifestWith({ file_name: 'x.sql.zip', findings }));
      expect((await readManifest(path))?.findings).to.deep.equal([{ ...findings[0], code: today }]);
    }
  });

  it('vouches for nothing when it is not there, cut off, or contradicts itself', async () => {
    expect(await readManifest(path)).to.equal(undefined);
    const whole = JSON.stringify(manifest);
    const lies = manifestWith({
      file_name: 'x',
      findings: [finding('TRIGGERS_NOT_GRANTED', 'x')],
      state: 'complete',
    });
    const lighter = { ...manifest, findings: [{ ...finding('TRIGGERS_NOT_GRANTED', 'x'), severity: 'warning' }] };
    for (const text of ['', whole.slice(0, -1), '{}', 'null', JSON.stringify(lies), JSON.stringify(lighter)]) {
      await writeFile(path, text);
      expect(await readManifest(path), text).to.equal(undefined);
    }
  });

  it('that cannot be read is an error, not a missing one', async () => {
    await mkdir(path);
    expect(await readManifest(path).catch(error => error.message)).to.equal(`${path} is a folder, and is not opened`);
  });
});
