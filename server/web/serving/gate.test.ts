import { expect } from 'chai';
import fc from 'fast-check';
import { UI } from '../shell/view.ts';
import { safeNext } from './gate.ts';

describe('where the sign-in leads', () => {
  const to = (next: string | null) => {
    const { path, search } = safeNext(next);
    return path + search;
  };

  it('is the page that was asked for', () => {
    for (const next of ['/', '/settings', '/databases/pt_xyz?page=2&x=a%20b', '/backups/7', '/?search=a'])
      expect(to(next)).to.equal(next);
  });

  it('is the fleet where that is no page of the dashboard', () => {
    for (const next of [
      ...['//evil.example', '/\\evil.example', '\\\\evil.example', 'https://evil.example', 'javascript:alert(1)', ''],
      ...[
        '/../../graphql',
        '/%2e%2e/%2e%2e/x',
        '/..',
        '/settings/../../../x',
        '/@evil.example/..//',
        '/sign-in',
        '/a\n/b',
      ],
      ...['/sign-in?next=/x', `/${'x'.repeat(3_000)}`, '/assets/style.css', '/ü', '/a b', '/.//evil.example'],
    ])
      expect(to(next), next).to.equal('/');
    expect(to(null)).to.equal('/');
  });

  it('is below the dashboard for any text', () => {
    const unit = fc.constantFrom(...'/\\.%2e@:?#ax\t\n \u0000ü'.split(''));
    const texts = fc.oneof(fc.string({ unit, maxLength: 20 }), fc.string());
    fc.assert(
      fc.property(fc.constantFrom('', '/', '//', '/\\', '/x/'), texts, (start, rest) => {
        const url = new URL(UI + to(start + rest).replace(/^\/$/, ''), 'http://localhost:3000/a/b');
        expect(url.host).to.equal('localhost:3000');
        expect(url.pathname === UI || url.pathname.startsWith(`${UI}/`), url.href).to.equal(true);
      }),
      { numRuns: 500 },
    );
  });
});
