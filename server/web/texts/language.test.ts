import { expect } from 'chai';
import fc from 'fast-check';
import { chooseLanguage } from './language.ts';

describe('the language of a page', () => {
  it('is the one that was chosen, else the best of the browser, else that of the service', () => {
    expect(chooseLanguage('id', 'en', 'en')).to.equal('id');
    for (const [accepted, language] of [
      ['id-ID,id;q=0.9,en;q=0.8', 'id'],
      ['in', 'id'],
      ['en-US,id;q=0.5', 'en'],
      ['id;q=0.5, en;q=0.7', 'en'],
      ['pl, id;q=0.1', 'id'],
      ['ID', 'id'],
    ] as const)
      expect(chooseLanguage(undefined, accepted, 'en'), accepted).to.equal(language);
    for (const accepted of ['', '*', 'pl', 'id;q=0', 'en;q=x', 'constructor', 'idx'])
      expect(chooseLanguage(undefined, accepted, 'id'), accepted).to.equal(accepted === 'en;q=x' ? 'en' : 'id');
  });

  it('is one of ours for any header', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        expect(chooseLanguage(undefined, text, 'en')).to.be.oneOf(['en', 'id']);
      }),
    );
  });
});
