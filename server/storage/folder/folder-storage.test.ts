import { fstatSync } from 'node:fs';
import * as nodeFs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { originOf } from '../../errors/error-origin.ts';
import { toExpectedError } from '../../errors/expected-error.ts';
import type { FileSystem } from '../file-system/file-system.ts';
import { bytesIn, describeStorage, type TestPlace } from '../storage.conformance.ts';
import { StorageAway } from '../storage.ts';
import { folderStorage } from './folder-storage.ts';

const address = {
  database: 'pt_xyz',
  fileName: 'mysql-2023-10-31-00-00-00-pt_xyz-0f69a75b-9fdf-48c6-8ec9-2277934b7bb8.sql.zip',
};

async function* content(bytes: string) {
  yield Buffer.from(bytes);
}

describe('folder storage', () => {
  const folders: string[] = [];
  const newFolder = async () => {
    const folder = await nodeFs.mkdtemp(join(tmpdir(), 'lumbung-storage-'));
    folders.push(folder);
    return folder;
  };
  after(() => Promise.all(folders.map(folder => nodeFs.rm(folder, { recursive: true }))));

  const newPlace = async (fs: FileSystem = nodeFs): Promise<TestPlace> => {
    const folder = await newFolder();
    return {
      storage: () => folderStorage({ folder, fs }),
      async takeAway() {
        await nodeFs.rename(folder, `${folder}.away`);
        await nodeFs.mkdir(folder);
        return async () => {
          await nodeFs.rm(folder, { recursive: true });
          await nodeFs.rename(`${folder}.away`, folder);
        };
      },
    };
  };

  describeStorage('a folder', () => newPlace());
  describeStorage('a folder without hard links', () => newPlace({ ...nodeFs, link: refuse('EPERM') }));

  /** What lies in the folder beside the storage's own marker. */
  const contentsOf = async (folder: string) =>
    (await nodeFs.readdir(folder)).filter(name => !name.startsWith('.lumbung-'));

  it('makes the bytes durable before the name, and the name before it answers', async () => {
    const calls: string[] = [];
    const storage = folderStorage({ folder: await newFolder(), fs: watched(calls) });
    const received = await storage.receive(address, content('abc'));
    calls.length = 0;
    await received.publish();
    calls.push('answer');
    expect(calls).to.deep.equal(['sync part', 'link', 'unlink', 'sync folder', 'sync folder', 'answer']);
  });

  it('syncs the folder of a file that is there already: a crash may have come before that', async () => {
    const calls: string[] = [];
    const storage = folderStorage({ folder: await newFolder(), fs: watched(calls) });
    await (await storage.receive(address, content('abc'))).publish();
    const again = await storage.receive(address, content('abc'));
    calls.length = 0;
    expect(await again.publish()).to.equal(false);
    expect(calls.slice(-2)).to.deep.equal(['sync folder', 'sync folder']);
    await again.discard();
  });

  it('removes a text only when its file is gone permanently, and answers when the text is', async () => {
    const calls: string[] = [];
    const folder = await newFolder();
    const storage = folderStorage({ folder, fs: watched(calls) });
    await (await storage.receive(address, content('abc'))).publish();
    await storage.putMetadata(address, 'text');
    calls.length = 0;
    expect(await storage.remove(address)).to.equal(true);
    calls.push('answer');
    const folderGoes = ['sync folder', 'answer'];
    expect(calls).to.deep.equal(['unlink', 'sync folder', 'unlink', 'sync folder', ...folderGoes]);
    expect(await contentsOf(folder)).to.deep.equal([]);
  });

  it('keeps the text of a file of which it is not sure that it is gone permanently, and goes on at the next call', async () => {
    const folder = await newFolder();
    const plain = folderStorage({ folder });
    await (await plain.receive(address, content('abc'))).publish();
    await plain.putMetadata(address, 'text');
    let isFailing = true;
    const open: FileSystem['open'] = async (...path) => {
      const handle = await nodeFs.open(...path);
      if (isFailing && String(path[0]).endsWith('pt_xyz')) handle.sync = refuse('EIO') as never;
      return handle;
    };
    const storage = folderStorage({ folder, fs: { ...nodeFs, open } });
    const error = await storage.remove(address).catch(error => error);
    expect(error).to.include({ code: 'EIO' });
    expect(originOf(error)).to.equal('storage');
    expect(await storage.getMetadata(address)).to.equal('text');
    isFailing = false;
    expect(await storage.remove(address), 'the file itself went the first time').to.equal(false);
    expect(await contentsOf(folder)).to.deep.equal([]);
  });

  it('removes a file alone only behind a text whose name is durable, and answers when the file is gone permanently', async () => {
    const calls: string[] = [];
    const folder = await newFolder();
    const storage = folderStorage({ folder, fs: watched(calls) });
    await (await storage.receive(address, content('abc'))).publish();
    calls.length = 0;
    expect(await storage.removeFile(address).catch(error => error)).to.be.instanceOf(Error);
    expect(calls, 'without a text').to.not.include('unlink');
    await storage.putMetadata(address, 'why it goes');
    calls.length = 0;
    expect(await storage.removeFile(address)).to.equal(true);
    calls.push('answer');
    expect(calls).to.deep.equal(['sync folder', 'unlink', 'sync folder', 'answer']);
    expect(await nodeFs.readdir(join(folder, address.database))).to.deep.equal([`${address.fileName}.json`]);
  });

  it('says so when a file cannot be removed, and keeps it with its text', async () => {
    const folder = await newFolder();
    const plain = folderStorage({ folder });
    await (await plain.receive(address, content('abc'))).publish();
    await plain.putMetadata(address, 'text');
    const storage = folderStorage({ folder, fs: { ...nodeFs, unlink: refuse('EROFS') } });
    const error = await storage.remove(address).catch(error => error);
    expect(toExpectedError(error)).to.include({ code: 'STORAGE_UNAVAILABLE' });
    expect(await storage.getMetadata(address)).to.equal('text');
    await using file = (await storage.open(address))!;
    expect(file.size).to.equal(3);
  });

  it('reports no file as gone, and none as removed, when the disk goes away meanwhile', async () => {
    const folder = await newFolder();
    let isGoing = false;
    const lstat = async (...path: Parameters<typeof nodeFs.lstat>) => {
      if (isGoing && basename(String(path[0])) === address.fileName) {
        isGoing = false;
        await nodeFs.rename(folder, `${folder}.away`);
        await nodeFs.mkdir(folder);
      }
      return nodeFs.lstat(...path);
    };
    const storage = folderStorage({ folder, fs: { ...nodeFs, lstat: lstat as FileSystem['lstat'] } });
    await (await storage.receive(address, content('abc'))).publish();
    isGoing = true;
    expect(await storage.remove(address).catch(error => error)).to.be.instanceOf(StorageAway);
    await nodeFs.rm(folder, { recursive: true });
    await nodeFs.rename(`${folder}.away`, folder);
    expect(await storage.remove(address), 'it is still there').to.equal(true);
  });

  it('removes a link to a file and not the file, and neither a folder nor what was kept aside', async () => {
    const folder = await newFolder();
    const storage = folderStorage({ folder });
    await (await storage.receive(address, content('bad'))).publish();
    const good = await storage.receive(address, content('good'));
    await good.replace();
    const path = join(folder, address.database, address.fileName);
    await nodeFs.rename(path, join(folder, 'elsewhere'));
    await nodeFs.symlink(join(folder, 'elsewhere'), path);
    expect(await storage.remove(address)).to.equal(true);
    expect(await nodeFs.readFile(join(folder, 'elsewhere'), 'utf8')).to.equal('good');
    await nodeFs.mkdir(path);
    expect(await storage.remove(address)).to.equal(false);
    expect(await nodeFs.readdir(join(folder, address.database))).to.have.members([
      address.fileName,
      `${address.fileName}.bad-1`,
    ]);
  });

  it('makes a text durable before its name, and the name before it answers', async () => {
    const calls: string[] = [];
    const storage = folderStorage({ folder: await newFolder(), fs: watched(calls) });
    await storage.checkUsable();
    calls.length = 0;
    await storage.putMetadata(address, 'text');
    calls.push('answer');
    expect(calls).to.deep.equal(['sync part', 'rename', 'sync folder', 'sync folder', 'answer']);
  });

  it('leaves the older text, and nothing else, when a new one cannot be made durable', async () => {
    const folder = await newFolder();
    await folderStorage({ folder }).putMetadata(address, 'older');
    const failing = folderStorage({ folder, fs: watched([], 'EIO') });
    expect(await failing.putMetadata(address, 'newer').catch(error => error)).to.include({ code: 'EIO' });
    expect(await failing.getMetadata(address)).to.equal('older');
    expect(await nodeFs.readdir(join(folder, address.database))).to.deep.equal([`${address.fileName}.json`]);
  });

  it('writes the good bytes to disk before it renames the bad ones, and deletes nothing', async () => {
    const calls: string[] = [];
    const folder = await newFolder();
    const storage = folderStorage({ folder, fs: watched(calls) });
    for (const bytes of ['bad', 'worse', 'good']) {
      const received = await storage.receive(address, content(bytes));
      calls.length = 0;
      await received.replace();
    }
    expect(calls).to.deep.equal([
      ...['sync part', 'link', 'link', 'unlink'], // `.bad-1` is taken
      ...['sync part', 'link', 'unlink', 'sync folder', 'sync folder'],
    ]);
    const kept = (name: string) =>
      nodeFs.readFile(join(folder, address.database, `${address.fileName}${name}`), 'utf8');
    expect(await Promise.all(['', '.bad-1', '.bad-2'].map(kept))).to.deep.equal(['good', 'bad', 'worse']);
  });

  it('has room for every name that a database can have', async () => {
    const storage = folderStorage({ folder: await newFolder() });
    const longest = { database: `${'あ'.repeat(58)}aa`, fileName: '' };
    longest.fileName = address.fileName.replace('pt_xyz', longest.database);
    for (let i = 0; i < 11; i++) await (await storage.receive(longest, content(`${i}`))).replace();
    await storage.putMetadata(longest, 'text');
    expect(await storage.getMetadata(longest)).to.equal('text');
  });

  it('skips a folder that it may not read, such as lost+found', async () => {
    const folder = await newFolder();
    await nodeFs.mkdir(join(folder, 'lost+found'));
    const readdir = ((path: string, ...rest: []) =>
      path.endsWith('lost+found') ? refuse('EACCES')() : nodeFs.readdir(path, ...rest)) as typeof nodeFs.readdir;
    const storage = folderStorage({ folder, fs: { ...nodeFs, readdir } });
    expect(await storage.removeLeftovers()).to.equal(0);
    for await (const listed of storage.list()) expect.fail(JSON.stringify(listed));
  });

  it('publishes nothing when the bytes cannot be made durable', async () => {
    const folder = await newFolder();
    await folderStorage({ folder }).checkUsable();
    const storage = folderStorage({ folder, fs: watched([], 'EIO') });
    const received = await storage.receive(address, content('abc'));
    expect(await received.publish().catch(error => error)).to.include({ code: 'EIO' });
    await received.discard();
    expect(await contentsOf(folder)).to.deep.equal([]);
  });

  it('leaves nothing of a file that does not fit on the disk, and continues a partial write', async () => {
    const folder = await newFolder();
    const short = folderStorage({ folder, fs: watched([], undefined, 7) });
    const received = await short.receive(address, content('0123456789'.repeat(10)));
    await received.publish();
    await using file = (await short.open(address))!;
    expect(String(await bytesIn(file.pieces({ start: 0, end: 99 })))).to.equal('0123456789'.repeat(10));
  });

  describe('when a clean-up fails', () => {
    const reports: string[] = [];
    const broken = (fs: Partial<FileSystem>, folder: string) => {
      reports.length = 0;
      const report = (error: unknown, what: string) => void reports.push(`${(error as Error).message}: ${what}`);
      return folderStorage({ folder, report, fs: { ...nodeFs, ...fs } });
    };

    it('says so and throws nothing over what went wrong before it', async () => {
      const storage = broken({ unlink: refuse('EIO'), rmdir: refuse('EPERM') }, await newFolder());
      async function* failing() {
        yield Buffer.from('abc');
        throw new Error('the client went away');
      }
      const error = await storage.receive(address, failing()).catch(error => error);
      expect(error.message).to.equal('the client went away');
      expect(reports.join('\n')).to.match(/EIO: .*\.part could not be removed\nEPERM: .*pt_xyz could not be removed$/);
    });

    it('says so and keeps what has its name already', async () => {
      const storage = broken({ unlink: refuse('EIO') }, await newFolder());
      expect(await (await storage.receive(address, content('abc'))).publish()).to.equal(true);
      await using file = (await storage.open(address))!;
      expect(String(await bytesIn(file.pieces({ start: 0, end: 2 })))).to.equal('abc');
      expect(reports.filter(report => report.startsWith('EIO'))).to.have.length.greaterThan(0);
    });

    it('says so when a file cannot be closed, and gives the bytes', async () => {
      const folder = await newFolder();
      await (await folderStorage({ folder }).receive(address, content('abc'))).publish();
      const open: FileSystem['open'] = async (...path) => {
        const handle = await nodeFs.open(...path);
        const { close } = handle;
        handle.close = async () => {
          await close.call(handle);
          throw new Error('EIO of close');
        };
        return handle;
      };
      const storage = broken({ open }, folder);
      const file = (await storage.open(address))!;
      expect(String(await bytesIn(file.pieces({ start: 0, end: 2 })))).to.equal('abc');
      await file[Symbol.asyncDispose]();
      await storage.putMetadata(address, 'text');
      expect(await storage.getMetadata(address)).to.equal('text');
      const received = await storage.receive(address, content('abc'));
      expect(await received.publish()).to.equal(false);
      await received.discard();
      expect(reports.filter(report => report.includes('could not be closed'))).to.have.length.greaterThan(3);
    });

    it('but never calls a bad file replaced that keeps its name', async () => {
      const folder = await newFolder();
      await (await folderStorage({ folder }).receive(address, content('bad'))).publish();
      const storage = broken({ unlink: refuse('EIO') }, folder);
      const received = await storage.receive(address, content('good'));
      expect(await received.replace().catch(error => error)).to.include({ code: 'EIO' });
      await received.discard();
    });
  });

  it('tags its own errors as errors of the storage, and not those of a client', async () => {
    const folder = await newFolder();
    const from = async (fs: Partial<FileSystem>, bytes: AsyncIterable<Uint8Array> = content('abc')) => {
      const storage = folderStorage({ folder, fs: { ...nodeFs, ...fs } });
      return originOf(await storage.receive(address, bytes).catch(error => error));
    };
    await folderStorage({ folder }).checkUsable();
    expect(await from({ mkdir: refuse('EACCES') })).to.equal('storage');
    expect(await from({ open: writing('EFBIG') })).to.equal('storage');
    async function* reset(): AsyncGenerator<Uint8Array> {
      yield await Promise.reject(Object.assign(new Error('ECONNRESET'), { code: 'ECONNRESET' }));
    }
    expect(await from({}, reset())).to.equal(undefined);
  });

  it('closes a file that it cannot inspect', async () => {
    const folder = await newFolder();
    await (await folderStorage({ folder }).receive(address, content('abc'))).publish();
    const descriptors: number[] = [];
    const open: FileSystem['open'] = async (...path) => {
      const handle = await nodeFs.open(...path);
      handle.stat = refuse('EIO') as never;
      descriptors.push(handle.fd);
      return handle;
    };
    const storage = folderStorage({ folder, fs: { ...nodeFs, open } });
    expect(await storage.open(address).catch(error => error)).to.include({ code: 'EIO' });
    expect(descriptors).to.have.length(1);
    expect(() => fstatSync(descriptors[0]!)).to.throw('EBADF');
  });

  it('gives each descriptor back that it took, however a file was read', async () => {
    const handles: nodeFs.FileHandle[] = [];
    const open: FileSystem['open'] = async (...path) => {
      const handle = await nodeFs.open(...path);
      handles.push(handle);
      return handle;
    };
    const storage = folderStorage({ folder: await newFolder(), fs: { ...nodeFs, open } });
    await (await storage.receive(address, content('abc'.repeat(400_000)))).publish();
    await (await storage.receive(address, content('abc'))).discard();
    {
      await using file = (await storage.open(address))!;
      for await (const _ of file.pieces({ start: 0, end: file.size - 1 })) break;
    }
    expect(handles).to.have.length.above(4);
    expect(handles.map(({ fd }) => fd).filter(fd => fd !== -1)).to.deep.equal([]);
  });

  it('refuses a name that is too long for the file system before it reads a byte', async () => {
    // As eCryptfs has it. 79 bytes of it are around the name of the database.
    const lstat = ((path: string, ...rest: []) =>
      Buffer.byteLength(basename(path)) > 143 ? refuse('ENAMETOOLONG')() : nodeFs.lstat(path, ...rest)) as never;
    const folder = await newFolder();
    const storage = folderStorage({ folder, fs: { ...nodeFs, lstat } });
    const of = (database: string) => ({ database, fileName: address.fileName.replace('pt_xyz', database) });
    let isRead = false;
    async function* watched() {
      isRead = true;
      yield Buffer.from('abc');
    }
    const error = await storage.receive(of('x'.repeat(65 - 1)), watched()).then(
      file => file.discard(),
      error => error,
    );
    expect(error, 'sixty-four letters fit').to.equal(undefined);
    isRead = false;
    const refusal = await storage.receive(of('あ'.repeat(22)), watched()).catch(error => error);
    expect(toExpectedError(refusal)).to.include({ status: 422 });
    expect(isRead).to.equal(false);
    expect(await contentsOf(folder)).to.deep.equal([]);
  });

  it('ends a read with an error when the file is cut meanwhile', async () => {
    const folder = await newFolder();
    const storage = folderStorage({ folder });
    await (await storage.receive(address, content('0123456789'))).publish();
    await using file = (await storage.open(address))!;
    await nodeFs.truncate(join(folder, address.database, address.fileName), 4);
    const error = await bytesIn(file.pieces({ start: 0, end: 9 })).catch(error => error);
    expect(error.message).to.contain('ended at byte 4');
  });

  it('deletes only its own leftovers', async () => {
    const folder = await newFolder();
    const storage = folderStorage({ folder });
    await (await storage.receive(address, content('kept'))).publish();
    const foreign = [
      'notes.part',
      '.x.part',
      '.0123456789abcdef.part.gz',
      'README',
      address.fileName.replace('00-00-00', '00-00-01'),
    ];
    for (const name of foreign) await nodeFs.writeFile(join(folder, 'pt_xyz', name), 'x');
    await nodeFs.writeFile(join(folder, 'pt_xyz', '.0123456789abcdef.part'), 'x');
    await nodeFs.writeFile(join(folder, '.0123456789abcdef.part'), 'x');
    expect(await storage.removeLeftovers()).to.equal(2);
    expect(await nodeFs.readdir(join(folder, 'pt_xyz'))).to.have.members([...foreign, address.fileName]);
  });
});

