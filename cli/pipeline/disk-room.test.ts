import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { DiskRoom } from './disk-room.ts';

const never = new AbortController().signal;

describe('disk-room', () => {
  let folder: string;
  let free: number;
  let room: DiskRoom;
  let letIn: string[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-room-'));
    free = 100;
    letIn = [];
    room = new DiskRoom(folder, async () => free);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const enter = async (fileName: string, dumpBytes: number, signal = never) => {
    const hasWaited = await room.enter({ fileName, files: [join(folder, fileName)], dumpBytes }, signal);
    letIn.push(fileName);
    return hasWaited;
  };
  /** Lets all go on that can. */
  const settled = async () => {
    await sleep(20);
    return letIn;
  };

  it('lets all begin at once that fit together with their zips, and none of them waits', async () => {
    const waits = await Promise.all([enter('a', 30), enter('b', 30), enter('c', 15)]);
    expect(waits).to.deep.equal([false, false, false]);
    expect(letIn).to.deep.equal(['a', 'b', 'c']);
  });

  it('tells that it is short as soon as a dump has to wait, and as long as it does', async () => {
    const stop = new AbortController();
    await enter('a', 60);
    let isShort = 0;
    const tell = () => isShort++;
    const told = room.whenShort(stop.signal).then(tell);
    await settled();
    expect(isShort).to.equal(0);
    const waits = enter('b', 60);
    await told;
    await room.whenShort(stop.signal).then(tell);
    expect(isShort).to.equal(2);
    room.leave('a');
    await waits;
    const later = room.whenShort(stop.signal).then(tell, error => error);
    await settled();
    stop.abort(new Error('enough'));
    expect([(await later).message, isShort]).to.deep.equal(['enough', 2]);
  });

  it('lets the next ones begin when others have gone, smaller ones first where only they fit', async () => {
    void enter('a', 60); // 80 with its zip
    const b = enter('b', 30);
    void enter('c', 6);
    expect(await settled()).to.deep.equal(['a', 'c']);
    room.leave('a');
    expect(await b).to.equal(true);
    expect(letIn).to.deep.equal(['a', 'c', 'b']);
  });

  it('counts what is already written once: it is no longer free', async () => {
    void enter('a', 60);
    void enter('b', 60);
    expect(await settled()).to.deep.equal(['a']);
    await writeFile(join(folder, 'a'), Buffer.alloc(50));
    free -= 50;
    void enter('c', 15); // of the 50 that are free, 30 are promised to a
    expect(await settled()).to.deep.equal(['a', 'c']);
  });

  it('releases reserved space that will not be written', async () => {
    void enter('a', 60);
    void enter('b', 60);
    expect(await settled()).to.deep.equal(['a']);
    free = 90; // it took only 10
    room.isWritten('a');
    expect(await settled()).to.deep.equal(['a', 'b']);
  });

  it('tries a dump alone that does not fit even alone', async () => {
    void enter('a', 6);
    void enter('large', 1000);
    expect(await settled()).to.deep.equal(['a']);
    room.isWritten('a');
    expect(await settled(), 'its zip is still there').to.deep.equal(['a']);
    room.leave('a');
    void enter('b', 6);
    expect(await settled()).to.deep.equal(['a', 'large']);
    room.leave('large');
    expect(await settled()).to.deep.equal(['a', 'large', 'b']);
  });

  it('knows whether another one was there meanwhile, and what was free before', async () => {
    await enter('a', 6);
    expect(room.lookUp('a')).to.include({ bytesInAll: 8, freeBefore: 100, hadCompany: false });
    await enter('b', 6);
    room.leave('a');
    expect(room.lookUp('b')).to.include({ hadCompany: true });
    room.leave('b');
    await enter('c', 6);
    expect(room.lookUp('c')).to.include({ hadCompany: false });
    expect(room.lookUp('a')).to.equal(undefined);
  });

  it('stops waiting when aborted, and keeps no room for what has stopped', async () => {
    await enter('a', 60);
    const stop = new AbortController();
    const waiting = enter('b', 60, stop.signal).catch(error => error);
    void enter('c', 60);
    await settled();
    stop.abort('stop');
    expect(await waiting).to.equal('stop');
    room.leave('a');
    expect(await settled()).to.deep.equal(['a', 'c']);
  });

  it("delays nothing where the free space can't be read", async () => {
    room = new DiskRoom(folder, async () => {
      throw new Error('ENOSYS');
    });
    await Promise.all([enter('a', 1e12), enter('b', 1e12)]);
    expect(letIn).to.deep.equal(['a', 'b']);
  });
});
