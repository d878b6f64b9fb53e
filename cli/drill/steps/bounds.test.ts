import { expect } from 'chai';
import { diskBoundFor } from './bounds.ts';

const [MIB, GIB] = [2 ** 20, 2 ** 30];

describe('the bound of a drill on the disk', () => {
  it('is that of the user, or grows with the dump, also where only the zip is known', () => {
    const bounds = { maxMemoryBytes: GIB, maxDiskBytes: undefined };
    expect(diskBoundFor({ zipBytes: MIB, dumpBytes: 5 * GIB }, bounds)).to.equal(42 * GIB);
    expect(diskBoundFor({ zipBytes: MIB, dumpBytes: undefined }, bounds)).to.equal(2 * GIB + 80 * MIB);
    expect(diskBoundFor({ zipBytes: MIB, dumpBytes: 5 * GIB }, { ...bounds, maxDiskBytes: MIB })).to.equal(MIB);
  });
});
