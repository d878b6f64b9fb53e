import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { finding } from '../../protocol/finding.ts';
import { brokenStore } from '../../testing/history/broken-store.ts';
import { OwnTime } from '../../testing/own-time.ts';
import { rawConnection } from '../../testing/service/raw-http.ts';
import { request, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, historyStores, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { until } from '../../testing/until.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { Backup } from '../entities/backup.entity.ts';

const FIELDS = 'id database { name backupCount } fileName state';

describeOnAnyStore('the subscription to backups', store => {
  let app: RunningApp;
  /** What no store has a part in: clients that come, wait and leave. */
  const itOnce = store === historyStores[0] ? it : () => undefined;
  beforeEach(async () => {
    app = await runApp(store);
  });
  afterEach(() => app[Symbol.asyncDispose]());

  it('sends each backup as soon as it is recorded, with its current data', async () => {
    await upload(app.url, sampleZip());
    await using all = await listen(app, `subscription { backupReceived { ${FIELDS} } }`);
    for (const backupCount of [2, 3]) {
      const zip = sampleZip();
      const { json } = await upload(app.url, zip);
      expect(await all.next()).to.deep.equal({
        data: {
          backupReceived: {
            id: String(json.data.id),
            database: { name: 'pt_xyz', backupCount },
            fileName: zip.fileName,
            state: 'unverified',
          },
        },
      });
    }
  });

  it('sends only the backups of one database, when a database is given', async () => {
    await using one = await listen(app, 'subscription { backupReceived(database: "pt_abc") { fileName } }');
    const wanted = sampleZip({ database: 'pt_abc' });
    for (const zip of [sampleZip(), sampleZip({ database: 'pt_ab' }), wanted]) await upload(app.url, zip);
    expect(await one.next()).to.deep.equal({ data: { backupReceived: { fileName: wanted.fileName } } });
  });

  it('sends nothing for refused uploads and for repeated ones', async () => {
    await using all = await listen(app, 'subscription { backupReceived { fileName } }');
    const [first, last] = [sampleZip(), sampleZip()];
    await upload(app.url, first);
    expect((await upload(app.url, first)).status).to.equal(200);
    expect((await upload(app.url, { ...sampleZip(), bytes: Buffer.from('no zip') })).status).to.equal(422);
    await upload(app.url, last);
    const told = [await all.next(), await all.next()].map(({ data }) => data.backupReceived.fileName);
    expect(told).to.deep.equal([first.fileName, last.fileName]);
  });

  itOnce('is sent to many clients, each of which may leave at any time', async () => {
    const listeners = await Promise.all(
      Array.from({ length: 20 }, () => listen(app, 'subscription { backupReceived { id } }')),
    );
    expect(app.events.listeners).to.equal(20);
    for (const gone of listeners.splice(0, 10)) await gone[Symbol.asyncDispose]();
    await until('the listeners', () => app.events.listeners === 10);
    await upload(app.url, sampleZip());
    for (const listener of listeners) {
      expect((await listener.next()).data.backupReceived.id).to.equal('1');
      await listener[Symbol.asyncDispose]();
    }
    await until('the listeners', () => app.events.listeners === 0);
  });

  itOnce('has room for 100 clients', async () => {
    const listeners = await Promise.all(
      Array.from({ length: 100 }, () => listen(app, 'subscription { backupReceived { id } }')),
    );
    await using more = await listen(app, 'subscription { backupReceived { id } }');
    const { errors } = await more.next();
    expect(errors[0].extensions.code).to.equal('TOO_MANY_SUBSCRIPTIONS');
    for (const listener of listeners) await listener[Symbol.asyncDispose]();
    await until('the listeners', () => app.events.listeners === 0);
  });

  it('is open to an EventSource, which can only GET', async () => {
    const query = encodeURIComponent('subscription { backupReceived { id } }');
    const response = await fetch(`${app.url}/graphql?query=${query}`, { headers: { accept: 'text/event-stream' } });
    expect(response.headers.get('content-type')).to.match(/^text\/event-stream/);
    await using listening = eventsOf(response);
    await until('the listeners', () => app.events.listeners === 1);
    await upload(app.url, sampleZip());
    expect(await listening.next()).to.deep.equal({ data: { backupReceived: { id: '1' } } });
  });

  it('ends when the service stops, and does not hold it up', async () => {
    const own = await runApp(store);
    const listening = await listen(own, 'subscription { backupReceived { id } }');
    using time = new OwnTime();
    await own[Symbol.asyncDispose]();
    expect(time.ms).to.be.lessThan(450); // the grace, after which connections are cut, is 500 ms
    expect(await listening.next()).to.equal(undefined);
  });

  it('sends the code of an error, and goes on', async () => {
    await using all = await listen(app, 'subscription { backupReceived { id } }');
    app.events.received({ id: 999, database: 'missing', sortedAt: new Date() });
    const { errors } = await all.next();
    expect(errors[0].extensions.code).to.equal('BACKUP_NOT_FOUND');
    await upload(app.url, sampleZip());
    expect((await all.next()).data.backupReceived.id).to.equal('1');
  });

  itOnce('does not listen for clients that it has refused', async () => {
    for (const accept of ['application/json', 'multipart/mixed', 'text/html']) {
      const body = JSON.stringify({ query: 'subscription { backupReceived { id } }' });
      const headers = { 'content-type': 'application/json', accept };
      const { status } = await request(`${app.url}/graphql`, { method: 'POST', body, headers });
      expect(status, accept).to.equal(406);
    }
    await until('the listeners', () => app.events.listeners === 0);
  });

  itOnce('ends with a code for a client that stops reading, before 1,000 backups wait for it', async function () {
    this.timeout(60_000);
    await upload(app.url, sampleZip());
    const findings = JSON.stringify([finding('NO_MANIFEST', 'x'.repeat(50_000))]);
    await app.history.em.fork().nativeUpdate(Backup, 1, { findings });
    const query = encodeURIComponent('subscription { backupReceived { findings { message } } }');
    const connection = await rawConnection(app.url);
    await connection.send(
      `GET /graphql?query=${query} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n`,
    );
    await until('the listeners', () => app.events.listeners === 1);
    connection.socket.pause();
    const tell = () => app.events.received({ id: 1, database: 'pt_xyz', sortedAt: new Date() });
    // Some go into the buffers of the connection: only those that are not taken count.
    for (let told = 0; told < 3_000 && app.events.listeners > 0; told++) {
      tell();
      if (told % 100 === 0) await sleep(20);
    }
    expect(app.events.listeners).to.equal(0);
    tell();
    connection.socket.resume();
    const isOver = () => connection.received().slice(-50).includes('event: complete');
    await until('the end of the stream', isOver);
    expect(connection.received().slice(-2_000)).to.match(/"code":"SUBSCRIBER_TOO_SLOW".*\n\n[^{]*event: complete/);
  });

  it('may read two thousand rows at each event', async () => {
    await upload(app.url, sampleZip());
    await using all = await listen(
      app,
      'subscription { backupReceived { database { backups(first: 1000) { nodes { id } } } } }',
    );
    for (let event = 0; event < 25; event++) {
      app.events.received({ id: 1, database: 'pt_xyz', sortedAt: new Date() });
      const { errors, data } = await all.next();
      expect(errors, `event ${event}`).to.equal(undefined);
      expect(data.backupReceived.database.backups.nodes).to.deep.equal([{ id: '1' }]);
    }
  });

  it('may read as much again after an event that asked for too much', async () => {
    for (let at = 0; at < 2; at++) await upload(app.url, sampleZip());
    await app.history.em.fork().nativeUpdate(Backup, 1, { manifest: `"${'x'.repeat(16_000_000)}"` });
    await using all = await listen(app, 'subscription { backupReceived { id inventory { rows } } }');
    const tell = (id: number) => app.events.received({ id, database: 'pt_xyz', sortedAt: new Date() });
    tell(1);
    const { message, extensions } = (await all.next()).errors[0];
    expect(extensions.code).to.equal('QUERY_TOO_LARGE');
    expect(message).to.contain('more than 2000 rows');
    tell(2);
    expect(await all.next()).to.deep.equal({ data: { backupReceived: { id: '2', inventory: null } } });
  });

  it('shows no details of unexpected errors, and logs them', async () => {
    using _ = brokenStore(app.history, new Error('the inner secret'));
    await using all = await listen(app, 'subscription { backupReceived { id } }');
    app.events.received({ id: 1, database: 'pt_xyz', sortedAt: new Date() });
    expect((await all.next()).errors[0].extensions.code).to.equal('INTERNAL_ERROR');
    const line = app.log.find(({ level }) => level === 50);
    expect(line?.err).to.have.property('stack').to.contain('the inner secret');
  });
});

interface Events extends AsyncDisposable {
  /** The next event, or undefined at the end. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads any answer
  next(): Promise<any>;
}

async function listen({ url, events }: RunningApp, query: string): Promise<Events> {
  const before = events.listeners;
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  expect(response.status).to.equal(200);
  expect(response.headers.get('content-type')).to.match(/^text\/event-stream/);
  if (before < 100) await until('the listeners', () => events.listeners > before);
  return eventsOf(response);
}

/** The `next` events of graphql-sse's protocol, distinct connections mode. */
function eventsOf(response: Response): Events {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    async next() {
      for (;;) {
        const event = /^([\s\S]*?)\n\n/.exec(text);
        if (event) text = text.slice(event[0].length);
        const found = /^event: next\ndata: (.*)$/m.exec(event?.[1] ?? '');
        if (found) return JSON.parse(found[1]!);
        if (event) continue;
        const { done, value } = await reader.read();
        if (done) return undefined;
        text += value;
      }
    },
    [Symbol.asyncDispose]: () => reader.cancel(),
  };
}
