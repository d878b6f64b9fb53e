import { expect } from 'chai';
import { HISTORY_STORES } from '../../testing/history/history-stores.ts';
import { type Receiver, startReceiver } from '../../testing/notifications/receiver.ts';
import { graphql } from '../../testing/service/requests.ts';
import { type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { until } from '../../testing/until.ts';

const SECRET = 'SECRETSECRET';

describe('the test of a channel', () => {
  let receiver: Receiver;
  let app: RunningApp;
  before(async () => {
    receiver = await startReceiver();
    const slack = (name: string) => ({ type: 'slack', url: `${receiver.url}/services/${name}/${SECRET}` });
    const channels = { ops: slack('ops'), phone: slack('phone'), slow: slack('slow') };
    app = await runApp(HISTORY_STORES[0]!, { configuration: { channels } });
  });
  after(async () => {
    await app[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  const test = (name: string) =>
    graphql(app.url, 'mutation ($name: String!) { testChannel(name: $name) { name type answer problem } }', { name });
  const entries = async () => {
    const rows = await app.history.em
      .fork()
      .execute<Array<{ result: string; detail: string }>>(
        "select result, detail from audit_entries where action = 'channel_test' order by id",
      );
    return rows.map(({ result, detail }) => ({ result, ...JSON.parse(detail) }));
  };

  it('shows what the other side answered, and has it in the audit trail', async () => {
    receiver.reply = () => ({ body: 'ok' });
    const { json } = await test('ops');
    expect(json.data.testChannel).to.deep.equal({
      ...{ name: 'ops', type: 'slack', answer: 'HTTP 200: ok', problem: null },
    });
    expect(receiver.received.at(-1)!.body).to.contain('This is a test of the channel ops');
    await until('both entries are stored', async () => (await entries()).length === 2);
    expect(await entries()).to.deep.equal([
      { result: 'begun', channel: 'ops' },
      { result: 'done', channel: 'ops', type: 'slack', taken: true },
    ]);
  });

  it('shows a channel that does not work as a result, without its secret', async () => {
    receiver.reply = () => ({ status: 404, body: `no_service /services/phone/${SECRET}` });
    const { json, text } = await test('phone');
    expect(json.data.testChannel).to.deep.include({ answer: null, problem: 'answered HTTP 404: no_service ***' });
    expect(text).to.not.contain(SECRET);
    await until('its end is stored', async () => (await entries()).some(({ taken }) => taken === false));
  });

  it('refuses a second test of the same channel while one runs, and just after it', async () => {
    const held = Promise.withResolvers<void>();
    receiver.reply = async () => {
      await held.promise;
      return { body: 'ok' };
    };
    const before = receiver.received.length;
    const first = test('slow');
    await until('it is sent', () => receiver.received.length > before);
    const second = await test('slow');
    expect(second.json.errors[0].extensions.code).to.equal('CHANNEL_TESTED');
    expect(second.json.errors[0].message).to.contain('The channel slow is being tested');
    held.resolve();
    expect((await first).json.data.testChannel.problem).to.equal(null);
    const third = await test('slow');
    expect(third.json.errors[0].message).to.match(/^The channel slow was tested just now: wait \d+ s$/);
    expect(receiver.received.length).to.equal(before + 1);
  });

  it('names the channels where none has that name', async () => {
    const { json } = await test('pager');
    expect(json.errors[0]).to.deep.include({
      message: 'No channel is named pager. LUMBUNG_CONFIG has: ops, phone, slow',
    });
    expect(json.errors[0].extensions.code).to.equal('CHANNEL_NOT_FOUND');
  });
});
