import { expect } from 'chai';
import type { Disk } from '../file-system/file-system.ts';
import { refuseFullDisk, roomOf } from './room.ts';

const MIB = 1024 ** 2;

describe('the room on the disk of a storage', () => {
  /** @param free of `total`, in MiB */
  const disk = (free: number, total: number) =>
    ({ fs: { statfs: async () => ({ bsize: MIB, bavail: free, blocks: total }) } }) as unknown as Disk;
  const refusalOf = async (disk: Disk) => (await refuseFullDisk(disk, '/x').catch(error => error))?.code;

  it('is what is free without the last 64 MiB, or without a hundredth of a small disk', async () => {
    expect(await roomOf(disk(1_000, 100_000), '/x')).to.deep.equal({ free: 936 * MIB, total: 100_000 * MIB });
    expect(await roomOf(disk(20, 400), '/x')).to.deep.equal({ free: 16 * MIB, total: 400 * MIB });
    expect((await roomOf(disk(3, 400), '/x')).free).to.equal(0);
  });

  it('is refused to uploads when no more than that is left, but not where the disk does not say how much it has', async () => {
    expect([await refusalOf(disk(64, 100_000)), await refusalOf(disk(65, 100_000))]).to.deep.equal([
      'ENOSPC',
      undefined,
    ]);
    expect(await refusalOf(disk(0, 0)), 'as file systems in user space').to.equal(undefined);
    const mute = { fs: { statfs: () => Promise.reject(new Error('ENOSYS')) } } as unknown as Disk;
    expect(await refusalOf(mute)).to.equal(undefined);
  });
});
