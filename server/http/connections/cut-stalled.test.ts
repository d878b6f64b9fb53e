import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import Koa from 'koa';
import { rawConnection } from '../../../testing/service/raw-http.ts';
import { cutStalled } from './cut-stalled.ts';

const SIZE = 30_000_000;
const IDLE_MS = 500;

describe('an answer that is in memory', function () {
  this.timeout(30_000);
  let url: string;
  let server: ReturnType<Koa['listen']>;
  before(async () => {
    const app = new Koa();
    app.use(cutStalled(IDLE_MS));
    app.use(ctx => {
      ctx.body = ctx.path === '/small' ? 'small' : Buffer.alloc(SIZE, 'x');
    });
    server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  const ask = async (path: string, close = '') => {
    const connection = await rawConnection(url);
    await connection.send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${close}\r\n`);
    return connection;
  };

  it('is ended when its client takes nothing of it', async () => {
    const connection = await ask('/');
    await connection.receive(/Content-Length/);
    connection.socket.pause();
    await sleep(6 * IDLE_MS);
    connection.socket.resume();
    expect((await connection.ended()).length).to.be.lessThan(SIZE);
  });

  it('is not ended while its client takes it slowly, nor when it has had it and asks again later', async () => {
    const slow = await ask('/', 'Connection: close\r\n');
    const timer = setInterval(() => (slow.socket.isPaused() ? slow.socket.resume() : slow.socket.pause()), 100);
    expect((await slow.ended()).length).to.be.greaterThan(SIZE);
    clearInterval(timer);
    const again = await ask('/small');
    await again.receive(/small/);
    await sleep(4 * IDLE_MS);
    await again.send('GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await again.receive(/small[\s\S]*small/);
    again.socket.destroy();
  });
});
