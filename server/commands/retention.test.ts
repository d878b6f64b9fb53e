import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { HISTORY_STORES } from '../../testing/history/history-stores.ts';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { keepNight } from '../../testing/service/removing.ts';
import { startServiceHere } from '../../testing/service/service-here.ts';
import { findCommand } from './commands.ts';

describe('lumbung retention', () => {
  let folder: string;
  let env: Record<string, string>;
  before(async () => {
    folder = await makeMemoryFolder('lumbung-retention-');
    env = { DATABASE_URL: await HISTORY_STORES[0]!.url(folder), STORAGE_DIR: join(folder, 'backups') };
    const service = await startServiceHere(env);
    for (let night = 1; night <= 4; night++) await keepNight(service, night);
    await service.stop();
  });
  after(() => rm(folder, { recursive: true }));

  async function run(args: string[], more: Record<string, string> = {}) {
    const [out, err]: [string[], string[]] = [[], []];
    const to = (texts: string[]) => ({ write: (text: string) => texts.push(text) });
    const command = await findCommand('retention')!.load();
    const code = await command(args, { ...env, ...more }, { out: to(out), err: to(err) });
    return { code, out: out.join(''), err: err.join('') };
  }

  it('shows a preview while the retention is off, and explains itself', async () => {
    const { code, out } = await run(['plan']);
    expect(code).to.equal(0);
    expect(out).to.include('This is a preview');
    expect((await run([])).out).to.include('retention apply PLAN');
    expect((await run(['plan', 'pt_xyz'])).out).to.match(/^4 +2023-10-04 01:30 UTC .* kept: /m);
  });

  it('stores a plan when LUMBUNG_CONFIG turns the retention on', async () => {
    const path = join(folder, 'lumbung.yaml');
    await writeFile(path, 'retention:\n  enabled: true\n');
    const { code, out } = await run(['plan'], { LUMBUNG_CONFIG: path });
    expect([code, out]).to.deep.include(0);
    // Its freshness was never evaluated.
    expect(out).to.match(/1 database held: pt_xyz\./);
  });

  it('says in one line what is wrong', async () => {
    expect(await run(['plan', 'nothing'])).to.deep.equal({
      ...{ code: 1, out: '', err: 'no database named nothing has been backed up\n' },
    });
    expect((await run(['apply', 'x'])).err).to.equal('There is no retention plan x\n');
    expect((await run(['prune'])).err).to.include('retention takes "plan [DATABASE]", "apply PLAN"');
    expect((await run(['plan'], { LUMBUNG_CONFIG: '/nowhere.yaml' })).err).to.include('does not exist');
  });
});
