import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeToken } from '../../protocol/access/token-text.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { ConfigurationError } from '../errors.ts';
import { type AccessOptions, accessFor, credentialsOf, openAccess } from './service-access.ts';

describe('the way to the service', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-access-'));
  });
  after(() => rm(folder, { recursive: true }));

  const TOKEN = makeToken();
  const file = async (text: string, mode = 0o600): Promise<string> => {
    const path = join(folder, 'token');
    await writeFile(path, text);
    await chmod(path, mode);
    return path;
  };
  const open = ({
    server = 'http://127.0.0.1:3000/',
    ...options
  }: Partial<Omit<AccessOptions, 'server'>> & { server?: string }) =>
    openAccess({
      ...{ tokenFile: undefined, tokenText: undefined, caFile: undefined, allowPlainHttp: false },
      ...{ ...options, server: new URL(server) },
    });
  const refusalOf = async (opening: Promise<unknown>): Promise<ConfigurationError> => {
    const error = await opening.catch(error => error);
    if (!(error instanceof ConfigurationError)) throw new Error('it was expected to be refused', { cause: error });
    return error;
  };

  it('shows no token where none is given', async () => {
    const { access, warnings } = await open({});
    expect([credentialsOf(access), warnings]).to.deep.equal([{}, []]);
  });

  it('shows the token of a file, without the end of its line, and before that of the variable', async () => {
    for (const end of ['', '\n', '\r\n']) {
      const path = await file(`${TOKEN}${end}`);
      const { access, warnings } = await open({ tokenFile: path, tokenText: makeToken() });
      expect(credentialsOf(access)).to.deep.equal({ authorization: `Bearer ${TOKEN}` });
      expect([access.token!.from, warnings]).to.deep.equal([path, []]);
    }
    const { access } = await open({ tokenText: TOKEN });
    expect(access.token).to.deep.equal({ text: TOKEN, from: 'SADE_TOKEN' });
  });

  it('warns of a token file that other users can read', async () => {
    const path = await file(TOKEN, 0o640);
    const { warnings } = await open({ tokenFile: path });
    expect(warnings).to.deep.equal([`${path} holds a token, and other users can read it; run: chmod 600 ${path}`]);
  });

  it('refuses a file without a token, says why and what to do, and shows nothing of what is in it', async () => {
    const typo = `${TOKEN.slice(0, -2)}!!`;
    const wrong: [string, RegExp][] = [
      ['', /is empty/],
      ['\n', /is empty/],
      ['geheim1', /holds no token: a token begins with lmb_/],
      [typo, /holds a token with a mistake: its checksum does not fit/],
      [TOKEN.slice(0, 30), /holds a token with a mistake/],
      [`${TOKEN}\n${TOKEN}\n`, /holds more than one line/],
    ];
    for (const [text, why] of wrong) {
      const { message, advice } = await refusalOf(open({ tokenFile: await file(text) }));
      expect(message).to.match(why).and.contain(folder);
      expect(advice).to.contain('sudo lumbung token create');
      expect(`${message} ${advice}`).to.not.match(/geheim1|lmb_\w/);
    }
    const nowhere = await refusalOf(open({ tokenFile: join(folder, 'nowhere') }));
    expect(nowhere.message).to.equal(`${join(folder, 'nowhere')} does not exist`);
  });

  it('sends no token in clear text to another machine, unless it is told to', async () => {
    const server = 'http://backups.example.com/';
    const { message, advice } = await refusalOf(open({ server, tokenText: TOKEN }));
    expect(message).to.equal('the token would be sent over the network to http://backups.example.com in clear text');
    expect(advice).to.contain('https://').and.contain('SADE_ALLOW_PLAIN_HTTP');
    await open({ server, tokenText: TOKEN, allowPlainHttp: true });
    await open({ server });
    await open({ server: 'https://backups.example.com/', tokenText: TOKEN });
    for (const near of ['http://localhost:3000/', 'http://127.1.2.3/', 'http://[::1]:3000/'])
      await open({ server: near, tokenText: TOKEN });
    for (const far of ['http://127.0.0.1.example.com/', 'http://localhost.example.com/', 'http://10.0.0.1/'])
      await refusalOf(open({ server: far, tokenText: TOKEN }));
  });

  it('sends the token of an entry in clear text no more than its own', async () => {
    const options = { server: new URL('http://10.0.0.1/'), tokenFile: undefined, tokenText: undefined };
    const source = { token: { text: TOKEN, from: 'a file' } } as DatabaseSource;
    await refusalOf(openAccess({ ...options, caFile: undefined, allowPlainHttp: false }, [source]));
  });

  it('sends no token where the environment accepts any certificate', async () => {
    const { NODE_TLS_REJECT_UNAUTHORIZED: before } = process.env;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      const { message } = await refusalOf(open({ server: 'https://10.0.0.1/', tokenText: TOKEN }));
      expect(message).to.contain('NODE_TLS_REJECT_UNAUTHORIZED');
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });

  it('shows the token of the entry for its database, and that of the run for others', async () => {
    const { access } = await open({ tokenText: TOKEN });
    const own = { text: makeToken(), from: 'a file' };
    expect(accessFor(access, { token: own }).token).to.equal(own);
    expect(accessFor(access, {}).token!.text).to.equal(TOKEN);
    expect(accessFor(access, undefined)).to.equal(access);
  });

  it('refuses a file of --ca-file that is not there, or holds no certificate', async () => {
    expect((await refusalOf(open({ caFile: join(folder, 'nowhere') }))).message).to.contain('--ca-file');
    const { message } = await refusalOf(open({ caFile: await file('a certificate') }));
    expect(message).to.contain('holds no certificate in PEM format');
  });
});
