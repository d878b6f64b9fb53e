import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { expect } from 'chai';
import Koa from 'koa';
import { rawConnection } from '../../../testing/service/raw-http.ts';
import { AppError } from '../../errors/errors.ts';
import { allowedHosts } from '../hosts/allowed-hosts.ts';
import { clientAddress } from './client-address.ts';
import { refuseForwarded } from './refuse-forwarded.ts';
import { type AddressRange, parseAddress, parseRange } from './trusted-proxies.ts';

interface Asked {
  readonly status: number;
  readonly address?: string;
  readonly isSecure?: boolean;
  readonly message?: string;
}

/** A service that answers with what it knows of its client; to each address that the system has for this machine. */
async function startApp(trusted: readonly string[], isOpen = () => false) {
  const app = new Koa();
  app.use(clientAddress(trusted.map(text => parseRange(text)!)));
  app.use(async (ctx, next) => {
    await next().catch(error => {
      if (!(error instanceof AppError)) throw error;
      ctx.status = error.status;
      ctx.body = { code: error.code, message: error.message };
    });
  });
  app.use(allowedHosts(['backups.example.com']));
  app.use(refuseForwarded(isOpen));
  app.use(ctx => {
    ctx.body = { address: ctx.state.address, isSecure: ctx.state.isSecure };
  });
  const server = createServer(app.callback()).listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    async ask(headers: Record<string, string | string[]>, { path = '/', host = '127.0.0.1' } = {}): Promise<Asked> {
      const asked = request({ host, port, path, headers }).end();
      const [response] = await once(asked, 'response');
      return { status: response.statusCode, ...((await json(response)) as object) };
    },
    async askAsOldNginx(path = '/'): Promise<string> {
      const connection = await rawConnection(`http://127.0.0.1:${port}`);
      await connection.send(`GET ${path} HTTP/1.0\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
      return connection.ended();
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

describe('a client behind proxies', () => {
  it('is the other side of the connection as long as no proxy is trusted, also when the fields name another', async () => {
    await using app = await startApp([]);
    const fields = { 'X-Forwarded-For': '203.0.113.7', 'X-Forwarded-Proto': 'https', 'X-Real-IP': '203.0.113.7' };
    expect(await app.ask(fields)).to.deep.equal({ status: 200, address: '127.0.0.1', isSecure: false });
    await using other = await startApp(['10.0.0.0/8', '::2']);
    expect(await other.ask(fields)).to.include({ address: '127.0.0.1', isSecure: false });
  });

  it('is the last address that no trusted proxy has, so that it cannot choose one itself', async () => {
    await using app = await startApp(['127.0.0.1', '10.0.0.0/8', 'fd00::/8']);
    const cases: Array<[string | string[], string]> = [
      ['203.0.113.7', '203.0.113.7'],
      ['198.51.100.1, 203.0.113.7', '203.0.113.7'],
      [['198.51.100.1', '203.0.113.7'], '203.0.113.7'],
      ['198.51.100.1, 203.0.113.7, 10.1.2.3', '203.0.113.7'],
      ['198.51.100.1, 203.0.113.7,fd00::5 ,10.1.2.3', '203.0.113.7'],
      ['10.9.9.9, 10.1.2.3', '10.9.9.9'],
      ['203.0.113.7:50000', '203.0.113.7'],
      ['[2001:db8::1]:50000', '2001:db8::1'],
      ['2001:DB8:0::1', '2001:db8::1'],
      ['::ffff:203.0.113.7', '203.0.113.7'],
      ['203.0.113.7, ::ffff:10.1.2.3', '203.0.113.7'],
      ['203.0.113.7, nonsense', '127.0.0.1'],
      ['203.0.113.7, unknown, 10.1.2.3', '10.1.2.3'],
      ['0xcb.0.0x71.7', '127.0.0.1'],
      ['', '127.0.0.1'],
      [' , ,', '127.0.0.1'],
    ];
    for (const [field, address] of cases)
      expect((await app.ask({ 'X-Forwarded-For': field })).address, String(field)).to.equal(address);
    expect((await app.ask({})).address).to.equal('127.0.0.1');
  });

  it('has TLS when the trusted proxy that is connected says so', async () => {
    await using app = await startApp(['127.0.0.1']);
    for (const [scheme, isSecure] of [
      ['https', true],
      ['HTTPS', true],
      ['http', false],
      ['https, http', false],
      ['http, https', true],
      ['', false],
    ] as const)
      expect((await app.ask({ 'X-Forwarded-Proto': scheme })).isSecure, scheme).to.equal(isSecure);
  });

  it('is known over IPv6, too, where an IPv4 address is not written as one of IPv6', async () => {
    await using app = await startApp(['::1']);
    expect((await app.ask({}, { host: '127.0.0.1' })).address).to.equal('127.0.0.1');
    expect((await app.ask({ 'X-Forwarded-For': '203.0.113.7' }, { host: '::1' })).address).to.equal('203.0.113.7');
  });

  it('is refused where no token is needed, but for probes, as soon as a proxy shows', async () => {
    let isOpen = true;
    await using app = await startApp(['127.0.0.1'], () => isOpen);
    expect((await app.ask({})).status).to.equal(200);
    for (const field of [
      'Forwarded',
      'Via',
      'X-Forwarded-For',
      'X-Forwarded-Host',
      'X-Forwarded',
      'X-FORWARDED-anything',
      'X-Real-IP',
    ]) {
      const refused = await app.ask({ [field]: 'x' });
      expect(refused, field).to.include({ status: 403, code: 'TOKEN_NEEDED_BEHIND_PROXY' });
      expect(refused.message).to.contain(field.toLowerCase()).and.contain('token create');
      expect((await app.ask({ [field]: '' })).status, `${field}, empty`).to.equal(403);
      for (const path of ['/-/healthy', '/-/ready'])
        expect((await app.ask({ [field]: 'x' }, { path })).status).to.equal(200);
    }
    // nginx adds no field unless it is told to, but speaks HTTP/1.0 then.
    expect(await app.askAsOldNginx())
      .to.match(/^HTTP\/1.1 403 /)
      .and.contain('TOKEN_NEEDED_BEHIND_PROXY');
    expect(await app.askAsOldNginx('/-/healthy')).to.match(/^HTTP\/1.1 200 /);
    // A proxy that adds no field, and hands on which host was asked.
    const named = await app.ask({ Host: 'backups.example.com:443' });
    expect(named).to.include({ status: 403, code: 'TOKEN_NEEDED_BEHIND_PROXY' });
    expect(named.message).to.contain('backups.example.com').and.contain('token create');
    for (const Host of ['localhost:3000', '127.0.0.1', '[::1]:3000'])
      expect((await app.ask({ Host })).status, Host).to.equal(200);
    isOpen = false;
    expect(await app.askAsOldNginx()).to.match(/^HTTP\/1.1 200 /);
    expect((await app.ask({ Host: 'backups.example.com' })).status).to.equal(200);
    expect((await app.ask({ 'X-Forwarded-For': '203.0.113.7', Via: '1.1 proxy' })).status).to.equal(200);
  });
});

describe('an entry of TRUST_PROXY', () => {
  it('is an address or a range, and nothing else', () => {
    const shown = (range: AddressRange | undefined) => range && `${range[0]}/${range[1]}`;
    expect(shown(parseRange('10.0.0.0/8'))).to.equal('10.0.0.0/8');
    expect(shown(parseRange('127.0.0.1'))).to.equal('127.0.0.1/32');
    expect(shown(parseRange('::1'))).to.equal('::1/128');
    expect(shown(parseRange('fd00::/8'))).to.equal('fd00::/8');
    for (const text of [
      '',
      'localhost',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '10.1',
      '0x7f.0.0.1',
      '127.1',
      '::1/129',
    ])
      expect(parseRange(text), text).to.equal(undefined);
    expect(parseAddress('[::1]')).to.equal(undefined);
  });
});
