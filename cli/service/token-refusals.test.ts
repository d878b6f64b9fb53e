import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { expect } from 'chai';
import { makeToken } from '../../protocol/access/token-text.ts';
import { portOf } from '../../testing/free-port.ts';
import type { ServiceAccess } from '../access/service-access.ts';
import { ExplainedError } from '../errors.ts';
import { Service } from './service.ts';
import { isAboutToken } from './service-errors.ts';

const TOKEN = makeToken();
const LIST = { data: [], message: 'Success' };

describe('a service that asks for tokens', () => {
  let server: Server;
  let url: URL;
  let listener: RequestListener;
  let shown: (string | undefined)[] = [];

  before(async () => {
    server = createServer((request, response) => {
      shown.push(request.headers.authorization);
      listener(request, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = new URL(`http://127.0.0.1:${portOf(server)}/`);
  });
  beforeEach(() => {
    shown = [];
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const answering = (...answers: { status: number; body: unknown; headers?: Record<string, string> }[]) => {
    let next = 0;
    listener = (_request, response) => {
      const { status, body, headers = {} } = answers[Math.min(next++, answers.length - 1)]!;
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    };
  };
  const refusing = (status: number, code: string, message = 'No', headers = {}) =>
    answering({ status, body: { message, code }, headers });
  const access = (more: Partial<ServiceAccess> = {}): ServiceAccess => ({
    server: url,
    token: { text: TOKEN, from: '/etc/lumbung/token' },
    ...more,
  });
  const failureOf = async (asking: Promise<unknown>): Promise<ExplainedError> => {
    const error = await asking.catch(error => error);
    if (!(error instanceof ExplainedError)) throw new Error('it was expected to fail', { cause: error });
    return error;
  };

  it('is not asked again for a change that it refuses since its audit trail cannot be stored', async () => {
    refusing(503, 'AUDIT_UNAVAILABLE', 'nothing was changed');
    const error = await failureOf(new Service(access()).accept('1', { reason: 'r', by: 'me' }));
    expect(error.message).to.contain('503 AUDIT_UNAVAILABLE: nothing was changed');
    expect(error.advice).to.contain('/-/ready').and.contain('then try again');
    expect(shown).to.have.length(1);
  });

  it('is said to need a first token, where it has none and a proxy is in front', async () => {
    refusing(403, 'TOKEN_NEEDED_BEHIND_PROXY');
    const error = await failureOf(new Service(access({ token: undefined })).databases());
    expect(error.advice).to.contain('sudo lumbung token create').and.contain('--token-file');
  });

  it('is shown the token with every kind of request', async () => {
    answering({ status: 200, body: LIST });
    await new Service(access()).databases();
    const service = new Service(access());
    await failureOf(service.accept('1', { reason: 'r', by: 'me' }));
    await (await service.download('1', 'head')).body?.cancel();
    await failureOf(service.status());
    expect(shown).to.deep.equal(Array.from({ length: 4 }, () => `Bearer ${TOKEN}`));
  });

  it('that does not accept the token is not asked again, and the message names its file and what to do', async () => {
    refusing(401, 'UNAUTHENTICATED', 'The token was revoked');
    const error = await failureOf(new Service(access()).databases());
    expect(error.message)
      .to.contain('does not accept the token of /etc/lumbung/token')
      .and.contain('(401 UNAUTHENTICATED: The token was revoked)');
    expect(error.advice).to.contain('sudo lumbung token').and.contain('/etc/lumbung/token');
    expect([shown.length, isAboutToken(error)]).to.deep.equal([1, true]);
  });

  it('that gets no token is not asked again, and the message says how one is given', async () => {
    refusing(401, 'UNAUTHENTICATED');
    const error = await failureOf(new Service(access({ token: undefined })).databases());
    expect(error.message).to.contain('asks for a token, and none was given');
    expect(error.advice).to.contain('--token-file').and.contain('SADE_TOKEN_FILE');
    expect(shown).to.deep.equal([undefined]);
  });

  it('that does not allow what the role lacks is not asked again, and the message says which role is needed', async () => {
    refusing(403, 'FORBIDDEN');
    const error = await failureOf(new Service(access()).databases());
    expect(error.message).to.contain('does not allow this with the token of /etc/lumbung/token (403 FORBIDDEN');
    expect(error.advice).to.contain('need read');
    expect(shown).to.have.length(1);
  });

  it('names the role that is needed, and the command that makes a token of it', async () => {
    const adviceFor = async (needs: string) => {
      refusing(403, 'FORBIDDEN', `The token db1 may not do that: its role is upload, and this needs ${needs}`);
      return (await failureOf(new Service(access()).accept('1', { reason: 'r', by: 'me' }))).advice;
    };
    expect(await adviceFor('operator or admin'))
      .to.contain('Use a token of the role operator, on your own machine')
      .and.contain("sudo lumbung token create --name NAME --role operator --scope 'NAMES'");
    expect(await adviceFor('read, operator or admin')).to.contain('--role read ');
    expect(await adviceFor('rm-rf'))
      .to.contain('--role ROLE ')
      .and.not.contain('rm');
  });

  it('never gets its own words with the token in them repeated in a message', async () => {
    for (const [status, code] of [
      [401, 'UNAUTHENTICATED'],
      [403, 'FORBIDDEN'],
      [400, 'ODD'],
    ] as const) {
      refusing(status, code, `You sent Bearer ${TOKEN}!`);
      const error = await failureOf(new Service(access()).databases());
      expect(`${error.message} ${error.advice} ${error.stack}`).to.contain('***').and.not.contain(TOKEN);
    }
  });

  it('gets no token from sade at another address to which it redirects', async () => {
    const seen: unknown[] = [];
    const other = createServer((request, response) => {
      seen.push(request.headers);
      response.end();
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    answering({ status: 307, body: {}, headers: { location: `http://127.0.0.1:${portOf(other)}/` } });
    const error = await failureOf(new Service(access()).databases());
    await failureOf(new Service(access()).accept('1', { reason: 'r', by: 'me' }));
    await failureOf(new Service(access()).download('1', 'get'));
    other.close();
    expect(error.message).to.contain('which sade does not follow');
    expect(seen).to.deep.equal([]);
  });

  it('is waited for as long as it asks, in seconds or until a date, and the waiting is shown', async () => {
    const soon = () => new Date(Date.now() + 2000).toUTCString();
    for (const [status, value] of [
      [429, '1'],
      [503, soon],
    ] as const) {
      const pauses: string[] = [];
      answering(
        {
          status,
          body: { message: 'Busy', code: 'TOO_MANY_REQUESTS' },
          headers: { 'retry-after': typeof value === 'string' ? value : value() },
        },
        { status: 200, body: LIST },
      );
      shown = [];
      const began = performance.now();
      await new Service(access({ onPause: why => void pauses.push(why) })).databases();
      expect(performance.now() - began).to.be.above(900);
      expect([shown.length, pauses.length]).to.deep.equal([2, 1]);
      expect(pauses[0]).to.match(new RegExp(`answers ${status}: trying again in \\d\\.\\d s, as it asks`));
    }
  });

  it('is not asked again before the time that it names where that is long, and the message names the time', async () => {
    refusing(429, 'TOO_MANY_REQUESTS', 'Too many requests', { 'retry-after': '3600' });
    const error = await failureOf(new Service(access()).databases());
    expect(error.message).to.contain('it asks to wait 1 h 00 min');
    expect(shown).to.have.length(1);
  });

  it('is asked again to accept a loss only where it has put that off', async () => {
    const accept = () => failureOf(new Service(access()).accept('1', { reason: 'r', by: 'me' }));
    refusing(500, 'INTERNAL');
    await accept();
    expect(shown).to.have.length(1);
    shown = [];
    answering(
      { status: 429, body: { message: 'Busy', code: 'TOO_MANY_REQUESTS' }, headers: { 'retry-after': '0' } },
      { status: 404, body: { message: 'No', code: 'BACKUP_NOT_FOUND' } },
    );
    await accept();
    expect(shown).to.have.length(2);
  });

  it('of an earlier version, which has no tokens, does not say who is asking', async () => {
    refusing(404, 'ROUTE_NOT_FOUND');
    expect(await new Service(access()).whoami()).to.equal(undefined);
    const data = { name: 'acme', role: 'upload', scope: ['acme_*'], expires_at: null, mode: 'tokens' };
    answering({ status: 200, body: { data, message: 'success' } });
    expect(await new Service(access()).whoami()).to.deep.equal(data);
  });
});
