import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { insertAlarms } from '../../testing/history/filled-alarms.ts';
import { HISTORY_STORES } from '../../testing/history/history-stores.ts';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { openHistory } from '../history/orm.ts';
import { runAlarmsCommand } from './alarms.ts';

const SINCE = new Date('2026-11-29T01:00:00Z');

describe('lumbung alarms', () => {
  let folder: string;
  let env: Record<string, string>;
  before(async () => {
    folder = await makeMemoryFolder('lumbung-alarms-command-');
    env = { DATABASE_URL: await HISTORY_STORES[0]!.url(folder), STORAGE_DIR: join(folder, 'backups') };
    const history = await openHistory(env.DATABASE_URL!);
    const cause = '10.0.0.7:3306 refuses connections';
    await insertAlarms(history, [
      {
        kind: 'late',
        subject: 'pt_one',
        source: 'db2',
        mutedBy: 'run_missing:db2',
        summary: 'pt_one is late',
        since: SINCE,
      },
      {
        kind: 'run_failed',
        subject: 'pt_abc',
        source: 'db7',
        cause,
        summary: `pt_abc was not backed up: ${cause}`,
        since: SINCE,
      },
      {
        kind: 'run_failed',
        subject: 'pt_xyz',
        source: 'db7',
        cause,
        summary: `pt_xyz was not backed up: ${cause}`,
        since: SINCE,
      },
      {
        ...{
          kind: 'run_missing',
          subject: 'db2',
          databaseName: null,
          source: 'db2',
          severity: 'critical',
          since: SINCE,
        },
        ...{ summary: 'db2 has not reported its run\u001b[31m', databases: ['pt_one'], advice: 'Log in on db2' },
      },
      { kind: 'shrunk', subject: 'pt_old', summary: 'pt_old has lost rows', since: SINCE, closedAt: new Date() },
    ]);
    await history.close();
  });
  after(() => rm(folder, { recursive: true }));

  async function run(...args: string[]) {
    const texts = { out: '', err: '' };
    const to = (name: 'out' | 'err') => ({ write: (text: string) => (texts[name] += text) });
    return { code: await runAlarmsCommand(args, env, { out: to('out'), err: to('err') }), ...texts };
  }

  it('lists what is open by its causes, the most pressing first, and nothing that a terminal would obey', async () => {
    const { code, out, err } = await run();
    expect({ code, err }).to.deep.equal({ code: 0, err: '' });
    expect(out).to.equal(`4  critical  since 2026-11-29 01:00 UTC  db2 has not reported its run [31m
  pt_one
  It explains 1 more: pt_one (late)
  What to do: Log in on db2

2  warning  since 2026-11-29 01:00 UTC  pt_abc was not backed up: 10.0.0.7:3306 refuses connections
3  warning  since 2026-11-29 01:00 UTC  pt_xyz was not backed up: 10.0.0.7:3306 refuses connections
  What to do: an advice

`);
  });

  it('acknowledges each alarm with a reason and an end, goes on after one that is unknown, and audits it', async () => {
    const done = await run(
      'acknowledge',
      '2',
      '9',
      '3',
      '--reason',
      'new\u001bdisk',
      '--until',
      '2099-12-07T09:00Z',
      '--by',
      'Ana',
    );
    expect(done.code).to.equal(1);
    expect(
      done.err,
    ).to.equal(`Acknowledged the alarm 2, until 2099-12-07 09:00 UTC: pt_abc was not backed up: 10.0.0.7:3306 refuses connections
No alarm has the id 9: sudo lumbung alarms lists them
Acknowledged the alarm 3, until 2099-12-07 09:00 UTC: pt_xyz was not backed up: 10.0.0.7:3306 refuses connections
`);
    expect((await run('list')).out).to.contain('  Acknowledged by Ana, until 2099-12-07 09:00 UTC: new disk\n');
    const history = await openHistory(env.DATABASE_URL!);
    const entries = await history.em
      .fork()
      .execute<Array<{ action: string; database_name: string; detail: string }>>(
        "select action, database_name, detail from audit_entries where result = 'done' order by id",
      );
    await history.close();
    expect(entries.map(({ action, database_name }) => `${action} ${database_name}`)).to.deep.equal([
      'alarm_acknowledge pt_abc',
      'alarm_acknowledge pt_xyz',
    ]);
    expect(JSON.parse(entries[0]!.detail)).to.deep.include({ alarm: 2, by: 'Ana', reason: 'new disk' });
  });

  it('refuses what is missing or makes no sense, and then changes nothing', async () => {
    const refused: Array<[string[], string]> = [
      [['acknowledge', '4'], 'acknowledge needs a reason: --reason WHY'],
      [['acknowledge', '4', '--reason', '  '], 'reason must be a text of 1 to 1000 characters'],
      [['acknowledge', '4', '--reason', 'x', '--until', 'soon'], '--until must be a time such as 2026-12-07'],
      [['acknowledge', '4', '--reason', 'x', '--until', '2020-01-01'], 'until must be in the future'],
      [['acknowledge', '4', '--reason', 'x', '--for', '3d', '--until', '2099-01-01'], '--until or --for, and not both'],
      [['acknowledge', '4', '--reason', 'x', '--for', 'soon'], 'for must be a time such as'],
      [['acknowledge', '5', '--reason', 'x'], 'The alarm 5 has closed: pt_old has lost rows'],
      [['acknowledge', '1; drop', '--reason', 'x'], '1; drop is not the id of an alarm'],
      [['acknowledge'], 'alarms takes no more, or "acknowledge ID… --reason WHY"'],
      [['list', '--reason', 'x'], 'alarms takes no more'],
      [['close', '4'], 'alarms takes no more'],
    ];
    for (const [args, message] of refused) {
      const { code, err } = await run(...args);
      expect(code, args.join(' ')).to.equal(1);
      expect(err).to.contain(message);
    }
    expect((await run()).out).to.match(/^4 .*\n {2}pt_one\n {2}It/);
    expect((await run('--help')).out).to.contain('alarms acknowledge ID… --reason WHY');
  });
});
