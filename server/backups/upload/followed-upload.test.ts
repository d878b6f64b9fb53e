import { randomBytes } from 'node:crypto';
import * as nodeFs from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeMemoryFolder } from '../../../testing/machine/memory-folder.ts';
import { expectError, request, upload } from '../../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';
import type { FileSystem } from '../../storage/file-system/file-system.ts';
import { folderStorage } from '../../storage/folder/folder-storage.ts';

const sqlite = historyStores.find(({ name }) => name === 'SQLite')!;
const CONTENT = Buffer.from(`${randomBytes(1_500_000).toString('base64')}\n-- Dump completed\n`);

/** What a test does to the calls by which a part file is written and read. */
interface Tampering {
  /** @returns what is written instead */
  readonly write?: (bytes: Buffer) => Buffer;
  /** Hears where a piece is read. */
  readonly onRead?: (position: number) => void;
}

describe('an upload that is read while it arrives', () => {
  let folder: string;
  let app: RunningApp | undefined;
  beforeEach(async () => {
    folder = await makeMemoryFolder('lumbung-followed-');
  });
  afterEach(async () => {
    await app?.[Symbol.asyncDispose]();
    app = undefined;
    await nodeFs.rm(folder, { recursive: true });
  });

  const start = async ({ write, onRead }: Tampering) => {
    const open: FileSystem['open'] = async (...path) => {
      const handle = await nodeFs.open(...path);
      if (!String(path[0]).endsWith('.part')) return handle;
      const plain = { write: handle.write.bind(handle), read: handle.read.bind(handle) };
      const tampered = {
        write: async (bytes: Buffer, at: number, length: number) =>
          plain.write(write?.(bytes.subarray(at, at + length)) ?? bytes.subarray(at, at + length)),
        read: async (into: Buffer, at: number, length: number, position: number) => {
          onRead?.(position);
          return plain.read(into, at, length, position);
        },
      };
      return Object.assign(handle, tampered as object);
    };
    app = await runApp(sqlite, { storage: folderStorage({ folder: join(folder, 'b'), fs: { ...nodeFs, open } }) });
    return app;
  };

  it('is refused, and not kept, when the disk has other bytes than those that arrived', async () => {
    let pieces = 0;
    const { url } = await start({
      write(bytes) {
        pieces += 1;
        if (pieces !== 3) return bytes;
        const changed = Buffer.from(bytes);
        changed[1000]! ^= 1;
        return changed;
      },
    });
    const zip = sampleZip({ content: CONTENT });
    expectError(await upload(url, zip), 422, 'INVALID_ZIP');
    expect(pieces).to.be.above(4);
    expect((await request(`${url}/`)).json.data).to.deep.equal([]);
    expect((await nodeFs.readdir(join(folder, 'b'))).filter(name => !name.startsWith('.lumbung'))).to.deep.equal([]);
  });

  it('is read from the disk once: its data during the receiving, and then its headers', async () => {
    const positions: number[] = [];
    const { url } = await start({ onRead: position => positions.push(position) });
    const zip = sampleZip({ content: CONTENT });
    expect((await upload(url, zip)).status).to.equal(201);
    const inTheMiddle = positions.filter(at => at > 1000 && at < zip.bytes.length - 20_000);
    expect(inTheMiddle).to.have.length.above(2);
    expect(new Set(inTheMiddle).size, 'no place is read twice').to.equal(inTheMiddle.length);
  });

  it('ends with the error of the disk when it cannot be read back', async () => {
    const { url } = await start({
      onRead(position) {
        if (position > 0) throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
      },
    });
    expectError(await upload(url, sampleZip({ content: CONTENT })), 503, 'STORAGE_UNAVAILABLE');
    expect((await nodeFs.readdir(join(folder, 'b'))).filter(name => !name.startsWith('.lumbung'))).to.deep.equal([]);
  });
});
