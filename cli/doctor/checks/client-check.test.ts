import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkClients } from './client-check.ts';

const MARIADB = 'mysqldump from 11.4.2-MariaDB, client 10.19 for linux';
const MYSQL = 'mysqldump  Ver 9.7.0 for Linux on x86_64 (MySQL Community Server - GPL)';

describe('client check', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-doctor-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const program = async (name: string, version: string) => {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\ncase "$*" in *--version*) echo '${version}';; esac\n`);
    await chmod(path, 0o755);
    return path;
  };
  const given = (path: string) => ({ path, isGiven: true });
  const marksOf = ({ checks }: Awaited<ReturnType<typeof checkClients>>) => checks.map(({ mark }) => mark);

  it('tells flavour and version of both', async () => {
    const result = await checkClients({
      mysqldump: given(await program('my', MYSQL)),
      mariadbDump: given(await program('maria', MARIADB)),
    });
    expect(result.checks.map(({ message }) => message)).to.deep.equal([
      "is MySQL's, version 9.7.0",
      "is MariaDB's, version 11.4.2",
    ]);
    expect(result.clients?.for('mariadb').version).to.equal('11.4.2');
    expect(result.clients?.for('mysql').version).to.equal('9.7.0');
  });

  it('warns where one that was asked for is not there', async () => {
    const result = await checkClients({
      mysqldump: given(join(folder, 'nowhere')),
      mariadbDump: given(await program('maria', MARIADB)),
    });
    expect(marksOf(result)).to.deep.equal(['warn', 'ok']);
    expect(result.checks[0]).to.deep.include({ subject: join(folder, 'nowhere') });
    expect(result.checks[0]!.message).to.contain('maria serves every server');
    expect(result.clients?.for('mysql').flavour).to.equal('mariadb');
  });

  it('warns also where the name that was asked for is the one that stands there otherwise', async () => {
    const PATH = process.env.PATH;
    const maria = given(await program('maria', MARIADB));
    process.env.PATH = folder;
    try {
      const path = 'mysqldump';
      expect(marksOf(await checkClients({ mysqldump: { path, isGiven: true }, mariadbDump: maria }))[0]).to.equal(
        'warn',
      );
      expect(marksOf(await checkClients({ mysqldump: { path, isGiven: false }, mariadbDump: maria }))[0]).to.equal(
        'ok',
      );
    } finally {
      process.env.PATH = PATH;
    }
  });

  it('fails where one is something else, as a backup would', async () => {
    const result = await checkClients({
      mysqldump: given(await program('ls', 'ls (GNU coreutils) 9.1')),
      mariadbDump: given(await program('maria', MARIADB)),
    });
    expect(marksOf(result)).to.deep.equal(['FAIL', 'ok']);
    expect(result.clients).to.equal(undefined);
  });

  it('fails where neither is there', async () => {
    const result = await checkClients({
      mysqldump: given(join(folder, 'no')),
      mariadbDump: given(join(folder, 'none')),
    });
    expect(marksOf(result)).to.deep.equal(['FAIL', 'FAIL']);
    expect(result.clients).to.equal(undefined);
    for (const { message } of result.checks) expect(message).to.match(/install/);
  });
});
