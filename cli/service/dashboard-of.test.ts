import { expect } from 'chai';
import { dashboardOf } from './dashboard-of.ts';

describe('the dashboard that a service names', () => {
  const server = new URL('https://backups.example.com/lumbung/');
  const found = (header: string | null) => dashboardOf(header, server)?.href;

  it('is the alternate page in its header Link', () => {
    expect(found('</lumbung/-/ui>; rel="alternate"; type="text/html"')).to.equal(
      'https://backups.example.com/lumbung/-/ui',
    );
    expect(found('</x>; rel=next, </-/ui>; rel=alternate; type=text/html')).to.equal(
      'https://backups.example.com/-/ui',
    );
  });

  it('is not a page of another server, nor of another kind, and an earlier service has none', () => {
    for (const header of [
      ...[
        null,
        '',
        'x',
        '</x>',
        '</x>; rel="next"',
        '</x>; rel="alternate"; type="text/csv"',
        '<http://[>; rel=alternate',
      ],
      '<https://evil.example/>; rel="alternate"; type="text/html"',
    ])
      expect(found(header), `${header}`).to.equal(undefined);
  });
});
