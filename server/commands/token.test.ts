import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { isToken } from '../../protocol/access/token-text.ts';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { historyStores } from '../../testing/service/running-app.ts';
import { createToken, tokenCommand } from '../../testing/service/tokens.ts';

for (const store of historyStores)
  describe(`lumbung token (${store.name})`, () => {
    let folder: string;
    let env: Record<string, string>;
    beforeEach(async () => {
      folder = await makeMemoryFolder('lumbung-token-');
      env = { DATABASE_URL: await store.url(folder), STORAGE_DIR: join(folder, 'backups') };
    });
    afterEach(() => rm(folder, { recursive: true }));

    const run = (...args: string[]) => tokenCommand(env, ...args);
    const list = async () => (await run('list')).out.trimEnd().split('\n').slice(1);
    const kept = () => readFile(join(env.STORAGE_DIR!, '.lumbung-tokens '), 'utf8');

    it('shows for which storage it makes and lists tokens: with other variables it is not that of the service', async () => {
      const empty = await run('list');
      expect([empty.code, empty.out.split('\n').length]).to.deep.equal([0, 2]);
      expect(empty.err).to.contain(`No token exists (STORAGE_DIR is ${env.STORAGE_DIR})`);
      const made = await run('create', '--name', 'acme', '--role', 'upload', '--scope', 'acme_*');
      expect(made.err).to.contain(`in STORAGE_DIR ${env.STORAGE_DIR}.`);
      expect((await run('list')).err).to.equal('');
    });

    it('prints a new token alone on stdout, and keeps only its SHA-256', async () => {
      const made = await run('create', '--name', 'acme', '--role', 'upload', '--scope', 'acme_*', '--expires', '365d');
      expect(made.code, made.err).to.equal(0);
      expect(made.out).to.match(/^lmb_\S+\n$/);
      expect(isToken(made.out.trim())).to.equal(true);
      expect(made.err).to.match(/^Made the token acme \(upload, acme_\*, expires on \d{4}-\d\d-\d\d \d\d:\d\d UTC\)/);
      expect(await kept())
        .to.include('"name":"acme","role":"upload","scope":["acme_*"]')
        .and.not.include(made.out.trim());
      expect(await list()).to.have.length(1);
      expect((await list())[0]).to.match(/^acme +upload +in use +.* never +acme_\*$/);
    });

    it('refuses a name that is in use, and what a token cannot be, and then makes none', async () => {
      await createToken(env, { name: 'acme', role: 'read', scope: ['a'] });
      const refused: Record<string, string[]> = {
        'A token named acme exists': ['--name', 'acme', '--role', 'read', '--scope', 'b'],
        'role must be one of': ['--name', 'b', '--role', 'boss', '--scope', 'b'],
        'scope is empty': ['--name', 'b', '--role', 'read'],
        'has a \\* that is not its last': ['--name', 'b', '--role', 'read', '--scope', 'a*b'],
        'scope must be \\* for an admin': ['--name', 'b', '--role', 'admin', '--scope', 'a'],
        'expires must be a time such as': ['--name', 'b', '--role', 'read', '--scope', 'a', '--expires', 'soon'],
        'expires must be a time such as 365d, 12h or 30m, up to 3660d, and not ""': [
          ...['--name', 'b', '--role', 'read', '--scope', 'a', '--expires', ''],
        ],
        'name must have 1 to 64': ['--name', 'a b', '--role', 'read', '--scope', 'a'],
        'the service uses that name': ['--name', 'anyone', '--role', 'read', '--scope', 'a'],
        "Unknown option '--databse'": ['--databse', 'a'],
      };
      for (const [why, args] of Object.entries(refused)) {
        const { code, out, err } = await run('create', ...args);
        expect({ code, out }, why).to.deep.equal({ code: 1, out: '' });
        expect(err).to.match(new RegExp(why));
      }
      expect((await run('boss')).err).to.include('there is no command "token boss"');
      expect(await list()).to.have.length(1);
    });

    it('revokes a token, whose name is free again, and says which names it does not know', async () => {
      await createToken(env, { name: 'acme', role: 'read', scope: ['a'] });
      expect(await run('revoke', 'acme')).to.deep.include({ code: 0, out: '' });
      expect((await run('revoke', 'acme')).err).to.include('which was not in use any more');
      expect((await run('revoke', 'other')).err).to.match(
        /^There is no token named other \(STORAGE_DIR is \/.*\/backups\)\. If you mean another service, run the command with its STORAGE_DIR/,
      );
      expect((await run('revoke')).code).to.equal(1);
      await createToken(env, { name: 'acme', role: 'read', scope: ['a'] });
      expect((await list()).map(line => /revoked|in use/.exec(line)?.[0])).to.deep.equal(['revoked', 'in use']);
    });

    it('rotates a token: the new one has the role, the scope and the lifetime of the old one, which ends later', async () => {
      await createToken(env, { name: 'acme', role: 'read', scope: ['a', 'b*'], expires: '30d' });
      const { code, out, err } = await run('rotate', 'acme', '--overlap', '2d');
      expect(code, err).to.equal(0);
      expect(isToken(out.trim())).to.equal(true);
      const tokens = JSON.parse(await kept()).tokens;
      const days = tokens.map(({ created_at, expires_at }: Record<string, string>) =>
        Math.round((Date.parse(expires_at!) - Date.parse(created_at!)) / 86_400_000),
      );
      expect(days).to.deep.equal([2, 30]);
      expect(tokens[1]).to.deep.include({ name: 'acme', role: 'read', scope: ['a', 'b*'] });
      await run('revoke', 'acme');
      expect((await run('rotate', 'acme')).err).to.include('has ended');
    });

    it('gives a history that was lost its tokens again, and a copy of the file its revocations', async () => {
      await createToken(env, { name: 'acme', role: 'read', scope: ['a'] });
      const before = await kept();
      await run('revoke', 'acme');
      await writeFile(join(env.STORAGE_DIR!, '.lumbung-tokens '), before);
      expect((await list())[0]).to.include('revoked');
      expect(JSON.parse(await kept()).tokens[0].revoked_at).to.be.a('string');
      await rm(join(folder, 'history.sqlite'), { force: true });
      env = { ...env, DATABASE_URL: await store.url(folder) };
      expect((await list())[0]).to.include('revoked');
    });

    it('loses no token when several are made at the same time', async () => {
      const names = ['a', 'b', 'c', 'd'];
      const made = await Promise.all(names.map(name => createToken(env, { name, role: 'read', scope: ['x'] })));
      expect(new Set(made).size).to.equal(4);
      expect((await list()).map(line => line[0])).to.deep.equal(names);
    });

    it('does not go on with a file of tokens that is broken', async () => {
      await createToken(env, { name: 'acme', role: 'read', scope: ['a'] });
      await writeFile(join(env.STORAGE_DIR!, '.lumbung-tokens '), '{"tokens":');
      expect((await run('list')).err).to.match(/'\.lumbung-tokens ' in STORAGE_DIR is broken/);
    });
  });

describe('lumbung token', () => {
  it('shows how it is used, and generates tokens for ADMIN_TOKEN_FILE, without a history', async () => {
    const env = { DATABASE_URL: 'sqlite:/nowhere/history.sqlite' };
    expect((await tokenCommand(env, '--help')).out).to.include('token rotate NAME');
    expect((await tokenCommand(env)).out).to.include('token rotate NAME');
    expect(isToken((await tokenCommand(env, 'generate')).out.trim())).to.equal(true);
  });
});
