import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigurationError } from '../errors.ts';
import { loadTarget } from './targets.ts';

const target = { db_host: '192.168.0.2', db_port: '3307', db_username: 'lumbung_restore', db_password: 'secret-word' };

describe('targets.json', () => {
  let folder: string;
  let path: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-targets-'));
    path = join(folder, 'targets.json');
  });
  after(() => rm(folder, { recursive: true }));

  const load = async (content: unknown, name = 'staging', env = {}) => {
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
    return loadTarget({ targets: path, config: '' }, name, env);
  };
  const mistakes = async (content: unknown, name?: string) => {
    const error = await load(content, name).catch(error => error);
    expect(error).to.be.instanceOf(ConfigurationError);
    expect(`${error.message} ${error.advice}`).to.not.contain('secret-word');
    return error.mistakes.map((mistake: string) => mistake.replace(path, 'FILE')) as string[];
  };

  it('has a server and a user for each name', async () => {
    const { server, warnings } = await load({ staging: target, other: {} });
    expect(server).to.deep.equal({
      host: '192.168.0.2',
      port: 3307,
      user: 'lumbung_restore',
      password: 'secret-word',
    });
    expect(warnings).to.deep.equal([]);
  });

  it('takes the restore user before the other, alone too, and its password from a file beside it', async () => {
    await writeFile(join(folder, 'password'), 'from a file\n', { mode: 0o600 });
    const restorer = { restore_username: 'restorer', restore_password_file: 'password' };
    for (const entry of [
      { db_socket: '/run/x.sock', ...restorer },
      { ...target, ...restorer },
    ])
      expect((await load({ staging: entry })).server).to.include({ user: 'restorer', password: 'from a file' });
  });

  it('is filled with variables of the environment', async () => {
    const { server } = await load({ staging: { ...target, db_password: `\${PW}` } }, 'staging', { PW: 'of env' });
    expect(server.password).to.equal('of env');
    expect(await mistakes({ staging: { ...target, db_password: `\${PW}` } })).to.deep.equal([
      'FILE: staging.db_password: the environment has no variable PW',
    ]);
  });

  it('is refused with every mistake of the entry, and without any secret', async () => {
    expect(
      await mistakes({ staging: { db_port: 99_999, db_password: 'secret-word', 'secret-word': 1 } }),
    ).to.have.members([
      'FILE: staging.db_port: must be a port number from 1 to 65535',
      'FILE: staging needs db_username or restore_username',
      'FILE: staging needs db_host or db_socket',
      `FILE: staging has an unknown key as its 3rd key (not shown: it may be a secret); the known keys are db_host, db_port, db_socket, db_username, db_password, db_password_file, ssl, ssl_ca, restore_username, restore_password, restore_password_file`,
    ]);
    expect(await mistakes({ staging: { ...target, restore_username: 'x' } })).to.deep.equal([
      'FILE: staging needs either restore_password or restore_password_file for its restore_username',
    ]);
    expect(await mistakes({ staging: { ...target, restore_password: 'secret-word' } })).to.deep.equal([
      'FILE: staging has a password of a restore user; name that user with restore_username',
    ]);
    for (const odd of [null, [], 'x', 5]) expect(await mistakes({ staging: odd })).to.have.length.above(0);
  });

  it('names what it has where a name is not in it, and shows how it is made where there is no such file', async () => {
    expect((await mistakes({ stagging: target })).join()).to.match(
      /^FILE has no target staging\. Did you mean stagging/,
    );
    expect(await mistakes({ a: target, b: target }, 'zzz')).to.deep.equal(['FILE has no target zzz; it has a, b']);
    expect(await mistakes([target])).to.deep.equal(['FILE: the file must hold an object with a target for each name']);
    expect(await mistakes('{')).to.deep.equal(['FILE is not valid JSON at line 1, column 2']);
    const error = await loadTarget({ targets: join(folder, 'none.json'), config: '' }, 'staging', {}).catch(
      error => error,
    );
    expect(error.message).to.contain('none.json does not exist');
    expect(error.advice).to.contain('{ "staging": { "db_host"').and.contain('--targets');
  });

  it('is looked for in the current folder, then beside the list of databases, and the error names both', async () => {
    await load({ staging: target });
    const [here, before] = [join(folder, 'here'), process.cwd()];
    await mkdir(here);
    process.chdir(here);
    try {
      const find = (name: string, targets?: string) =>
        loadTarget({ targets, config: '../databases.json' }, name, {}).then(
          ({ server }) => server.host,
          ({ message, advice }: ConfigurationError) => `${message}\n${advice}`,
        );
      expect(await find('staging')).to.equal('192.168.0.2');
      expect(await find('staging', 'targets.json')).to.contain('targets.json does not exist');
      await writeFile('targets.json', JSON.stringify({ staging: { ...target, db_host: 'nearer' } }), { mode: 0o600 });
      expect(await find('staging')).to.equal('nearer');
      await rm('targets.json');
      await rm(path);
      expect(await find('staging'))
        .to.contain(`there is neither ${join(here, 'targets.json')} nor ../targets.json`)
        .and.contain('into ../targets.json, such as');
    } finally {
      process.chdir(before);
    }
  });

  it('brings a warning where others can read it', async () => {
    await load({ staging: target });
    await chmod(path, 0o644);
    const { warnings } = await loadTarget({ targets: path, config: '' }, 'staging', {});
    expect(warnings).to.deep.equal([`${path} holds passwords, and other users can read it; run: chmod 600 ${path}`]);
  });
});
