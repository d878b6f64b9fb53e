import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { connect } from '../../mysql/connect.ts';
import { findServerPrograms } from '../../throwaway-server/server-programs.ts';
import { ThrowawayServers } from './throwaway-servers.ts';

describe('the throwaway server of a drill', () => {
  it('is ended when the time of a drill is over, in the middle of a statement that would keep its database', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-drill-server-'));
    const late = new AbortController();
    const programs = (await findServerPrograms()).filter(({ flavour }) => flavour === 'mariadb');
    await using servers = new ThrowawayServers(programs, folder);
    const source = { flavour: 'mariadb', version: '10.5.2' } as const;
    const server = await servers.serverFor(source, new AbortController().signal);
    const started = performance.now();
    {
      const wanted = { original: 'slow', characterSet: undefined, collation: undefined };
      await using database = await server.createDatabase(wanted, late.signal);
      using session = await connect(database.loader, { signal: late.signal });
      await session.run(Buffer.from('create table t (a int)'));
      await session.run(Buffer.from('lock tables t write'));
      const slow = session.run(Buffer.from("do benchmark(4000000000, md5('a'))"));
      setTimeout(() => late.abort(new Error('late')), 300);
      expect(await slow.then(String, (error: Error) => error.message)).to.equal('late');
    }
    expect(performance.now() - started).to.be.lessThan(10_000);
    await rm(folder, { recursive: true, force: true });
  });

  it('makes names lower case where the source did, and is not used for a source that did not', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-drill-server-'));
    const { signal } = new AbortController();
    const programs = (await findServerPrograms()).filter(({ flavour }) => flavour === 'mariadb');
    await using servers = new ThrowawayServers(programs, folder);
    for (const lowerCaseTableNames of [1, null] as const) {
      const server = await servers.serverFor({ flavour: 'mariadb', version: '10.5.2', lowerCaseTableNames }, signal);
      const wanted = { original: 'shop', characterSet: undefined, collation: undefined };
      await using database = await server.createDatabase(wanted, signal);
      using session = await connect(database.loader, { signal });
      await session.run(Buffer.from('create table Item (a int)'));
      const expected = lowerCaseTableNames === 1 ? 'item' : 'Item';
      expect(await session.ask('show tables')).to.deep.equal([[expected]]);
      expect(server.ignoresCase).to.equal(lowerCaseTableNames === 1);
    }
    await servers[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('serves a second drill after the time of the first one, which had ended well, is over', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-drill-server-'));
    const programs = (await findServerPrograms()).filter(({ flavour }) => flavour === 'mariadb');
    await using servers = new ThrowawayServers(programs, folder);
    const source = { flavour: 'mariadb', version: '10.5.2' } as const;
    const wanted = { characterSet: undefined, collation: undefined };
    const [first, second] = [new AbortController(), new AbortController()];
    {
      const server = await servers.serverFor(source, first.signal);
      await using _database = await server.createDatabase({ original: 'one', ...wanted }, first.signal);
    }
    const running = await readdir(folder);
    first.abort(new Error('the time of the first drill is over'));
    const server = await servers.serverFor(source, second.signal);
    {
      await using database = await server.createDatabase({ original: 'two', ...wanted }, second.signal);
      using session = await connect(database.loader, { signal: second.signal });
      await session.run(Buffer.from('create table t (a int)'));
    }
    // It is the same server: starting one for each backup would take seconds.
    expect(await readdir(folder)).to.deep.equal(running);
    await servers[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
});
