import { expect } from 'chai';
import { table } from './table.ts';

describe('table', () => {
  it('draws wide characters and no colours', () => {
    const drawn = table(
      ['a', 'b'],
      [
        ['データ', 1],
        ['🐱', 22],
      ],
      ['left', 'right'],
    );
    expect(drawn).not.to.contain('\u001b');
    expect(drawn.split('\n')).to.deep.equal(['a        b', 'データ   1', '🐱      22']);
  });
});
