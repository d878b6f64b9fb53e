import { expect } from 'chai';
import { rawConnection } from '../../../testing/service/raw-http.ts';
import { upload } from '../../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';

const [SQLITE] = historyStores;

describe('the host that a request asks', () => {
  let app: RunningApp;
  before(async () => {
    const [hosts, publicUrl] = [['backups.example.com', 'bücher.example'], new URL('https://x.example/lumbung/')];
    app = await runApp(SQLITE!, { hosts, publicUrl });
  });
  after(() => app[Symbol.asyncDispose]());

  /** Sends a head as it stands. */
  async function answerTo(...lines: string[]) {
    const connection = await rawConnection(app.url);
    await connection.send(`${lines.join('\r\n')}\r\n\r\n`);
    const [head, body] = (await connection.ended()).split('\r\n\r\n') as [string, string];
    expect(head, 'names each answer').to.match(/^X-Request-Id: \S+$/m);
    return { status: Number(head.split(' ')[1]), code: JSON.parse(body).code };
  }

  const asked = (host: string) => answerTo('GET / HTTP/1.1', `Host: ${host}`, 'Connection: close');

  it('is answered when it is an address, a loopback name, or one of PUBLIC_HOSTS', async () => {
    const hosts = [
      ...['127.0.0.1', '127.0.0.1:3000', '192.168.0.5', '127.1', '[::1]', '[::1]:3000', '[FE80::1]', '10.0.0.1:'],
      ...['localhost', 'LOCALHOST:80', 'localhost.', 'app.localhost:9', 'ip6-loopback'],
      ...['backups.example.com', 'Backups.Example.COM', 'backups.example.com.', 'backups.example.com:8443'],
      'xn--bcher-kva.example',
    ];
    for (const host of hosts) expect(await asked(host), host).to.deep.equal({ status: 200, code: undefined });
  });

  it('is refused when it is another name, which a web page could point to the service', async () => {
    const hosts = [
      ...['evil.example', 'evil.example:3000', 'localhost.evil.example', 'backups.example.com.evil.example'],
      ...['127.0.0.1.evil.example', 'evil-localhost', 'x', 'xbackups.example.com', 'a.backups.example.com'],
    ];
    for (const host of hosts) expect(await asked(host), host).to.deep.equal({ status: 421, code: 'UNKNOWN_HOST' });
    const other = await answerTo('POST /-/scrub HTTP/1.1', 'Host: evil.example', 'Connection: close');
    expect(other.status).to.equal(421);
    expect((await answerTo('GET /graphql HTTP/1.1', 'Host: evil.example', 'Connection: close')).status).to.equal(421);
  });

  it('is malformed when it is invalid, repeated or missing', async () => {
    const wrong = [
      '',
      'a b',
      'user@localhost',
      'localhost/',
      'localhost:x',
      'localhost:123456',
      '[::1',
      '::1',
      'a%2eb',
      ...['$(id).localhost', '`id`.localhost', 'a;id;.localhost', 'a&b.localhost', "a'b.localhost", '~.localhost'],
    ];
    for (const host of [...wrong, 'localhost, evil.example'])
      expect(await asked(host), host).to.deep.equal({ status: 400, code: 'MALFORMED_REQUEST' });
    const twice = ['Host: localhost', 'Host: localhost'];
    for (const fields of [
      [],
      twice,
      ['Host: evil.example', 'Host: localhost'],
      ['Host: localhost', 'hOsT: evil.example'],
    ])
      expect(await answerTo('GET / HTTP/1.1', ...fields, 'Connection: close'), `${fields}`).to.deep.equal({
        status: 400,
        code: 'MALFORMED_REQUEST',
      });
  });

  it('is optional in HTTP/1.0, and is checked when it is there', async () => {
    expect((await answerTo('GET / HTTP/1.0')).status).to.equal(200);
    expect((await answerTo('GET / HTTP/1.0', 'Host: localhost')).status).to.equal(200);
    expect((await answerTo('GET / HTTP/1.0', 'Host: evil.example')).status).to.equal(421);
  });

  it('is the host in the request target, where the target has one', async () => {
    const target = (target: string, host: string) =>
      answerTo(`GET ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close');
    expect((await target('http://localhost/', 'evil.example')).status).to.equal(200);
    expect((await target('http://127.0.0.1:80/', 'localhost')).status).to.equal(200);
    expect((await target('http://evil.example/', 'localhost')).status).to.equal(421);
    expect((await target('HTTP://EVIL.example:3000/-/scrub', 'localhost')).status).to.equal(421);
    expect((await target('http://localhost@evil.example/', 'localhost')).status).to.equal(400);
  });

  it('is not checked for health probes', async () => {
    for (const path of ['/-/healthy', '/-/ready'])
      expect((await answerTo(`GET ${path} HTTP/1.1`, 'Host: lb-3.internal', 'Connection: close')).status).to.equal(200);
    expect((await answerTo('GET /-/status HTTP/1.1', 'Host: lb-3.internal', 'Connection: close')).status).to.equal(421);
  });

  it('is not used in Location when PUBLIC_URL is set', async () => {
    const { headers, json } = await upload(app.url, sampleZip());
    expect(headers.get('location')).to.equal(`https://x.example/lumbung/${json.data.id}/download`);
  });
});
