import { expect } from 'chai';
import { FRESHNESS_STATES } from '../../server/entities/freshness/watched-database.entity.ts';
import { readPage } from '../../testing/docs/pages.ts';

describe('the states of databases', () => {
  it('are explained in docs/explanation/freshness.md, each of them, and no others', () => {
    const { text } = readPage('docs/explanation/freshness.md');
    const table = text.slice(text.indexOf('| state |'), text.indexOf('\n\n', text.indexOf('| state |')));
    const explained = [...table.matchAll(/^\| `(\w+)` \| \S/gm)].map(([, state]) => state);
    expect(explained).to.deep.equal([...FRESHNESS_STATES]);
  });
});
