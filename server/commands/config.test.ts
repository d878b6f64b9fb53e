import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runConfigCommand } from './config.ts';

describe('lumbung config check', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-config-check-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function run(args: string[], env: Record<string, string> = {}) {
    const [out, err]: [string[], string[]] = [[], []];
    const streams = {
      out: { write: (text: string) => out.push(text) },
      err: { write: (text: string) => err.push(text) },
    };
    return { code: await runConfigCommand(args, env, streams), out: out.join(''), err: err.join('') };
  }

  it('shows what a file means, without its secrets, and exits with 0', async () => {
    const path = join(folder, 'lumbung.yaml');
    await writeFile(
      path,
      `groups: { acme: { databases: [acme_*], every: 12h } }
channels: { chat: { type: slack, url: https://hooks.example.com/hunter2 }, bot: { type: telegram, token: '\${T}', chat_id: 7 } }
heartbeat: { url: https://ping.example.com/hunter2 }
`,
    );
    const { code, out, err } = await run(['check', path], { T: 'hunter2' });
    expect({ code, err }).to.deep.equal({ code: 0, err: '' });
    expect(out).to.contain('acme: acme_*; every 12h').and.contain('chat: slack').and.not.contain('hunter2');
    expect((await run(['check'], { LUMBUNG_CONFIG: path, T: 'hunter2' })).out).to.equal(out);
  });

  it('shows all mistakes, and exits with 1', async () => {
    const path = join(folder, 'broken.yaml');
    await writeFile(path, 'timezone: Mars\ngroups: { acme: { databases: [] } }\n');
    const { code, out, err } = await run(['check', path]);
    expect({ code, out }).to.deep.equal({ code: 1, out: '' });
    expect(err).to.contain('broken.yaml:1: timezone').and.contain('broken.yaml:2: groups.acme.databases');
    expect(err).to.match(/^2 mistakes$/m);
    expect((await run(['check', join(folder, 'nowhere')])).err).to.contain('does not exist');
    for (const args of [['chek'], ['check', path, path], ['check']]) expect((await run(args)).code).to.equal(1);
    expect((await run([])).out).to.contain('config check FILE');
  });
});
