import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { FIRST, trustCertificates } from '../../../testing/service/certificates.ts';
import { type RawConnection, rawConnection, uploadHead } from '../../../testing/service/raw-http.ts';
import { request, upload } from '../../../testing/service/requests.ts';
import { historyStores, runApp } from '../../../testing/service/running-app.ts';
import { startService } from '../../../testing/service/service.ts';
import { until } from '../../../testing/until.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';

const [SQLITE] = historyStores;
const GET = 'GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n';

for (const tls of [undefined, FIRST])
  describe(`the connections of the service${tls ? ', over TLS' : ''}`, () => {
    trustCertificates();

    it('make room for a new one by closing the longest idle one', async () => {
      await using app = await runApp(SQLITE!, { tls, connectionLimits: { most: 4 } });
      const connections: RawConnection[] = [];
      for (let i = 0; i < 4; i++) {
        const connection = await rawConnection(app.url);
        await connection.send(GET);
        await connection.receive(/healthy/);
        connections.push(connection);
      }
      await connections[0]!.send(GET);
      await connections[0]!.receive(/healthy.*healthy/s);
      const fifth = await rawConnection(app.url);
      await fifth.send(GET);
      await fifth.receive(/healthy/);
      await connections[1]!.ended();
      for (const index of [0, 2, 3]) expect(connections[index]!.socket.closed, `${index}`).to.equal(false);
      for (const { socket } of [...connections, fifth]) socket.destroy();
    });

    it('are not closed while a request is open on them: a further client gets 503', async () => {
      await using app = await runApp(SQLITE!, { tls, connectionLimits: { most: 3 } });
      const query = encodeURIComponent('subscription { backupReceived { id } }');
      const listening: RawConnection[] = [];
      for (let i = 0; i < 3; i++) {
        const connection = await rawConnection(app.url);
        await connection.send(
          `GET /graphql?query=${query} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`,
        );
        await connection.receive(/event-stream/);
        listening.push(connection);
      }
      const refused = await rawConnection(app.url);
      await refused.send(GET);
      expect(await refused.ended()).to.match(/^HTTP\/1\.1 503 .*Retry-After: \d+\r\n.*"TOO_MANY_CONNECTIONS"/s);
      listening[0]!.socket.destroy();
      await until('no listener', () => app.events.listeners === 2);
      expect((await request(`${app.url}/-/healthy`)).status).to.equal(200);
      for (const { socket } of listening) socket.destroy();
    });

    it('are closed for clients that send a body too slowly', async () => {
      await using app = await runApp(SQLITE!, { tls, connectionLimits: { most: 3, silentMs: 300 } });
      const silent: RawConnection[] = [];
      for (let i = 0; i < 3; i++) {
        silent.push(await rawConnection(app.url));
        await silent[i]!.send(`${uploadHead('pt_xyz', sampleZip().fileName, { 'Content-Length': '100000' })}PK`);
      }
      await until(
        'their uploads',
        async () => (await app.storedFiles()).filter(file => file.endsWith('.part')).length === 3,
      );
      const drip = setInterval(() => silent.forEach(({ socket }) => void socket.write('x')), 30);
      expect((await request(`${app.url}/-/healthy`)).status).to.equal(503);
      await sleep(500);
      expect((await request(`${app.url}/-/healthy`)).status).to.equal(200);
      clearInterval(drip);
      await until('the end of one', () => silent.filter(({ socket }) => socket.destroyed).length === 1);
      for (const { socket } of silent) socket.destroy();
    });

    it('are closed for clients that read an answer too slowly', async () => {
      await using app = await runApp(SQLITE!, { tls, connectionLimits: { most: 3, silentMs: 50 } });
      const zip = sampleZip({ content: randomBytes(30_000_000) });
      const location = (await upload(app.url, zip)).headers.get('location')!;
      const stalled: RawConnection[] = [];
      for (let i = 0; i < 3; i++) {
        stalled.push(await rawConnection(app.url));
        stalled[i]!.socket.pause();
        await stalled[i]!.send(`GET ${location} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      }
      // Until as much of each is under way as the system holds for a connection.
      await sleep(500);
      expect((await request(`${app.url}/-/healthy`)).status).to.equal(503);
      await sleep(500);
      expect((await request(`${app.url}/-/healthy`)).status).to.equal(200);
      for (const { socket } of stalled) socket.destroy();
    });
  });

describe('the connections of the service, with few descriptors', function () {
  this.timeout(60_000);

  it('stay available when hundreds of them are silent', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-few-'));
    const env = { DATABASE_URL: `sqlite:${folder}/h.sqlite`, STORAGE_DIR: join(folder, 'backups') };
    const sockets: Socket[] = [];
    try {
      await using service = await startService(env, [], { openFiles: 256 });
      const { hostname, port } = new URL(service.url);
      for (let i = 0; i < 400; i++) sockets.push(connect(Number(port), hostname).on('error', () => {}));
      await until('the connections', () => sockets.every(({ connecting }) => !connecting));
      const answers = await Promise.all(Array.from({ length: 8 }, () => upload(service.url, sampleZip())));
      expect(answers.map(({ status }) => status)).to.deep.equal(answers.map(() => 201));
      expect((await request(`${service.url}/1/download`)).status).to.equal(200);
      expect((await request(`${service.url}/-/ready`)).status).to.equal(200);
      const open = sockets.filter(({ closed, destroyed }) => !closed && !destroyed).length;
      expect(open).to.be.lessThan(100);
      expect(service.output()).to.not.contain('EMFILE');
    } finally {
      for (const socket of sockets) socket.destroy();
      await rm(folder, { recursive: true });
    }
  });
});
