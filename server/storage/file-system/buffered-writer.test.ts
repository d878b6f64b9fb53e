import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { BufferedWriter } from './buffered-writer.ts';

const MIB = 1024 * 1024;

describe('BufferedWriter', () => {
  it('reports a flush that failed although all later ones succeeded: the system reports it only once', async () => {
    let flushes = 0;
    const datasync = async () => {
      flushes += 1;
      if (flushes === 1) throw Object.assign(new Error('EIO'), { code: 'EIO' });
    };
    const writer = new BufferedWriter(disk({ datasync }));
    const chunk = Buffer.alloc(MIB);
    for (let mib = 0; mib < 100; mib++) await writer.add(chunk);
    expect(flushes).to.equal(1);
    expect(await writer.end().catch(error => error)).to.include({ code: 'EIO' });
    await writer.settled();
  });

  it('continues after a short write, and fails when nothing is written', async () => {
    const taken: Buffer[] = [];
    let most = 100_000;
    const write = async (bytes: Buffer, at: number, length: number) => {
      const part = Buffer.from(bytes.subarray(at, at + Math.min(length, most)));
      taken.push(part);
      return { bytesWritten: part.length, buffer: bytes };
    };
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251));
    const writer = new BufferedWriter(disk({ write }));
    await writer.add(content);
    await writer.end();
    await writer.settled();
    expect(Buffer.concat(taken).equals(content)).to.equal(true);
    expect(taken.length).to.be.greaterThan(3);

    most = 0;
    const stuck = new BufferedWriter(disk({ write }));
    await stuck.add(Buffer.of(1));
    expect(await stuck.end().catch(error => error))
      .to.have.property('message')
      .that.contains('wrote none of the last 1');
    await stuck.settled();
  });

  it('never releases a buffer that is still being written, after an interrupt at any step', async () => {
    let writing = 0;
    const write = async (bytes: Buffer) => {
      writing += 1;
      await sleep(5);
      expect(bytes.length, 'bytes were taken away').to.be.greaterThan(0);
      writing -= 1;
      return { bytesWritten: bytes.length, buffer: bytes };
    };
    for (const pieces of [0.5, 1, 2, 2.5, 3, 10]) {
      const writer = new BufferedWriter(disk({ write }));
      const adding = writer.add(Buffer.alloc(pieces * 256 * 1024));
      const ending = pieces < 1 ? writer.end() : undefined;
      await writer.settled();
      expect(writing, `${pieces}`).to.equal(0);
      await Promise.all([adding, ending]);
    }
  });
});

function disk(calls: object): FileHandle {
  const write = async (bytes: Buffer) => ({ bytesWritten: bytes.length, buffer: bytes });
  return { write, datasync: async () => undefined, ...calls } as unknown as FileHandle;
}
