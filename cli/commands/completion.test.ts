import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { sade } from '../../testing/cli/sade.ts';
import { blocksRunBy } from '../../testing/docs/pages.ts';

const MAIN = join(import.meta.dirname, '../main.ts');
const run = promisify(execFile);

describe('sade completion', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-completion-'));
    await mkdir(join(folder, 'a folder'));
    const entry = { db_host: '127.0.0.1', db_port: '1', db_username: 'u', db_password: 'p' };
    const list = ['pt_xyz', 'pt_abc', 'toko buku'].map(database_name => ({ database_name, ...entry }));
    await writeFile(join(folder, 'databases.json'), JSON.stringify(list), { mode: 0o600 });
    const command = join(folder, 'bin/sade');
    await mkdir(join(folder, 'bin'));
    await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
    await chmod(command, 0o755);
    const [documented] = blocksRunBy('cli/commands/completion.test.ts');
    const env = { ...process.env, HOME: folder, PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
    await run('bash', ['-c', documented!.text], { env });
  });
  after(() => rm(folder, { recursive: true }));

  /** @param words as bash splits them, the last one unfinished @returns what bash would offer */
  const bashOffers = async (...words: string[]) => {
    const script = `compopt() { :; }; . ~/.local/share/bash-completion/completions/sade; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sade; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { ...process.env, HOME: folder, PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
    const { stdout } = await run('bash', ['--norc', '-c', script, 'bash', 'sade', ...words], { cwd: folder, env });
    return stdout
      .split('\n')
      .filter(line => line !== '')
      .sort();
  };

  it('lets bash complete commands, options, states, labels, files and folders', async () => {
    const offers = await Promise.all([
      bashOffers('do'),
      bashOffers('list', '--st'),
      bashOffers('list', '--state', 'un'),
      bashOffers('list', '--state', '=', 'complete,da'),
      bashOffers('history', 't'),
      bashOffers('backup', '--only', 'pt_xyz,pt_'),
      bashOffers('doctor', '--config', 'data'),
      bashOffers('backup', '--work-dir', ''),
      bashOffers('show', ''),
    ]);
    expect(offers).to.deep.equal([
      ['doctor', 'download'],
      ['--state'],
      ['unverified'],
      ['complete,damaged'],
      ['toko\\ buku'],
      ['pt_xyz,pt_abc', 'pt_xyz,pt_xyz'],
      ['databases.json'],
      ['.local', 'a folder', 'bin'],
      [],
    ]);
  });

  it('prints a script for zsh and fish, too, and refuses other shells', async () => {
    expect((await sade(['completion', 'zsh'])).stdout).to.match(/^#compdef sade\n/);
    expect((await sade(['completion', 'fish'])).stdout).to.contain('complete -c sade');
    const { code, stderr } = await sade(['completion', 'basch']);
    expect([code, stderr]).to.deep.equal([
      3,
      'sade: there is no completion for "basch": the shell must be one of bash, zsh, fish. Did you mean bash?\n',
    ]);
    expect((await sade(['completion'])).stderr).to.equal(
      'sade: a shell must be named; sade completion --help shows how\n',
    );
  });

  it('offers nothing and prints no error where the list or a variable has a mistake', async () => {
    const env = { SADE_CONFIG: join(folder, 'bin/sade'), SADE_SERVER: 'nowhere' };
    expect(await sade(['completion', '--', 'history', ''], { env })).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });
});
