import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { AppError, foreseenError, orNull, refused } from './errors.ts';

const system = (code: string) => Object.assign(new Error(code), { code });

describe('errors', () => {
  it('foresees a full disk and a store that is away, however deep the cause lies', () => {
    const wrapped = (error: Error) => new Error('outer', { cause: new Error('inner', { cause: error }) });
    expect(foreseenError(system('ENOSPC'))).to.include({ status: 507, code: 'STORAGE_FULL' });
    expect(foreseenError(wrapped(system('EDQUOT')))).to.include({ status: 507 });
    expect(foreseenError(wrapped(system('ECONNREFUSED')))).to.include({ status: 503, code: 'HISTORY_UNAVAILABLE' });
    const closed = Object.assign(new Error("Can't add new command when connection is in closed state"), {
      fatal: true,
    });
    expect(foreseenError(wrapped(closed))).to.include({ status: 503, code: 'HISTORY_UNAVAILABLE' });
    expect(foreseenError(Object.assign(new Error('database or disk is full'), { errcode: 13 }))).to.include({
      status: 507,
    });
    expect(foreseenError(Object.assign(new Error('disk I/O error'), { errcode: 10 }))).to.include({ status: 503 });
    expect(foreseenError(Object.assign(new Error('disk I/O error'), { errcode: 778 }))).to.include({ status: 503 });
    for (const code of ['EROFS', 'EACCES', 'EIO'])
      expect(foreseenError(system(code))).to.include({ status: 503, code: 'STORAGE_UNAVAILABLE' });
  });

  it('foresees no bug', () => {
    for (const error of [new TypeError('x is undefined'), system('EBADF'), 'text', undefined])
      expect(foreseenError(error)).to.equal(undefined);
  });

  it('names each refused field', () => {
    const error = refused([{ field: 'limit', message: 'must be small' }]);
    expect(error).to.include({ status: 422, code: 'VALIDATION_FAILED', message: 'limit must be small' });
  });

  it('takes only a 404 for nothing', async () => {
    expect(await orNull(Promise.reject(new AppError(404, 'X', 'x')))).to.equal(null);
    expect(await orNull(Promise.reject(new AppError(500, 'X', 'x'))).catch(error => error.status)).to.equal(500);
  });

  it('has every code in docs/rest.md, and no other', () => {
    const docs = readFileSync(resolve(import.meta.dirname, '../docs/rest.md'), 'utf8');
    const documented = [...docs.matchAll(/\| `([A-Z]+_[A-Z_]+)` \|/g)].map(match => match[1]!);
    const code = sources();
    expect(documented).to.have.length.greaterThan(25);
    for (const name of documented) expect(code, name).to.contain(`'${name}'`);
    for (const [, name] of code.matchAll(THROWN)) expect(docs, name).to.contain(`\`${name}\``);
  });
});

/** A code stands behind a status, behind the fields that are refused, or is a 404's. */
const THROWN = /(?:AppError\(\s*\d+,\s*|\}\],\s*|notFound\()'([A-Z_]+)'/g;

function sources(): string {
  return readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !/\.(test|conformance)\.ts$|testing\//.test(name))
    .map(name => readFileSync(join(import.meta.dirname, name), 'utf8'))
    .join('\n');
}
