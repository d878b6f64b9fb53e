import { expect } from 'chai';
import { commandNames } from './commands.ts';
import { completionOf } from './completion.ts';

describe('the completion of a call of sade', () => {
  const STATES = ['complete', 'incomplete', 'unverified', 'damaged', 'shrunk', 'drill-failed', 'never'];
  const wordsFor = (...words: string[]) => completionOf(words).words;

  it('offers the commands as the first word', () => {
    expect(wordsFor('')).to.deep.equal([...commandNames(), 'help', 'version']);
    expect(wordsFor('ba')).to.deep.equal(wordsFor(''));
    expect(wordsFor('help', '')).to.deep.equal(commandNames());
  });

  it('offers the options of the command, and those of sade backup without one', () => {
    expect(wordsFor('show', '-')).to.deep.equal([
      ...['--json', '--server', '--token-file', '--ca-file', '--allow-plain-http', '--help'],
    ]);
    expect(wordsFor('list', '--st')).to.include('--state').and.not.include('--level');
    expect(wordsFor('--l')).to.include('--level').and.not.include('--state');
    expect(wordsFor('--json', '--l')).to.include('--level');
  });

  it('offers the values of an option, also behind a comma and behind "="', () => {
    expect(completionOf(['list', '--state', ''])).to.deep.equal({ prefix: '', words: STATES });
    expect(completionOf(['list', '--state', 'complete,da'])).to.deep.equal({ prefix: 'complete,', words: STATES });
    expect(completionOf(['list', '--state=complete,da']).prefix).to.equal('--state=complete,');
    expect(completionOf(['list', '--state', '=']), 'as bash splits it').to.deep.equal({ prefix: '', words: STATES });
    expect(completionOf(['list', '--state', '=', 'never,d']).prefix).to.equal('never,');
    expect(wordsFor('list', '--sort', '')).to.deep.equal(['age', 'name', 'size', 'state']);
  });

  it('knows where files, folders and labels belong', () => {
    expect(wordsFor('doctor', '-c', '')).to.equal('files');
    expect(wordsFor('backup', '--work-dir=a,b')).to.equal('folders');
    expect(completionOf(['backup', '--only', 'pt_xyz,'])).to.deep.equal({ prefix: 'pt_xyz,', words: 'labels' });
    expect(wordsFor('history', '')).to.equal('labels');
    expect(wordsFor('restore', 'pt_xyz', 'pt_')).to.equal('labels');
    expect(wordsFor('completion', '')).to.deep.equal(['bash', 'zsh', 'fish']);
  });

  it('offers nothing where only the user can know the word', () => {
    for (const words of [
      ['show', ''],
      ['list', '--search', ''],
      ['list', 'x', ''],
      ['history', 'pt_xyz', ''],
      ['restore', 'pt_xyz', '--yes', ''],
    ])
      expect(wordsFor(...words), words.join(' ')).to.deep.equal([]);
  });
});
