import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { portOf } from '../../testing/free-port.ts';
import { bodyChunks } from './body-chunks.ts';
import { Service } from './service.ts';

describe('the body of an answer that comes to a standstill', () => {
  let server: Server;
  let url: URL;
  before(async () => {
    server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write(' '.repeat(400));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = new URL(`http://127.0.0.1:${portOf(server)}`);
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  for (const which of ['the signal of the run', 'the signal of the request'] as const)
    it(`ends when ${which} aborts, also after memory was collected`, async () => {
      const [run, request] = [new AbortController(), new AbortController()];
      const service = new Service({ server: url }, run.signal);
      const read = async () => {
        const answer = await service.download('1', 'get', { signal: request.signal });
        let length = 0;
        for await (const chunk of bodyChunks(answer.body, [run.signal, request.signal])) length += chunk.length;
        return length;
      };
      const error = read().catch(error => error);
      await collectMemory();
      (which === 'the signal of the run' ? run : request).abort(new Error('enough'));
      expect(await error).to.have.property('message', 'enough');
    });

  it('is given up after the time limit of an answer, also after memory was collected', async () => {
    const error = new Service({ server: url }, undefined, 1000).databases().catch(error => error);
    await collectMemory();
    expect(await error)
      .to.have.property('message')
      .that.contains('did not answer within 1 s');
  });
});

/** What is held weakly is gone after two, once the answer is there; each takes a tenth of a second beside other tests. */
const COLLECTIONS = 5;

/** As it happens at some time in every program. */
async function collectMemory(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc: () => void = runInNewContext('gc');
  for (let i = 0; i < COLLECTIONS; i++) {
    await sleep(20);
    gc();
  }
}
