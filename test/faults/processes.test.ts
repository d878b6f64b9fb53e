import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { spoiledDumpProgram } from '../../testing/cli/fake-mysqldump.ts';
import { FaultScene } from '../../testing/cli/fault-scene.ts';
import type { FaultTrial, Run } from '../../testing/cli/fault-trial.ts';
import { beforeItEnds } from '../../testing/cli/sade.ts';
import { SHOP } from '../../testing/databases/shop.ts';
import { portOf } from '../../testing/free-port.ts';
import { startFaultyProxy } from '../../testing/proxies/faulty-proxy.ts';
import { until } from '../../testing/until.ts';

describe('a backup during which', function () {
  this.timeout(60_000);

  let scene: FaultScene;
  let trial: FaultTrial;
  let database: string;
  before(async () => {
    scene = await FaultScene.open();
    database = await scene.createDatabase(SHOP);
  });
  after(() => scene[Symbol.asyncDispose]());
  beforeEach(async () => {
    trial = await scene.trial(database);
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  it('sade is killed in the middle of the dump: nothing is stored, and the next run is clean', async () => {
    const slow = await spoiledDumpProgram(
      trial.place.folder,
      'header; for _ in $(seq 20); do rows 1000; sleep 0.1; done',
    );
    const run = trial.start(['--mysqldump', slow, '--mariadb-dump', slow]);
    const dumps = async () => (await trial.spooled()).filter(name => name.endsWith('.sql'));
    await until('a dump in the work folder', async () => (await dumps()).length > 0);
    await killed(run);
    expect(await dumps()).to.have.length(1);
    await trial.expectNothingStored();
    await trial.expectComplete(await trial.backup());
  });

  it('sade is killed between zip and upload: the next run delivers the zip', async () => {
    const reached = Promise.withResolvers<void>();
    await using proxy = await startFaultyProxy(
      () => scene.service.url,
      ({ direction }) => {
        if (direction === 'up') reached.resolve();
        return 'break';
      },
    );
    const run = trial.start([], proxy.url);
    await beforeItEnds(reached.promise, run.ended);
    await killed(run);
    await trial.expectNothingStored();
    const [zip] = await trial.spooled();
    const next = await trial.backup();
    expect(next.report.outcomes.find(({ is_leftover }) => is_leftover)).to.include({
      file_name: zip,
      state: 'complete',
    });
    await trial.expectComplete(next);
    expect((await trial.listed()).map(({ state }) => state)).to.deep.equal(['complete', 'complete']);
  });

  it('something that is not Lumbung answers 200 and other JSON', async () => {
    await using other = await answering(200, '{"ok":true}');
    const run = await trial.backup(['--retries', '0'], other.url);
    await trial.expectFailed(run, { stage: 'upload', says: /not one of Lumbung's service/, waits: true });
  });

  it('another program answers with 404 and a web page', async () => {
    await using other = await answering(404, '<h1>Not Found</h1>');
    const run = await trial.backup(['--retries', '0'], other.url);
    await trial.expectFailed(run, { stage: 'upload', says: /answered 404, but not as Lumbung does/, waits: true });
  });

  it('the service answers that it stored other bytes', async () => {
    await using liar = await misreporting(receipt => ({ ...receipt, repr_digest: `sha-256=:${'A'.repeat(43)}=:` }));
    const run = await trial.backup(['--retries', '0'], liar.url);
    expectDisbelieved(run, /the service says that it stored/);
  });

  it('the service reports an incomplete backup as complete', async () => {
    await using poor = await scene.trial(database, {
      grants: ['select, show view, event on {db}.*', 'select on mysql.proc'],
    });
    await using liar = await misreporting(receipt => ({ ...receipt, state: 'complete', findings: [] }));
    const run = await poor.backup(['--retries', '0'], liar.url);
    expectDisbelieved(run, /reports the backup as complete, but this run found it/);
  });

  /** The zip waits: the next run is to deliver it. */
  function expectDisbelieved({ code, outcome }: Run, says: RegExp): void {
    expect({ code, state: outcome.state }).to.deep.equal({ code: 2, state: 'failed' });
    expect(outcome.failure!.message).to.match(says);
    expect(outcome.failure!.advice).to.be.a('string').and.match(/\w/);
    expect(outcome.failure!.kept_at).to.match(/\.zip$/);
  }

  /** Hands an upload on to the service, and changes the receipt that comes back. */
  function misreporting(change: (receipt: object) => object) {
    return serving(async request => {
      const headers = {
        'content-type': request.headers['content-type']!,
        'repr-digest': String(request.headers['repr-digest']),
      };
      const body = Buffer.concat(await request.toArray());
      const answer = await fetch(new URL(request.url!, scene.service.url), { method: 'POST', headers, body });
      const { data, message } = (await answer.json()) as { data: object; message: string };
      return { status: answer.status, body: JSON.stringify({ data: change(data), message }) };
    });
  }
});

async function killed({ child, ended }: ReturnType<FaultTrial['start']>): Promise<void> {
  child.kill('SIGKILL');
  child.stdout!.destroy();
  child.stderr!.destroy();
  await ended;
}

/** Accepts any request, and always answers the same. */
function answering(status: number, body: string) {
  return serving(async request => {
    await request.resume().toArray();
    return { status, body };
  });
}

async function serving(
  answer: (request: IncomingMessage) => Promise<{ status: number; body: string }>,
): Promise<AsyncDisposable & { url: string }> {
  const server = createServer(async (request, response) => {
    const { status, body } = await answer(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
