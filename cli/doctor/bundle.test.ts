import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AdmZip from 'adm-zip';
import { expect } from 'chai';
import { ConfigurationError } from '../errors.ts';
import { refuseToOverwrite, writeBundle } from './bundle.ts';

describe('bundle', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-bundle-'));
    path = join(folder, 'ticket.zip');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const refusal = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail('it was not refused'),
      (error: unknown) => {
        expect(error).to.be.instanceOf(ConfigurationError);
        return (error as Error).message;
      },
    );

  it('holds the documents, for this user only', async () => {
    const size = await writeBundle(
      path,
      new Map([
        ['report.txt', 'ä\n'],
        ['report.json', '{}'],
      ]),
    );
    const entries = new AdmZip(path).getEntries().map(entry => [entry.entryName, entry.getData().toString()]);
    expect(entries).to.have.deep.members([
      ['report.txt', 'ä\n'],
      ['report.json', '{}'],
    ]);
    const { mode, size: onDisk } = await stat(path);
    expect(mode & 0o777).to.equal(0o600);
    expect(onDisk).to.equal(size);
  });

  it('overwrites nothing, also not what a link points to', async () => {
    const other = join(folder, 'other');
    await writeFile(path, 'mine');
    await symlink(other, join(folder, 'link.zip'));
    for (const there of [path, join(folder, 'link.zip')])
      expect(await refusal(writeBundle(there, new Map()))).to.contain('exists already');
    for (const there of [path, join(folder, 'link.zip')])
      expect(await refusal(refuseToOverwrite(there))).to.contain('--bundle');
    expect(await readFile(path, 'utf8')).to.equal('mine');
    expect(await readdir(folder)).not.to.include('other');
    await refuseToOverwrite(join(folder, 'another.zip'));
  });

  it('says why it cannot be written', async () => {
    expect(await refusal(writeBundle(join(folder, 'no', 'x.zip'), new Map()))).to.match(/can't be written: ENOENT/);
  });
});
