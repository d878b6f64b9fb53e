import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Receiver, startReceiver } from '../../testing/notifications/receiver.ts';
import { runNotifyCommand } from './notify.ts';

describe('lumbung notify', () => {
  let folder: string;
  let receiver: Receiver;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-notify-'));
    receiver = await startReceiver();
    const channels = { ops: { type: 'slack', url: `${receiver.url}/services/T0000000/SECRETSECRET` } };
    await writeFile(join(folder, 'lumbung.json'), JSON.stringify({ channels }));
  });
  after(async () => {
    await receiver[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  async function notify(...args: string[]) {
    return notifyWith({}, ...args);
  }

  async function notifyWith(env: Record<string, string>, ...args: string[]) {
    const [out, err]: [string[], string[]] = [[], []];
    const streams = {
      out: { write: (text: string) => out.push(text) },
      err: { write: (text: string) => err.push(text) },
    };
    const code = await runNotifyCommand(args, { LUMBUNG_CONFIG: join(folder, 'lumbung.json'), ...env }, streams);
    return { code, out: out.join(''), err: err.join('') };
  }

  it('lists the channels, without their addresses', async () => {
    expect(await notify('list')).to.deep.equal({ code: 0, out: 'ops  slack\n', err: '' });
  });

  it('sends a test, and prints what the other side answered', async () => {
    receiver.reply = () => ({ body: 'ok' });
    const result = await notify('test', 'ops');
    expect(result).to.deep.equal({
      code: 0,
      out: 'The channel ops (slack) has taken the message: HTTP 200: ok\n',
      err: '',
    });
    expect(receiver.received[0]!.body).to.contain('This is a test of the channel ops').and.not.contain('/-/ui');
    await notifyWith({ PUBLIC_URL: 'https://x.example/l/' }, 'test', 'ops');
    expect(JSON.parse(receiver.received[1]!.body).text).to.match(
      /^On the dashboard: https:\/\/x\.example\/l\/-\/ui\/alerts$/m,
    );
  });

  it('reports a channel that does not work, without its address', async () => {
    receiver.reply = () => ({ status: 404, body: 'no_service /services/T0000000/SECRETSECRET' });
    expect(await notify('test', 'ops')).to.deep.equal({
      code: 1,
      out: '',
      err: 'The channel ops (slack) does not work: answered HTTP 404: no_service ***\n',
    });
  });

  it('names the channels that there are', async () => {
    expect((await notify('test', 'phone')).err).to.equal('No channel is named phone. LUMBUNG_CONFIG has: ops\n');
    expect((await notify('push')).code).to.equal(1);
    expect((await notify()).out).to.contain('notify test CHANNEL');
  });
});
