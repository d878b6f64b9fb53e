import { expect } from 'chai';
import { StorageAway } from '../storage/storage.ts';
import { tagOrigin } from './error-origin.ts';
import { toExpectedError } from './expected-error.ts';

const system = (code: string) => Object.assign(new Error(code), { code });

describe('expected errors', () => {
  const wrapped = (error: Error) => new Error('outer', { cause: new Error('inner', { cause: error }) });
  const stored = (code: string) => tagOrigin(system(code), 'storage');
  const recorded = (code: string) => tagOrigin(system(code), 'history');

  it('are found for failures of the storage, at any depth of causes', () => {
    for (const code of ['ENOSPC', 'EDQUOT'])
      expect(toExpectedError(wrapped(stored(code))), code).to.include({ status: 507, code: 'STORAGE_FULL' });
    expect(toExpectedError(stored('EFBIG'))).to.include({ status: 413, code: 'FILE_TOO_LARGE' });
    expect(toExpectedError(stored('ENAMETOOLONG'))).to.include({ status: 422, code: 'VALIDATION_FAILED' });
    for (const code of STORAGE_CODES)
      expect(toExpectedError(wrapped(stored(code))), code).to.include({ status: 503, code: 'STORAGE_UNAVAILABLE' });
    const away = new StorageAway('/srv/backups is away', 'pt_xyz');
    const shown = toExpectedError(wrapped(away));
    expect(shown).to.include({ status: 503, code: 'STORAGE_UNAVAILABLE' });
    expect(shown?.message).to.contain('pt_xyz').and.not.contain('/srv');
  });

  it('are found for failures of the history store, at any depth of causes', () => {
    for (const code of HISTORY_CODES)
      expect(toExpectedError(wrapped(recorded(code))), code).to.include({ status: 503, code: 'HISTORY_UNAVAILABLE' });
    const closed = Object.assign(new Error("Can't add new command when connection is in closed state"), {
      fatal: true,
    });
    expect(toExpectedError(wrapped(closed))).to.include({ status: 503, code: 'HISTORY_UNAVAILABLE' });
    for (const errcode of [5, 6, 8, 10, 14, 778])
      expect(toExpectedError(Object.assign(new Error('disk I/O error'), { errcode }))).to.include({ status: 503 });
    for (const full of [{ errcode: 13 }, { code: 'ER_DISK_FULL' }])
      expect(toExpectedError(Object.assign(new Error('disk is full'), full))).to.include({ status: 507 });
  });

  it('do not blame the storage or the history for an error of a client', () => {
    for (const code of [...STORAGE_CODES, ...HISTORY_CODES.filter(code => !code.includes('_')), 'ENOSPC', 'EFBIG'])
      expect(toExpectedError(wrapped(system(code))), code).to.equal(undefined);
  });

  it('do not cover bugs of the service, from any part of it', () => {
    for (const code of ['EBADF', 'EINVAL', 'ERR_INVALID_ARG_TYPE']) {
      expect(toExpectedError(stored(code)), code).to.equal(undefined);
      expect(toExpectedError(recorded(code)), code).to.equal(undefined);
    }
    expect(toExpectedError(tagOrigin(new TypeError('x is undefined'), 'storage'))).to.equal(undefined);
  });

  it('do not cover a bug', () => {
    for (const error of [new TypeError('x is undefined'), system('EBADF'), 'text', undefined])
      expect(toExpectedError(error)).to.equal(undefined);
  });
});

const STORAGE_CODES = [
  ...['EACCES', 'EPERM', 'EROFS', 'EIO', 'ESTALE', 'EXDEV', 'ELOOP', 'ENOTDIR', 'EISDIR', 'ENOENT', 'EBUSY'],
  ...['EAGAIN', 'ETIMEDOUT', 'ENODEV', 'ENOTCONN', 'EHOSTDOWN', 'ECONNRESET', 'EMFILE', 'ENFILE'],
];

const HISTORY_CODES = [
  ...['ECONNREFUSED', 'ECONNRESET', 'EACCES', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND', 'EMFILE'],
  ...['PROTOCOL_CONNECTION_LOST', 'ER_CON_COUNT_ERROR', 'ER_USER_LIMIT_REACHED', 'ER_LOCK_WAIT_TIMEOUT'],
];
