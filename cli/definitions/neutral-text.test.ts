import { expect } from 'chai';
import { neutralText } from './neutral-text.ts';

describe('the text of a definition without the name of its database', () => {
  it('is the same for databases of all names, also of names with signs that mean something in a pattern', () => {
    for (const name of ['shop', 'toko-buku', 'a.b', 'a+b(c)', 'x^y$', 'sla/sh', 'q?[z]', '{1}|2', 'back`tick']) {
      const neutral = neutralText([name, 'other']);
      const quoted = `\`${name.replaceAll('`', '``')}\``;
      expect(neutral(`select ${quoted}.\`t\`.\`id\` from ${quoted} . \`t\``, 'views'), name).to.equal(
        neutral('select `other`.`t`.`id` from `other` . `t`', 'views'),
      );
    }
  });
});
