import { expect } from 'chai';
import { pino } from 'pino';
import { rawConnection } from '../../../testing/service/raw-http.ts';
import { listen } from './listen.ts';

const log = pino({ level: 'silent' });

describe('listen', () => {
  it('answers requests that arrived before it was ready', async () => {
    const server = await listen({ host: '127.0.0.1', port: 0, log });
    const early = fetch(server.url);
    await new Promise(resolve => setTimeout(resolve, 50));
    server.serve(async (_request, response) => response.end('served'));
    expect(await (await early).text()).to.equal('served');
    await server.stop(0);
  });

  it('ends requests that do not finish in time when it stops, and waits for their clean-up', async () => {
    const server = await listen({ host: '127.0.0.1', port: 0, log });
    let isClean = false;
    server.serve(async request => {
      await new Promise(resolve => request.once('close', resolve));
      await new Promise(resolve => setTimeout(resolve, 100));
      isClean = true;
    });
    const connection = await rawConnection(server.url);
    await connection.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await new Promise(resolve => setTimeout(resolve, 50));
    const start = Date.now();
    await server.stop(200);
    expect(Date.now() - start).to.be.within(250, 1_500);
    expect(isClean).to.equal(true);
    await connection.ended();
  });

  it('limits the time of a header, but not of a whole request', async () => {
    const { createServer } = await import('node:http');
    expect(createServer().requestTimeout, 'what Node would do').to.equal(300_000);
    const server = await listen({ host: '127.0.0.1', port: 0, log });
    const limits = new Promise<unknown>(resolve =>
      server.serve(async (request, response) => {
        const { requestTimeout, headersTimeout } = (request.socket as unknown as { server: Record<string, number> })
          .server;
        resolve({ requestTimeout, headersTimeout });
        response.end();
      }),
    );
    await fetch(server.url);
    expect(await limits).to.deep.equal({ requestTimeout: 0, headersTimeout: 15_000 });
    await server.stop(0);
  });

  it('goes on when a connection cannot be accepted, and logs that', async () => {
    const lines: string[] = [];
    const server = await listen({
      host: '127.0.0.1',
      port: 0,
      log: pino({}, { write: line => void lines.push(line) }),
    });
    server.serve(async (request, response) => {
      const { server } = request.socket as unknown as { server: NodeJS.EventEmitter };
      server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }));
      response.end();
    });
    expect((await fetch(server.url)).status).to.equal(200);
    expect((await fetch(server.url)).status).to.equal(200);
    expect(lines.join()).to.contain('a connection could not be accepted').and.contain('EMFILE');
    await server.stop(0);
  });
});
