import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { portOf } from '../../testing/free-port.ts';
import type { CommandContext } from './command.ts';
import { history } from './history.ts';

describe('history of a service that never comes to its end', () => {
  let server: Server;
  let id = 0;
  before(async () => {
    const backup = () => ({ id: ++id, file_name: 'x', timestamp: '2026-01-01 00:00:00', state: 'complete' });
    server = createServer((_, response) => {
      const data = { database_name: 'x', histories: Array.from({ length: 1000 }, backup) };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data, message: 'success' }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => void server.close());

  it('is given up after as many backups as no database has', async () => {
    const stdout = new PassThrough().resume();
    const env = { SADE_SERVER: `http://127.0.0.1:${portOf(server)}` };
    const context = { env, stdout, stderr: stdout, signal: new AbortController().signal } as unknown;
    const error = await history('x', {}, context as CommandContext).catch(error => error);
    expect(error.message).to.equal('the service lists more than 100,000 backups of one database');
    expect(error.advice).to.contain('Check --server');
  });
});
