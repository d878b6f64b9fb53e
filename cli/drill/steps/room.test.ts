import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { mountSmallDisk } from '../../../testing/machine/small-disk.ts';
import { until } from '../../../testing/until.ts';
import { CouldNotTest } from './outcome-errors.ts';
import { checkRoom, RoomWatch, roomFor } from './room.ts';

const MIB = 1 << 20;

describe('the room of a drill', function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-room-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('is that of the zip, the data and one more dump, also where only the zip is known', () => {
    expect(roomFor({ zipBytes: 10 * MIB, dumpBytes: 100 * MIB }, false)).to.equal(110 * MIB);
    expect(roomFor({ zipBytes: 10 * MIB, dumpBytes: 100 * MIB }, true)).to.equal(470 * MIB);
    expect(roomFor({ zipBytes: 10 * MIB, dumpBytes: undefined }, true)).to.equal(470 * MIB);
  });

  it('is looked for before, and watched meanwhile', async function () {
    await mkdir(join(folder, 'small'));
    using disk = mountSmallDisk(join(folder, 'small'), 64);
    if (!disk) return this.skip();
    const error = await checkRoom(join(folder, 'small'), { zipBytes: 1, dumpBytes: 1 }, true).catch(it => it);
    expect(error).to.be.instanceOf(CouldNotTest);
    expect(error.message).to.match(
      /^it needs about 416\.0 MiB on the disk of the work folder, and 6\d(\.\d)? MiB is free$/,
    );
    using watch = new RoomWatch(join(folder, 'small'), 32 * MIB);
    expect(watch.signal.aborted).to.equal(false);
    await writeFile(join(folder, 'small', 'x'), Buffer.alloc(40 * MIB));
    await until('the disk is seen to be full', () => watch.signal.aborted);
    expect(watch.signal.reason.message).to.match(/^the disk of the work folder is nearly full/);
  });
});
