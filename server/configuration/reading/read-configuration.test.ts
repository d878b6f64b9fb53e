import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CHANNELS } from '../channels/all-channels.ts';
import { secretKeysOf } from '../schema/tree.ts';
import { configurationOf } from './configuration-of.ts';
import { readConfiguration } from './read-configuration.ts';

const SECRET = `whsec_${Buffer.alloc(32, 'k').toString('base64')}`;

describe('lumbung.yaml', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-configuration-'));
  });
  after(() => rm(folder, { recursive: true }));

  const read = (text: string, env: Record<string, string> = {}) =>
    readConfiguration(text, { path: join(folder, 'lumbung.yaml'), env });

  async function mistakesOf(text: string, env: Record<string, string> = {}): Promise<readonly string[]> {
    const result = await read(text, env);
    if ('mistakes' in result) return result.mistakes;
    throw new Error('the file was expected to have mistakes');
  }

  async function configurationIn(text: string, env: Record<string, string> = {}) {
    const result = await read(text, env);
    if ('configuration' in result) return result.configuration;
    throw new Error(`the file has mistakes: ${result.mistakes.join('; ')}`);
  }

  it('may be empty, or all comments: then all defaults hold', async () => {
    const defaults = configurationOf({});
    expect(defaults).to.deep.include({
      timezone: 'UTC',
      language: 'en',
      defaults: { every: { kind: 'interval', ms: 86_400_000 }, graceMs: 7_200_000 },
      digest: undefined,
      routes: [],
      metrics: { anonymous: false },
    });
    expect(defaults.retention).to.deep.equal({
      enabled: false,
      graceMs: 3 * 86_400_000,
      default: 'default',
      policies: { default: { last: 3, hourly: 0, daily: 14, weekly: 8, monthly: 12, yearly: 3, timezone: 'UTC' } },
    });
    for (const text of ['', '# nothing yet\n', 'groups:\n  # acme:\nretention:\nchannels:\n'])
      expect(await configurationIn(text), text).to.deep.equal(defaults);
  });

  it('may be JSON', async () => {
    const { groups } = await configurationIn('{"groups": {"acme": {"databases": ["acme_*"], "every": "12h"}}}');
    expect(groups.acme!.every).to.deep.equal({ kind: 'interval', ms: 43_200_000 });
  });

  it('has contracts as intervals and as cron expressions, in its own time zone where they name none', async () => {
    const { groups, databases } = await configurationIn(`
timezone: Asia/Jakarta
groups:
  acme: { databases: [acme_*], every: { cron: '30 1 * * *' }, grace: 3h }
databases:
  pt_xyz: { every: cron 0 2 * * 1-5 Europe/Warsaw, group: acme }
`);
    expect(groups.acme!.every).to.deep.equal({ kind: 'cron', expression: '30 1 * * *', timezone: 'Asia/Jakarta' });
    expect(groups.acme!.graceMs).to.equal(10_800_000);
    const every = { kind: 'cron', expression: '0 2 * * 1-5', timezone: 'Europe/Warsaw' };
    expect(databases.pt_xyz).to.deep.include({ every, group: 'acme', graceMs: undefined });
  });

  it('names every mistake at once, by its line and its place', async () => {
    const text = `timezone: Asia/Jakrta
groups:
  acme:
    databases: [acme_*, "a*b"]
    every: 24
    grce: 2h
    retention: polcy
databases:
  "bad/name": { every: 24h }
  pt.xyz: { every: soon }
channels:
  ops: { type: nfty }
  tel: { type: telegram, token: t, chat_id: a b }
routes:
  - channels: [opz]
digest:
quiet_hours: { from: "22:00", to: "22:00" }
retention: { policies: { p: { daily: -1 }, q: {} } }
`;
    const mistakes = await mistakesOf(text);
    expect(mistakes.map(line => line.split(': ').slice(0, 2).join(': '))).to.deep.equal([
      'lumbung.yaml:1: timezone',
      'lumbung.yaml:4: groups.acme.databases[1]',
      'lumbung.yaml:5: groups.acme.every',
      'lumbung.yaml:6: groups.acme.grce',
      'lumbung.yaml:7: groups.acme.retention',
      'lumbung.yaml:9: databases."bad/name"',
      'lumbung.yaml:10: databases."pt.xyz".every',
      'lumbung.yaml:12: channels.ops.type',
      'lumbung.yaml:13: channels.tel.chat_id',
      'lumbung.yaml:15: routes[0].channels[0]',
      'lumbung.yaml:16: digest',
      'lumbung.yaml:17: quiet_hours',
      'lumbung.yaml:18: retention.policies.p.daily',
      'lumbung.yaml:18: retention.policies.q',
    ]);
    expect(mistakes[2]).to.equal('lumbung.yaml:5: groups.acme.every: "24" is not a time: write 24h');
    expect(mistakes[3]).to.contain('did you mean grace?');
    expect(mistakes[7]).to.contain('did you mean ntfy?');
    expect(mistakes[9]).to.contain('did you mean ops?');
  });

  it('names the first hundred mistakes of a file that has thousands, and looks for no more', async function () {
    this.timeout(60_000);
    const lines = (count: number, line: (at: number) => string) => Array.from({ length: count }, (_, at) => line(at));
    const groups = (line: (at: number) => string) => `groups:\n${lines(1_500, line).join('\n')}\n`;
    const wrong = {
      values: groups(at => `  g${at}: { databases: [a*], every: never }`),
      keys: groups(at => `  g${at}: { databases: [a*], evry: 24h }`),
      // To guess what each of them could mean takes longest.
      names: `${groups(at => `  group_${at}: { databases: [a*] }`)}databases:\n${lines(1_500, at => `  d${at}: { group: gruop_${at} }`).join('\n')}\n`,
    };
    for (const [what, text] of Object.entries(wrong)) {
      const before = process.cpuUsage();
      const mistakes = await mistakesOf(text);
      const { user } = process.cpuUsage(before);
      expect(mistakes, what).to.have.length(101);
      expect(mistakes.at(-1), what).to.equal('lumbung.yaml has more mistakes: fix these first');
      expect(user / 1_000, `${what}: ms of CPU time`).to.be.lessThan(2_500);
    }
  });

  it('names the line where a text stops being YAML, without the text', async () => {
    const cases: Array<[text: string, line: number, what: string]> = [
      ['groups:\n\tacme: hunter2', 2, 'tab'],
      ['a: 1\na: hunter2', 2, 'twice'],
      ['channels:\n  ops: { token: "hunter2', 2, 'missing'],
      ['a: *hunter2', 1, 'alias'],
      ['a: !hunter2 b', 1, 'tag'],
      ['a: b\n---\nc: hunter2', 2, 'second document'],
    ];
    for (const [text, line, what] of cases) {
      const mistakes = await mistakesOf(text);
      expect(mistakes[0], text).to.contain(`lumbung.yaml:${line}: `).and.contain(what);
      expect(mistakes.join('\n')).not.to.contain('hunter2');
    }
  });

  it('refuses an alias within what it stands for', async () => {
    for (const text of ['groups: &a [*a]', 'groups: &a { x: *a }', 'a: &a { b: { c: [*a] } }'])
      expect(await mistakesOf(text), text).to.deep.equal([
        'lumbung.yaml:1: the file nests too deeply, or has an alias that cannot be followed',
      ]);
    const { databases } = await configurationIn('databases: { a: &a { every: 12h }, b: *a }');
    expect(databases.b).to.deep.equal(databases.a);
  });

  it('shows no value of a channel, since a password may stand in the wrong place', async () => {
    for (const wrong of ['host: "u:hunter2@h"', 'host: h, port: hunter2', 'host: h, tls: hunter2']) {
      const text = (
        await mistakesOf(`channels:\n  c: { type: mail, ${wrong}, from: a@b.example, to: [a@b.example] }`)
      ).join();
      expect(text, wrong).to.contain('must be').and.not.contain('hunter2');
    }
  });

  it('refuses aliases that would fill the memory, and what is too long', async () => {
    const bomb = ['a0: &a0 [x, x]', ...Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`)];
    for (const text of ['['.repeat(500), '{"a":'.repeat(500), bomb.join('\n'), `a: ${'x'.repeat(9_000_000)}`])
      expect((await mistakesOf(text)).length).to.be.within(1, 60);
  });

  it('takes secrets from the environment and from files, relative to its own folder', async () => {
    await writeFile(join(folder, 'token'), 'from-a-file\n');
    const { channels } = await configurationIn(
      `channels:
  hook: { type: webhook, url: 'https://example.com/\${NAME}', secret: '\${HOOK_SECRET}' }
  phone: { type: ntfy, url: 'https://ntfy.sh/$\${plain}', topic: t, token_file: token }
  mail: { type: mail, smtp_url: 'smtp://u:\${PW}@mail.example.com', from: a@example.com, to: [b@example.com] }`,
      { NAME: 'acme', HOOK_SECRET: SECRET, PW: 'p%40ss' },
    );
    expect(channels.hook).to.deep.equal({ type: 'webhook', url: 'https://example.com/acme', secret: SECRET });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is one on purpose.
    expect(channels.phone).to.include({ token: 'from-a-file', url: 'https://ntfy.sh/${plain}' });
    expect(channels.mail).to.include({ user: 'u', password: 'p@ss', port: 587, tls: 'starttls' });
  });

  it('says which variable or file is missing, once, and nothing else about that value', async () => {
    const file = join(folder, 'two-lines');
    await writeFile(file, 'a\nhunter2\n');
    const mistakes = await mistakesOf(`channels:
  hook: { type: webhook, url: '\${HOOK_URL}', secret_file: nowhere }
  chat: { type: telegram, token_file: two-lines, chat_id: 1 }
  both: { type: slack, url: https://example.com, url_file: nowhere }
  mail: { type: mail, host: h, user: u, password_file: nowhere, from: a@example.com, to: [b@example.com] }`);
    expect(mistakes).to.deep.equal([
      'lumbung.yaml:2: channels.hook.url: the environment has no variable HOOK_URL',
      `lumbung.yaml:2: channels.hook.secret_file: ${join(folder, 'nowhere')} does not exist`,
      `lumbung.yaml:3: channels.chat.token_file: ${file} holds more than one line of text`,
      'lumbung.yaml:4: channels.both.url_file: stands beside url: leave one of them out',
      `lumbung.yaml:5: channels.mail.password_file: ${join(folder, 'nowhere')} does not exist`,
    ]);
  });

  it('shows no secret in a message, however it is wrong', async () => {
    await writeFile(join(folder, 'wrong'), 'hunter2');
    await chmod(join(folder, 'wrong'), 0o600);
    for (const [type, schema] of Object.entries(CHANNELS))
      for (const key of secretKeysOf(schema)) {
        const wrongs = [
          `${key}: hunter2`,
          `${key}: [hunter2]`,
          `${key}_file: wrong`,
          `${key}: '\${PW}'`,
          `${key}x: hunter2`,
        ];
        for (const wrong of [...wrongs, 'hunter2: x', 'pass: hunter2']) {
          const result = await read(`channels:\n  c: { type: ${type}, ${wrong} }`, { PW: 'hunter2' });
          expect('mistakes' in result ? result.mistakes.join('\n') : '', `${type} ${wrong}`).not.to.contain('hunter2');
        }
      }
    // A variable that stands where no secret belongs is shown by its name.
    const [mistake] = await mistakesOf(`timezone: '\${PW}'`, { PW: 'hunter2' });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is one on purpose.
    expect(mistake).to.contain('"${PW}"').and.not.contain('hunter2');
  });

  it('refuses channels that could not work or would give a password away', async () => {
    const cases: Array<[channel: string, what: string]> = [
      ['type: mail, host: h, from: a@b.example, to: []', 'empty list'],
      ['type: mail, from: a@b.example, to: [a@b.example]', 'needs host, or smtp_url'],
      ['type: mail, host: h, port: 0, from: a@b.example, to: [a@b.example]', 'whole number'],
      ['type: mail, host: h, user: u, from: a@b.example, to: [a@b.example]', 'only one of user and password'],
      ['type: mail, host: h, tls: off, user: u, password: p, from: a@b.example, to: [a@b.example]', 'in clear text'],
      ['type: mail, smtp_url: "smtp://h", host: h, from: a@b.example, to: [a@b.example]', 'leave one way out'],
      ['type: mail, host: h, from: "a@b.example\\nBcc: x@y.example", to: [a@b.example]', 'address of a mailbox'],
      ['type: ntfy, url: https://ntfy.sh', 'has no topic'],
      ['type: ntfy, url: https://u:p@ntfy.sh/t', 'without user:password@'],
      ['type: alertmanager, url: http://127.0.0.1:9093, user: u, password: p, token: t', 'leave one out'],
      ['type: webhook, url: https://example.com, secret: whsec_c2hvcnQ=', '24 to 64 bytes'],
      ['url: https://example.com', 'has no type'],
    ];
    for (const [channel, what] of cases)
      expect((await mistakesOf(`channels:\n  c: { ${channel} }`)).join('\n'), channel).to.contain(what);
  });
});
