import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { addToRoster } from '../../testing/freshness/watched-history.ts';
import { HISTORY_STORES } from '../../testing/history/history-stores.ts';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { openHistory } from '../history/orm.ts';
import { runWatchCommand, type WatchCommand } from './watch.ts';

describe('lumbung pause, retire and resume', () => {
  let folder: string;
  let env: Record<string, string>;
  before(async () => {
    folder = await makeMemoryFolder('lumbung-watch-');
    env = { DATABASE_URL: await HISTORY_STORES[0]!.url(folder), STORAGE_DIR: join(folder, 'backups') };
    const history = await openHistory(env.DATABASE_URL!);
    await addToRoster(history, ['pt_abc', 'pt_xyz'], { at: new Date() });
    await history.close();
  });
  after(() => rm(folder, { recursive: true }));

  async function run(command: WatchCommand, ...args: string[]) {
    const texts = { out: '', err: '' };
    const to = (name: 'out' | 'err') => ({ write: (text: string) => (texts[name] += text) });
    return { code: await runWatchCommand(command, args, env, { out: to('out'), err: to('err') }), ...texts };
  }

  it('show what holds then, for each database, and go on after one that is unknown', async () => {
    const paused = await run('pause', 'pt_abc', 'nowhere', 'pt_xyz', '--for', '14d', '--reason', 'moves');
    expect(paused.code).to.equal(1);
    expect(paused.out).to.match(/^pt_abc is paused until \d{4}-\d\d-\d\d \d\d:\d\d UTC\npt_xyz is paused until /);
    expect(paused.err).to.equal('nowhere: No database named nowhere has been backed up\n');
    const retired = await run('retire', 'pt_xyz', '--reason', 'the client left', '--by', 'Ana');
    expect(retired).to.deep.equal({ code: 0, out: 'pt_xyz is retired\n', err: '' });
    const resumed = await run('resume', 'pt_abc', 'pt_xyz');
    expect(resumed.code).to.equal(0);
    expect(resumed.out).to.match(/^pt_abc is new: a complete backup is due on .* UTC\npt_xyz is new: /);
    const history = await openHistory(env.DATABASE_URL!);
    const entries = await history.em
      .fork()
      .execute<Array<{ action: string; detail: string }>>(
        "select action, detail from audit_entries where result = 'done' order by id",
      );
    await history.close();
    expect(entries.map(({ action }) => action)).to.deep.equal([...['pause', 'pause', 'retire', 'resume', 'resume']]);
    expect(entries[2]!.detail).to.contain('"by":"Ana","reason":"the client left"');
  });

  it('refuse what is missing, and then change nothing', async () => {
    const refused: Array<[WatchCommand, string[], string]> = [
      ['pause', ['pt_abc', '--reason', 'x'], 'pause needs an end: --for 14d, or --until 2026-12-24\n'],
      ['pause', ['pt_abc', '--for', '91d', '--reason', 'x'], 'pt_abc: until must be within the next 90 days\n'],
      [
        'pause',
        ['pt_abc', '--until', 'soon', '--reason', 'x'],
        '--until must be a time such as 2026-12-24, and not "soon"\n',
      ],
      ['pause', ['pt_abc', '--for', 'soon', '--reason', 'x'], '--for must be a time such as'],
      ['retire', ['pt_abc'], 'pt_abc: reason must be a text'],
      ['resume', ['--by', 'Ana'], 'resume takes the names of databases'],
      ['resume', ['pt_abc'], 'is neither paused nor retired'],
    ];
    for (const [command, args, message] of refused) {
      const { code, err } = await run(command, ...args);
      expect(code).to.equal(1);
      expect(err).to.contain(message);
    }
  });
});
