import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { validationError } from './errors.ts';

describe('errors', () => {
  it('names each refused field', () => {
    const error = validationError([{ field: 'limit', message: 'must be small' }]);
    expect(error).to.include({ status: 422, code: 'VALIDATION_FAILED', message: 'limit must be small' });
  });

  it('has every code in docs/reference/rest.md, and no other', () => {
    const docs = readFileSync(resolve(import.meta.dirname, '../../docs/reference/rest.md'), 'utf8');
    const documented = [...docs.matchAll(/^- `([A-Z]+_[A-Z_]+)` \(/gm)].map(match => match[1]!);
    const code = sources();
    expect(documented).to.have.length.greaterThan(25);
    for (const name of documented) expect(code, name).to.contain(`'${name}'`);
    for (const [, name] of code.matchAll(THROWN)) expect(docs, name).to.contain(`\`${name}\``);
  });
});

const SERVER = resolve(import.meta.dirname, '..');

/** A code stands behind a status, behind the fields that are refused, or is a 404's. */
const THROWN = /(?:AppError\(\s*\d+,\s*|\}\],\s*|notFound\()'([A-Z_]+)'/g;

function sources(): string {
  return readdirSync(SERVER, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !/\.(test|conformance)\.ts$|testing\//.test(name))
    .map(name => readFileSync(join(SERVER, name), 'utf8'))
    .join('\n');
}
