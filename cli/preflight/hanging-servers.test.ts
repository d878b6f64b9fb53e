import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { sampleReport, sampleSource } from '../../testing/cli/samples.ts';
import { portOf } from '../../testing/free-port.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { ExplainedError } from '../errors.ts';
import { ServerAway } from '../mysql/explain-connecting.ts';
import { learningPreflight } from './hanging-servers.ts';
import type { SourceReport } from './source-report.ts';

const signal = new AbortController().signal;
const REPORT = sampleReport();
const timedOut = () =>
  new ServerAway("can't connect: connect ETIMEDOUT", { cause: Object.assign(new Error('x'), { code: 'ETIMEDOUT' }) });

describe('a preflight that learns which servers hang', () => {
  let server: Server;
  let source: DatabaseSource;
  /** What the server says to anyone who connects. */
  let greeting: string | undefined;
  let connections: Socket[];
  beforeEach(async () => {
    [greeting, connections] = [undefined, []];
    server = createServer(socket => {
      connections.push(socket.on('error', () => {}));
      if (greeting !== undefined) socket.write(greeting);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    source = sampleSource({ label: 'a', database: 'a', host: '127.0.0.1', port: portOf(server) });
  });
  afterEach(() => {
    for (const socket of connections) socket.destroy();
    server.close();
  });

  /** @param results of the looks, one after the other */
  const learning = (...results: (SourceReport | Error)[]) => {
    let looks = 0;
    const look = learningPreflight(async () => {
      const result = results[looks++]!;
      if (result instanceof Error) throw result;
      return result;
    }, 200);
    return {
      look: (more: object = {}) => look({ ...source, ...more }, { signal }).catch(error => error),
      looks: () => looks,
    };
  };

  it('waits once for one that says nothing, and then no more than a moment for each of its databases', async () => {
    const error = timedOut();
    const { look, looks } = learning(error);
    expect(await look()).to.equal(error);
    for (let others = 0; others < 3; others++) expect(await look()).to.equal(error);
    expect(looks()).to.equal(1);
    expect(connections).to.have.length(3);
  });

  it('looks again as soon as it speaks', async () => {
    const { look, looks } = learning(timedOut(), REPORT, REPORT);
    await look();
    greeting = 'hello';
    expect(await look()).to.equal(REPORT);
    expect(await look()).to.equal(REPORT);
    expect([looks(), connections.length]).to.deep.equal([3, 1]);
  });

  it('looks at once where a server refuses, and at servers that have nothing to do with it', async () => {
    const refused = new ServerAway('refused', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) });
    const { look, looks } = learning(refused, new ExplainedError('no rights'), timedOut(), REPORT, refused);
    for (let databases = 0; databases < 3; databases++) await look();
    expect(await look({ port: 1 })).to.equal(REPORT);
    expect(connections).to.have.length(0);
    server.close();
    await once(server, 'close');
    expect(await look(), 'it is gone: that is another error').to.equal(refused);
    expect(looks()).to.equal(5);
  });

  it('ends at once when it is aborted while it waits for the first byte', async () => {
    const look = learningPreflight(() => Promise.reject(timedOut()), 60_000);
    await look(source, { signal }).catch(() => {});
    const stop = new AbortController();
    setTimeout(() => stop.abort('stop'), 50);
    expect(await look(source, { signal: stop.signal }).catch(error => error)).to.equal('stop');
  });
});
