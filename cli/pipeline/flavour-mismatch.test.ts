import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { flavourMismatch } from './flavour-mismatch.ts';

describe('flavour-mismatch', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-flavour-mismatch-'));
  });
  after(() => rm(folder, { recursive: true }));

  const warnings = async (dump: string, flavour: 'mysql' | 'mariadb'): Promise<string[]> => {
    const path = join(folder, 'dump.sql');
    await writeFile(path, dump);
    return flavourMismatch(path, { path: 'mysqldump', flavour, version: '1.2.3', knows: () => false });
  };
  const dumpOf = (server: string) =>
    `/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n--\n-- Host: a    Database: b\n-- ------\n-- Server version\t${server}\n\n`;

  it('says nothing when client and server are of one flavour', async () => {
    expect(await warnings(dumpOf('10.11.19-MariaDB-0+deb12u1'), 'mariadb')).to.deep.equal([]);
    expect(await warnings(dumpOf('5.5.5-10.6.12-MariaDB'), 'mariadb')).to.deep.equal([]);
    expect(await warnings(dumpOf('9.7.0'), 'mysql')).to.deep.equal([]);
    expect(await warnings(dumpOf('8.0.36-28'), 'mysql')).to.deep.equal([]);
  });

  it('warns when they differ, and says what to do', async () => {
    expect((await warnings(dumpOf('9.7.0'), 'mariadb'))[0]).to.match(
      /^dumped from MySQL 9\.7\.0 by MariaDB's mysqldump: .*MySQL's own client.*--mysqldump/,
    );
    expect((await warnings(dumpOf('11.4.2-MariaDB'), 'mysql'))[0]).to.match(
      /^dumped from MariaDB 11\.4\.2-MariaDB by MySQL's mysqldump: .*MariaDB's own client/,
    );
  });

  it('says nothing where the dump tells nothing', async () => {
    for (const dump of [
      '',
      'insert',
      `insert '\\n-- Server version\t9.7.0'`,
      `${'x'.repeat(3000)}\n-- Server version\t9.7.0\n`,
    ])
      expect(await warnings(dump, 'mariadb')).to.deep.equal([]);
  });

  it('reads a header that holds bytes which are no UTF-8', async () => {
    const path = join(folder, 'dump.sql');
    await writeFile(
      path,
      Buffer.concat([Buffer.from([0x2d, 0x2d, 0xff, 0xfe, 0x0a]), Buffer.from('-- Server version\t9.7.0\n')]),
    );
    expect(
      await flavourMismatch(path, { path: '', flavour: 'mariadb', version: '', knows: () => false }),
    ).to.have.length(1);
  });
});
