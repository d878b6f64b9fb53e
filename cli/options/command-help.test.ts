import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { sadeHere } from '../../testing/cli/sade-here.ts';
import { Terminal } from '../../testing/cli/terminal.ts';

const MAIN = join(import.meta.dirname, '../main.ts');
const NODE = process.versions.deno ? 'node' : process.execPath;
const COMMANDS = ['backup', 'doctor', 'list', 'history', 'show', 'accept', 'download', 'find', 'restore', 'completion'];

describe('the command line of sade', () => {
  const home = process.cwd();
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-help-'));
    process.chdir(folder);
  });
  after(async () => {
    process.chdir(home);
    await rm(folder, { recursive: true });
  });

  const sade = (...args: string[]) => sadeHere(args);

  it('shows help of at most 80 columns, with every command, the exit codes and where the docs are', async () => {
    const { code, stdout, stderr } = await sade('--help');
    expect([code, stderr]).to.deep.equal([0, '']);
    for (const command of COMMANDS) expect(stdout).to.match(new RegExp(`^ {2}${command} +[A-Z]`, 'm'));
    for (const exitCode of ['0', '1', '2', '3', '4', '130, 143', '131, 129'])
      expect(stdout).to.match(new RegExp(`^ {2}${exitCode} {2,}\\S`, 'm'));
    expect(stdout).to.contain('README.md').and.contain('docs/README.md');
    for (const command of COMMANDS) {
      const { stdout } = await sade('help', command);
      for (const line of stdout.split('\n')) expect(line.length, line).to.be.at.most(80);
    }
    // A path of this machine may be longer; all else is not.
    for (const line of stdout.split('\n')) if (!line.includes('/')) expect(line.length, line).to.be.at.most(80);
  });

  it('shows help no wider than a terminal of 60 columns, with what each option takes', async () => {
    for (const args of [['--help'], ...COMMANDS.map(command => ['help', command])]) {
      await using terminal = Terminal.open([NODE, MAIN, ...args], { columns: 60, rows: 200, cwd: folder });
      await terminal.exitCode;
      const lines = terminal.bytes.replace(/\x1b\[[\d;?]*\w/g, '').split('\r\n');
      // Paths and examples are there to be copied.
      for (const line of lines) if (!/\/|^ {2}sade /.test(line)) expect(line.length, line).to.be.at.most(60);
      expect(lines.length).to.be.above(8);
    }
    const { stdout } = await sade('help', 'backup');
    for (const option of ['-c, --config FILE', '--only NAMES', '--level N', '-s, --server URL', '--timeout TIME'])
      expect(stdout).to.match(new RegExp(`^ {2}${option} `, 'm'));
    expect(stdout).to.match(/^ {2}--quiet {2}/m);
  });

  it('takes the words help and version', async () => {
    const [help, ofList, version] = await Promise.all([sade('help'), sade('help', 'list'), sade('version')]);
    expect(help).to.deep.equal(await sade('--help'));
    expect(ofList).to.deep.equal(await sade('list', '--help'));
    expect(await sade('help', 'help')).to.deep.equal(help);
    expect(version).to.deep.equal(await sade('--version'));
    expect([help.code, ofList.code, version.code]).to.deep.equal([0, 0, 0]);
  });

  const mistakes: [string[], string][] = [
    [['bakcup'], 'there is no command bakcup. Did you mean backup?'],
    [['help', 'lsit'], 'there is no command lsit. Did you mean list?'],
    [['frobnicate'], 'there is no command frobnicate; sade --help lists them'],
    [['list', '--sever', 'x'], 'there is no option --sever of sade list. Did you mean --server?'],
    [['--workdir=x'], 'there is no option --workdir of sade backup. Did you mean --work-dir?'],
    [['list', '--frobnicate'], 'there is no option --frobnicate of sade list; sade list --help lists them'],
    [['backup', '--reason', 'x'], 'there is no option --reason of sade backup; sade accept has it'],
    [['doctor', 'pt_xyz'], 'unexpected pt_xyz; to name databases: sade doctor --only pt_xyz'],
    [
      ['show', 'pt_xyz'],
      '"pt_xyz" is not the id of a backup: an id is a number; sade history pt_xyz shows the ids of that database',
    ],
    [[''], 'there is no command ""; sade --help lists them'],
    [['list', 'help'], 'unexpected help; sade list --help shows how to use it'],
    [['list', 'pt_xyz'], 'unexpected pt_xyz; to find databases: sade list --search pt_xyz'],
    [['list', ''], 'unexpected ""; sade list --help shows how to use it'],
    [
      ['history', 'pt', 'xyz'],
      'unexpected xyz; put a name with spaces into quotes; sade history --help shows how to use it',
    ],
    [['download', '0'], '"0" is not the id of a backup: an id is a number; sade list and sade history show them'],
  ];
  for (const [args, message] of mistakes)
    it(`answers sade ${args.join(' ')} by what may have been meant, and with exit code 3`, async () => {
      expect(await sade(...args)).to.deep.equal({ code: 3, stdout: '', stderr: `sade: ${message}\n` });
    });

  it('begins nothing by a call with dashes alone, or with an option that would unset another', async () => {
    await rm(join(folder, 'data'), { recursive: true, force: true });
    const entry = { database_name: 'a', db_host: '127.0.0.1', db_port: '1', db_username: 'u', db_password: 'p' };
    await writeFile(join(folder, 'databases.json'), JSON.stringify([entry]), { mode: 0o600 });
    const calls = [
      ...[['--'], ['---'], ['-'], ['--', 'backup'], ['backup', '--'], ['backup', '---', 'x'], ['-', '--only', 'a']],
      ...[
        ['--only', 'a', '--'],
        ['--no-only'],
        ['backup', '--no-config'],
        ['list', '---'],
        ['list', '--'],
        ['show', '-', '1'],
      ],
      ...[
        ['history', 'a', '---'],
        ['history', 'a', '--'],
        ['download', '1', '--output', 'x', '-'],
      ],
    ];
    const ended = await Promise.all(calls.map(args => sade(...args)));
    for (const [at, { code, stdout, stderr }] of ended.entries()) {
      const call = `sade ${calls[at]!.join(' ')}`;
      expect([code, stdout], call).to.deep.equal([3, '']);
      expect(stderr, call).to.match(/^sade: (?:unexpected -+; sade \w+ --help|there is no option --no-)/);
    }
    expect(await readdir(folder)).not.to.include('data');
    await rm(join(folder, 'databases.json'));
  });

  it('takes a dash, and a name that begins with one, as the value of --only', async () => {
    const entry = { database_name: 'a', db_host: '127.0.0.1', db_port: '1', db_username: 'u', db_password: 'p' };
    await writeFile(join(folder, 'databases.json'), JSON.stringify([entry]), { mode: 0o600 });
    for (const command of ['backup', 'doctor'])
      for (const [label, ...args] of [
        ['-', '--only', '-'],
        ['-', '--only=-'],
        ['-x', '--only=-x'],
      ])
        expect((await sade(command, ...args)).stderr, args.join(' ')).to.contain(`--only names ${label}, which`);
    await rm(join(folder, 'databases.json'));
  });

  it('takes a name that begins with a dash behind two dashes', async () => {
    const server = ['--server', 'http://127.0.0.1:1'];
    for (const args of [
      ['history', ...server, '--', '-a'],
      [...server, 'history', '--', '-a'],
    ])
      expect((await sade(...args)).stderr, args.join(' ')).to.contain('http://127.0.0.1:1');
  });

  it('names the databases that --only may have meant', async () => {
    const entry = { db_host: '127.0.0.1', db_port: '1', db_username: 'u', db_password: 'p' };
    const list = ['pt_xyz', 'pt_abc'].map(database_name => ({ database_name, ...entry }));
    await writeFile(join(folder, 'databases.json'), JSON.stringify(list), { mode: 0o600 });
    for (const command of ['backup', 'doctor'])
      expect(await sade(command, '--only', 'pt_xzy,toko'), command).to.deep.equal({
        code: 3,
        stdout: '',
        stderr:
          'sade: 2 mistakes:\n' +
          '  --only names pt_xzy, which databases.json does not list. Did you mean pt_xyz?\n' +
          '  --only names toko, which databases.json does not list\n',
      });
    await rm(join(folder, 'databases.json'));
  });

  it('warns of a variable of the environment that looks like a mistyped setting', async () => {
    const entry = { database_name: 'a', db_host: '127.0.0.1', db_port: '1', db_username: 'u', db_password: 'p' };
    await writeFile(join(folder, 'mistyped.json'), JSON.stringify([entry]), { mode: 0o600 });
    const env = { SADE_CONFIG: 'mistyped.json', SADE_SEVER: 'https://h', SADE_SERVER: 'http://127.0.0.1:1' };
    for (const command of ['backup', 'doctor']) {
      const { stdout, stderr } = await sadeHere([command], env);
      expect((stdout + stderr).replace(/\s+/g, ' '), command).to.contain(
        'SADE_SEVER, which is not a setting of sade. Did you mean SADE_SERVER?',
      );
    }
  });

  it('says how to make a list of databases where none exists', async () => {
    const { code, stdout, stderr } = await sade('backup');
    expect([code, stdout]).to.deep.equal([3, '']);
    expect(stderr).to.match(/^sade: databases\.json does not exist\nwhat to do: Write a list/);
    expect(stderr).to.contain('chmod 600 databases.json').and.contain('&& sade doctor');
    const example = /\[ \{[\s\S]*\} \]/.exec(stderr)![0];
    await writeFile(join(folder, 'own.json'), example, { mode: 0o600 });
    expect((await sade('doctor', '--config', 'own.json')).stdout).to.contain('own.json: is valid and lists 1 database');
  });

  it('breaks its text at the width of a terminal, but no example and no command to be copied', async () => {
    for (const args of [['doctor'], ['backup'], ['backup', '--only'], ['histroy'], ['show', 'pt_xyz']])
      for (const columns of [60, 100]) {
        await using terminal = Terminal.open([NODE, MAIN, ...args], { columns, rows: 200, cwd: folder });
        await terminal.exitCode;
        const written = terminal.bytes.replace(/\x1b\[[\d;?]*\w/g, '');
        const lines = written.split('\r\n').map(line => line.split('\r').at(-1)!);
        for (const line of lines)
          if (!/"|chmod|\/\S{30}/.test(line)) expect(line.length, `sade ${args}: ${line}`).to.be.at.most(columns);
        if (args[1] !== undefined || args[0] === 'histroy') continue;
        expect(JSON.parse(/\[ \{[\s\S]*\} \]/.exec(written)![0])).to.have.length(1);
        expect(lines.some(line => line.includes('chmod 600 databases.json && sade doctor'))).to.equal(true);
      }
  });

  it('begins nothing while the list is the example that comes with Lumbung', async () => {
    await rm(join(folder, 'data'), { recursive: true, force: true });
    const { code, stdout, stderr } = await sade(
      'backup',
      '--config',
      join(import.meta.dirname, '../../databases.json'),
    );
    expect([code, stdout]).to.deep.equal([3, '']);
    expect(stderr).to.contain('is still the example').and.contain('what to do: Write a list');
    expect(await readdir(folder)).not.to.include('data');
  });

  it('shows help when a person types sade alone, and makes backups in cron and in pipes', async () => {
    await using terminal = Terminal.open([NODE, MAIN], { columns: 80, rows: 60, cwd: folder });
    expect(await terminal.exitCode).to.equal(0);
    expect((await terminal.screen()).trim()).to.equal((await sade('--help')).stdout.trim());
    const { code, stderr } = await sade();
    expect(code).to.equal(3);
    expect(stderr).to.match(/^sade: databases\.json does not exist/);
  });
});
