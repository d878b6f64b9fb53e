import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { tagOrigin } from './error-origin.ts';
import { AppError, orNull, toExpectedError, validationError } from './errors.ts';
import { StorageAway } from './storage/storage.ts';

const system = (code: string) => Object.assign(new Error(code), { code });

describe('errors', () => {
  const wrapped = (error: Error) => new Error('outer', { cause: new Error('inner', { cause: error }) });
  const stored = (code: string) => tagOrigin(system(code), 'storage');
  const recorded = (code: string) => tagOrigin(system(code), 'history');

  it('foresees what a storage may fail with, however deep the cause lies', () => {
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

  it('foresees what a history store may fail with, however deep the cause lies', () => {
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

  it('blames neither the storage nor the history for what came from no part of the service, such as a client', () => {
    for (const code of [...STORAGE_CODES, ...HISTORY_CODES.filter(code => !code.includes('_')), 'ENOSPC', 'EFBIG'])
      expect(toExpectedError(wrapped(system(code))), code).to.equal(undefined);
  });

  it('leaves mistakes of ours what they are, wherever they arose', () => {
    for (const code of ['EBADF', 'EINVAL', 'ERR_INVALID_ARG_TYPE']) {
      expect(toExpectedError(stored(code)), code).to.equal(undefined);
      expect(toExpectedError(recorded(code)), code).to.equal(undefined);
    }
    expect(toExpectedError(tagOrigin(new TypeError('x is undefined'), 'storage'))).to.equal(undefined);
  });

  it('foresees no bug', () => {
    for (const error of [new TypeError('x is undefined'), system('EBADF'), 'text', undefined])
      expect(toExpectedError(error)).to.equal(undefined);
  });

  it('names each refused field', () => {
    const error = validationError([{ field: 'limit', message: 'must be small' }]);
    expect(error).to.include({ status: 422, code: 'VALIDATION_FAILED', message: 'limit must be small' });
  });

  it('takes only a 404 for nothing', async () => {
    expect(await orNull(Promise.reject(new AppError(404, 'X', 'x')))).to.equal(null);
    expect(await orNull(Promise.reject(new AppError(500, 'X', 'x'))).catch(error => error.status)).to.equal(500);
  });

  it('has every code in docs/reference/rest.md, and no other', () => {
    const docs = readFileSync(resolve(import.meta.dirname, '../docs/reference/rest.md'), 'utf8');
    const documented = [...docs.matchAll(/^- `([A-Z]+_[A-Z_]+)` \(/gm)].map(match => match[1]!);
    const code = sources();
    expect(documented).to.have.length.greaterThan(25);
    for (const name of documented) expect(code, name).to.contain(`'${name}'`);
    for (const [, name] of code.matchAll(THROWN)) expect(docs, name).to.contain(`\`${name}\``);
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

/** A code stands behind a status, behind the fields that are refused, or is a 404's. */
const THROWN = /(?:AppError\(\s*\d+,\s*|\}\],\s*|notFound\()'([A-Z_]+)'/g;

function sources(): string {
  return readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !/\.(test|conformance)\.ts$|testing\//.test(name))
    .map(name => readFileSync(join(import.meta.dirname, name), 'utf8'))
    .join('\n');
}
