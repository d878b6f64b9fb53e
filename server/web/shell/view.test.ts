import { expect } from 'chai';
import fc from 'fast-check';
import { basePath, linkTo } from './view.ts';

describe('the link to a page', () => {
  it('stands below /-/ui, behind the path of PUBLIC_URL', () => {
    expect(linkTo('', '/')).to.equal('/-/ui');
    expect(linkTo('', '/databases/x')).to.equal('/-/ui/databases/x');
    const base = basePath(new URL('https://backups.example.com/lumbung/'));
    expect(linkTo(base, '/', { search: 'a b' })).to.equal('/lumbung/-/ui?search=a+b');
    expect(basePath(new URL('https://backups.example.com'))).to.equal('');
    expect(basePath(undefined)).to.equal('');
  });

  it('leaves out what is undefined or empty, and repeats what is a list', () => {
    expect(linkTo('', '/runs', { source: undefined, outcome: '', page: 2, state: ['a', 'b'] })).to.equal(
      '/-/ui/runs?page=2&state=a&state=b',
    );
  });

  it('carries any value back to where it is read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), value => {
        const url = new URL(linkTo('', '/audit', { token: value }), 'http://localhost');
        expect(url.pathname).to.equal('/-/ui/audit');
        expect(url.searchParams.get('token')).to.equal(value);
      }),
    );
  });
});
