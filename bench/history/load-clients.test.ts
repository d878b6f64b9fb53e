import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { portOf } from '../../testing/free-port.ts';
import type { LoadPlan, LoadReport } from './load-plan.ts';

const run = promisify(execFile);

describe('load-clients', () => {
  let server: Server;
  afterEach(() => server.close());

  async function load(answer: RequestListener): Promise<LoadReport> {
    server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = portOf(server);
    const asks = [{ path: '/a' }, { path: '/b', body: '{"query":"{ é }"}' }];
    const fixed = { list: ['data', 'nodes'], length: 2, clients: 4, seconds: 0.3, warmsUp: true };
    const plan: LoadPlan = { url: `http://127.0.0.1:${port}`, asks, ...fixed };
    const { stdout } = await run(process.execPath, [
      join(import.meta.dirname, 'load-clients.ts'),
      JSON.stringify(plan),
    ]);
    return JSON.parse(stdout);
  }
  const failure = (answer: RequestListener) =>
    load(answer).then(
      () => 'no failure',
      error => error.stderr as string,
    );
  const good = '{"data":{"nodes":[1,2]}}';

  it('asks as many at once as it is told, all of the questions, and tells how long each waited', async () => {
    const [asked, sockets] = [new Map<string, number>(), new Set<unknown>()];
    let [open, most] = [0, 0];
    const report = await load((request, response) => {
      const what = `${request.method} ${request.url}`;
      asked.set(what, (asked.get(what) ?? 0) + 1);
      sockets.add(request.socket);
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        response.end(good);
      }, 20);
    });
    expect(most).to.equal(4);
    expect(sockets.size).to.equal(4);
    expect([...asked.keys()]).to.have.members(['GET /a', 'POST /b']);
    expect([...asked.values()].reduce((a, b) => a + b)).to.equal(report.answers + report.warmUps);
    expect(report.warmUps).to.be.greaterThan(5);
    expect(report.p50).to.be.within(18, report.p95);
    expect(report.wallSeconds).to.be.within(0.018 / 4, report.p95 / 1000);
    expect(report.bytes).to.equal(good.length);
  });

  it('fails at a status that is no success', async () => {
    expect(await failure((_, response) => response.writeHead(503).end('no store'))).to.contain(
      'answered 503: no store',
    );
  });

  it('fails at errors of GraphQL', async () => {
    const text = '{"data":{"nodes":[1,2]},"errors":[{"message":"too large"}]}';
    expect(await failure((_, response) => response.end(text))).to.contain('too large');
  });

  it('fails at an answer that is too short, also when it comes late', async () => {
    let count = 0;
    const spoiled = (_: unknown, response: Parameters<RequestListener>[1]) => {
      count += 1;
      response.end(count < 20 ? good : '{"data":{"nodes":[1]}}');
    };
    expect(await failure(spoiled)).to.contain('did not answer with 2 in data.nodes');
    expect(count).to.be.at.least(20);
  });
});
