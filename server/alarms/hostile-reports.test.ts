import { expect } from 'chai';
import { pino } from 'pino';
import { queriesOf } from '../../testing/history/queries.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleEntry, sampleFailure, sampleRun } from '../../testing/service/sample-runs.ts';
import { configurationOf } from '../configuration/reading/configuration-of.ts';
import { evaluateFreshness } from '../freshness/evaluate-freshness.ts';
import type { Notification } from '../notifications/notification.ts';
import { receiveRun } from '../runs/receive-run.ts';
import { evaluateAlarms } from './evaluate-alarms.ts';
import { forgetOldAlarms } from './forget-old-alarms.ts';

const START = Date.parse('2026-11-30T03:00:00Z');
const MINUTE = 60_000;
const DAY = 86_400_000;

describeOnAnyStore('alarms about a client that reports without end', store => {
  let app: RunningApp;
  beforeEach(async () => {
    app = await runApp(store);
  });
  afterEach(() => app[Symbol.asyncDispose]());

  const configuration = configurationOf({ channels: { chat: { type: 'slack', url: 'http://127.0.0.1:9/' } } });

  /** Stores the report of a run that did not get to any backup, at that time. */
  async function report(source: string, ms: number, { problem }: { problem?: string } = {}): Promise<void> {
    const time = new Date(START + ms).toISOString();
    const sent = sampleRun([], {
      ...{ source, started_at: time, ended_at: time, exit_code: 2, problem: problem ?? null },
      roster: problem ? null : [sampleEntry('pt_xyz')],
      outcomes: problem ? [] : [sampleFailure('pt_xyz', { started_at: time, ended_at: time })],
    });
    await receiveRun(
      { em: app.history.em.fork(), scope: ['*'] },
      { report: sent, json: JSON.stringify(sent) },
      { receivedAt: new Date(START + ms), reportedBy: 'test' },
    );
  }

  async function evaluate(ms: number): Promise<void> {
    const now = new Date(START + ms);
    await evaluateFreshness({ em: app.history.em.fork(), storage: app.storage, configuration, now });
    await evaluateAlarmsAt(ms);
  }

  async function evaluateAlarmsAt(ms: number): Promise<void> {
    await evaluateAlarms({
      ...{ em: app.history.em.fork(), now: new Date(START + ms), configuration, log: pino({ level: 'silent' }) },
      space: async () => ({ free: 500, total: 1000 }),
      bytesPerDay: async () => 0,
    });
  }

  const open = () =>
    app.history.em.fork().execute<Array<{ subject: string }>>('select subject from alarms where closed_at is null');

  async function sent(): Promise<Notification[]> {
    const rows: Array<{ notification: string }> = await app.history.em
      .fork()
      .execute('select notification from outbox');
    return rows.map(({ notification }) => JSON.parse(notification));
  }

  it('cost no more, however many runs it reports that failed', async () => {
    const asked = async (ms: number) => (await queriesOf(app.history, () => evaluate(ms))).length;
    await report('web1', 0);
    await evaluate(0);
    expect(await open()).to.deep.equal([{ subject: 'pt_xyz' }]);
    const before = await asked(MINUTE);
    for (let i = 1; i <= 40; i++) await report('web1', MINUTE + i);
    expect(await asked(2 * MINUTE)).to.be.at.most(before + 12);
  });

  it('are forgotten after 400 days once they have closed, and the open ones never', async () => {
    const ids = async () =>
      (await app.history.em.fork().execute<Array<{ id: number }>>('select id from alarms order by id')).map(
        ({ id }) => id,
      );
    for (let minute = 0; minute < 3; minute++) await report(`broken-${minute}`, minute, { problem: 'no list' });
    for (let minute = 0; minute < 4; minute++) await evaluateAlarmsAt(minute * MINUTE);
    expect(await ids()).to.have.length(3);
    await app.history.em
      .fork()
      .execute("update alarms set open_key = null, closed_at = opened_at where source <> 'broken-1'");
    const [, second] = await ids();
    await report('late', 401 * DAY, { problem: 'no list' });
    await evaluateAlarmsAt(401 * DAY);
    expect((await ids()).slice(0, -1)).to.deep.equal([second]);
  });

  it('that have closed are forgotten beyond a number, the oldest first', async () => {
    const ids = async () =>
      (await app.history.em.fork().execute<Array<{ id: number }>>('select id from alarms order by id')).map(
        ({ id }) => id,
      );
    for (let minute = 0; minute < 4; minute++) await report(`broken-${minute}`, minute, { problem: 'no list' });
    for (let minute = 0; minute < 4; minute++) await evaluateAlarmsAt(minute * MINUTE);
    await app.history.em
      .fork()
      .execute("update alarms set open_key = null, closed_at = opened_at where source <> 'broken-0'");
    const before = await ids();
    await forgetOldAlarms(app.history.em.fork(), new Date(START), { atMost: 10, mostKept: 2 });
    const open = await app.history.em
      .fork()
      .execute<Array<{ id: number }>>('select id from alarms where open_key is not null');
    expect(await ids()).to.have.members([...new Set([open[0]!.id, ...before.slice(-2)])]);
  });

  it('are few messages, however many sources it makes up, and none of them is lost', async () => {
    for (let minute = 0; minute < 30; minute++) {
      await report(`made-up-${minute}`, minute * MINUTE, { problem: 'no list' });
      await evaluateAlarmsAt(minute * MINUTE);
    }
    for (let minute = 30; minute < 45; minute++) await evaluateAlarmsAt(minute * MINUTE);
    const messages = await sent();
    expect(messages).to.have.length.within(6, 11);
    const told = messages.flatMap(({ alarms }) => alarms.map(({ source }) => source));
    expect(new Set(told).size, 'the sources in the messages').to.equal(30);
  });
});
