import { expect } from 'chai';
import { definerWarnings } from '../preflight/definers.ts';
import { dropGuesses } from './definer-notes.ts';

describe('what was said of owners before a load', () => {
  const after = (loaded: Parameters<typeof dropGuesses>[1]) => {
    const objects = { triggers: 2 };
    const definers = ['`a`@`%`', '`b c`@`%`'].map(account => ({ account, objects, exists: null, moreRights: null }));
    const notes = ['another', ...definerWarnings(definers, 'loader@%')];
    expect(notes).to.have.lengthOf(3);
    dropGuesses(notes, loaded);
    return notes.map(note => note.split(' (')[0]);
  };

  it('goes for those that the load found missing, and for all where nothing that was restored has an owner', () => {
    expect(after({ hasDefiners: true, missingDefiners: [] })).to.deep.equal(['another', '`a`@`%`', '`b c`@`%`']);
    expect(after({ hasDefiners: true, missingDefiners: ['`b c`@`%`'] })).to.deep.equal(['another', '`a`@`%`']);
    expect(after({ hasDefiners: false, missingDefiners: [] })).to.deep.equal(['another']);
  });
});
