import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { lockFolder } from './lock-folder.ts';

describe('lock of a storage folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-lock-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is held by one, and can be had again', () => {
    const lock = lockFolder(folder);
    expect(() => lockFolder(folder)).to.throw('another Lumbung is at work');
    lock[Symbol.dispose]();
    lockFolder(folder)[Symbol.dispose]();
  });

  it('is of one folder', () => {
    using _lock = lockFolder(folder);
    expect(() => lockFolder(join(folder, 'nowhere')))
      .to.throw()
      .and.not.have.property('message', /another Lumbung/);
  });
});
