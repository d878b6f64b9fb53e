import { chmod, mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { connect } from '../mysql/connect.ts';
import { sourceOf } from './accounts.ts';
import { findServerPrograms, type ServerProgram } from './server-programs.ts';
import { startThrowawayServer, type ThrowawayServerOptions } from './throwaway-server.ts';

const { signal } = new AbortController();

describe('data folders that are kept for the next throwaway servers', function () {
  this.timeout(60_000);
  let folder: string;
  let cache: string;
  let program: ServerProgram;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-data-'));
    cache = join(folder, 'cache');
    const real = (await findServerPrograms()).find(({ flavour }) => flavour === 'mariadb')!;
    // It writes down how often it makes a data folder.
    const script = `#!/bin/sh\ncase "$*" in *--bootstrap*) echo made >>${folder}/made;; esac\nexec ${real.path} "$@"\n`;
    program = { ...real, path: join(folder, 'mariadbd') };
    await writeFile(program.path, script, { mode: 0o755 });
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Starts a server and uses it. @returns how many data folders were made so far */
  const use = async (more: Partial<ThrowawayServerOptions> = {}): Promise<number> => {
    await using server = await startThrowawayServer({ program, folder, cache, signal, ...more });
    const root = sourceOf(server.socket, { user: 'root', password: '' }, 'mysql');
    expect(String(await connect(root, { signal }).catch(error => error))).to.match(/denied/);
    await using database = await server.createDatabase('d', { definers: ['root@localhost'] });
    using session = await connect(database.source, { signal });
    expect(await session.ask('show tables'), 'nothing of an earlier server').to.deep.equal([]);
    await session.ask('create table t (a int)');
    return (await readFile(join(folder, 'made'), 'utf8')).trim().split('\n').length;
  };
  const kept = () => readdir(cache);
  const touchProgram = (at: number) => utimes(program.path, at, at);

  it('are made once, and the second server starts on a copy of the first one, with no other account', async () => {
    expect([await use(), await use(), await use()]).to.deep.equal([1, 1, 1]);
    expect(await kept()).to.have.length(1);
  });

  it('are made again for other options, and for a program that was changed; only the last few are kept', async () => {
    expect(await use()).to.equal(1);
    const [first] = await kept();
    for (const name of ['old-1', 'old-2', 'old-3', 'old-4', 'of-a-run-that-was-killed.part']) {
      await mkdir(join(cache, name));
      await utimes(join(cache, name), 1, 1);
    }
    await touchProgram(1000);
    expect(await use({ lowerCaseTableNames: 1 })).to.equal(2);
    expect(await kept()).to.include(first);
    expect((await kept()).filter(name => /^o/.test(name))).to.have.length(2);
    expect(await use()).to.equal(3);
  });

  it('are made again where no server starts on what was kept', async () => {
    await use();
    const [name] = await kept();
    await truncate(join(cache, name!, 'ibdata1'), 4096);
    expect([await use(), await use()]).to.deep.equal([2, 2]);
    expect(await kept()).to.have.length(1);
  });

  it('are not taken from a folder into which others may write', async () => {
    await mkdir(cache, { mode: 0o700 });
    await use();
    await chmod(cache, 0o770);
    expect(await use()).to.equal(2);
    await chmod(cache, 0o700);
    expect(await use()).to.equal(2);
  });
});
