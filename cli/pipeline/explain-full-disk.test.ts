import { expect } from 'chai';
import { explainFullDisk } from './explain-full-disk.ts';

const MiB = 2 ** 20;

describe('explain-full-disk', () => {
  const facts = { folder: '/w', neededBytes: 7 * MiB, freeBytes: 4 * MiB, waiting: { zips: 0, bytes: 0 } };

  it('says what was needed, what was free, where, and what to do', () =>
    expect(explainFullDisk(new Error('ENOSPC'), facts)).to.deep.equal({
      message: 'no room left in the work folder /w (about 7.0 MiB needed for dump and zip, 4.0 MiB free): ENOSPC',
      advice: 'Make room in /w, or choose a folder on a larger disk with --work-dir.',
      cause: { where: '/w', why: 'is full (4.0 MiB free)' },
    }));

  it('leaves out what is not known', () => {
    const unknown = { ...facts, neededBytes: undefined, freeBytes: undefined };
    expect(explainFullDisk(new Error('ENOSPC'), unknown)).to.deep.include({
      message: 'no room left in the work folder /w: ENOSPC',
      cause: { where: '/w', why: 'is full' },
    });
    expect(explainFullDisk(new Error('x'), { ...facts, neededBytes: 0 }).message).to.contain('/w (4.0 MiB free): x');
  });

  it('names the zips that take the room while the service is down', () => {
    const { advice } = explainFullDisk(new Error('ENOSPC'), { ...facts, waiting: { zips: 3, bytes: 9 * MiB } });
    expect(advice).to.match(
      /^3 zips that wait for the service take 9\.0 MiB there: check that the service can be reached/,
    );
    const one = explainFullDisk(new Error('ENOSPC'), { ...facts, waiting: { zips: 1, bytes: MiB } });
    expect(one.advice).to.match(/^1 zip that waits for the service takes 1\.0 MiB there/);
  });
});