/** The file system, writing down what publishing a file consists of; failing or writing short when told to. */
function watched(calls: string[], failure?: string, shortWrites?: number): FileSystem {
  const open: FileSystem['open'] = async (path, ...rest) => {
    const handle = await nodeFs.open(path, ...rest);
    const what = String(path).endsWith('.part') ? 'part' : 'folder';
    const { sync, write } = handle;
    handle.sync = async () => {
      calls.push(`sync ${what}`);
      if (failure && what === 'part') throw Object.assign(new Error(failure), { code: failure });
      return sync.call(handle);
    };
    if (shortWrites) {
      handle.write = (async (bytes: Buffer, at: number, length: number) =>
        Reflect.apply(write, handle, [bytes, at, Math.min(length, shortWrites)])) as typeof write;
    }
    return handle;
  };
  const link: FileSystem['link'] = (...paths) => {
    calls.push('link');
    return nodeFs.link(...paths);
  };
  const unlink: FileSystem['unlink'] = path => {
    calls.push('unlink');
    return nodeFs.unlink(path);
  };
  const rename: FileSystem['rename'] = (...paths) => {
    calls.push('rename');
    return nodeFs.rename(...paths);
  };
  return { ...nodeFs, open, link, rename, unlink };
}

/** Opens files that can't be written to. */
function writing(code: string): FileSystem['open'] {
  return async (...path) => Object.assign(await nodeFs.open(...path), { write: refuse(code) });
}

function refuse(code: string) {
  return async () => {
    throw Object.assign(new Error(code), { code });
  };
}
