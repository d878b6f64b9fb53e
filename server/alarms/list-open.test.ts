import { expect } from 'chai';
import { insertAlarms } from '../../testing/history/filled-alarms.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { EVERYTHING } from '../auth/scope.ts';
import { Alarm } from '../entities/alarms/alarm.entity.ts';
import { insertRows } from '../history/insert-rows.ts';
import { listOpen, openByDatabase } from './list-open.ts';

const NOW = new Date('2026-11-29T12:00:00Z');
const earlier = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);

describeOnAnyStore('the open alarms by their causes', store => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());
  beforeEach(() => app.history.em.fork().execute('delete from alarms'));

  const list = (scope = EVERYTHING) => listOpen({ em: app.history.em.fork(), scope }, NOW);
  const subjects = ({ causes }: Awaited<ReturnType<typeof list>>) =>
    causes.map(({ alarms, explained }) =>
      [alarms, explained].map(all => all.map(({ subject }) => subject).join(' ')).join(' > '),
    );

  it('are those of one kind, source and cause together, and what another alarm explains with that one', async () => {
    const missing = { kind: 'run_missing', subject: 'db2', databaseName: null, source: 'db2' } as const;
    await insertAlarms(app.history, [
      { kind: 'late', subject: 'acme_b', source: 'db2', mutedBy: 'run_missing:db2', summary: 'x' },
      { kind: 'late', subject: 'acme_a', source: 'db2', mutedBy: 'run_missing:db2', summary: 'x' },
      { ...missing, severity: 'critical', summary: 'x' },
      { kind: 'run_failed', subject: 'acme_d', source: 'db7', cause: 'refuses', summary: 'x', advice: 'start it' },
      { kind: 'run_failed', subject: 'acme_c', source: 'db7', cause: 'refuses', summary: 'x', advice: 'start it' },
      { kind: 'run_failed', subject: 'acme_e', source: 'db7', cause: 'full disk', summary: 'x' },
      { kind: 'run_failed', subject: 'acme_f', source: 'db8', cause: 'refuses', summary: 'x' },
      { kind: 'storage_low', subject: 'storage', databaseName: null, summary: 'x' },
      { kind: 'retention_held', subject: 'retention', databaseName: null, summary: 'x' },
      { kind: 'late', subject: 'acme_g', summary: 'x', closedAt: NOW },
    ]);
    const found = await list();
    expect(subjects(found)[0]).to.equal('db2 > acme_a acme_b');
    expect(subjects(found)[1]).to.equal('acme_c acme_d > ');
    expect(subjects(found).slice(2)).to.have.members(['acme_e > ', 'acme_f > ', 'storage > ', 'retention > ']);
    expect(found.causes[1]).to.deep.include({ cause: 'refuses', advice: ['start it'], severity: 'warning' });
    // Who does not see the cause sees its effects.
    expect(subjects(await list(['acme_a', 'acme_b'])).sort()).to.deep.equal(['acme_a acme_b > ']);
  });

  it('come first where they are critical and no one sees to them, until an acknowledgement ends', async () => {
    const alarm = (subject: string, severity: 'warning' | 'critical', hours: number) =>
      ({ kind: 'damaged', subject, source: subject, severity, since: earlier(hours), summary: 'x' }) as const;
    await insertAlarms(app.history, [
      alarm('new', 'warning', 1),
      alarm('old', 'warning', 9),
      alarm('bad', 'critical', 1),
      alarm('seen', 'critical', 9),
      alarm('again', 'critical', 9),
    ]);
    const see = (subject: string, until: Date | null) =>
      app.history.em
        .fork()
        .nativeUpdate(Alarm, { subject }, { acknowledgedAt: earlier(3), acknowledgedUntil: until } as never);
    await see('seen', null);
    await see('again', earlier(1));
    const found = await list();
    expect(subjects(found).map(text => text.split(' ')[0])).to.deep.equal(['again', 'bad', 'old', 'new', 'seen']);
    expect(found.causes.map(({ isAcknowledged }) => isAcknowledged)).to.deep.equal([false, false, false, false, true]);
  });

  it('are 2,000 at most', async () => {
    const row = (at: number) => ({
      ...{ kind: 'late', subject: `d${at}`, alarm_key: `overdue:d${at}`, open_key: `overdue:d${at}`, group_key: 'g' },
      ...{ database_name: `d${at}`, source: null, severity: 'warning', since: NOW, opened_at: NOW, closed_at: null },
      ...{ acknowledged_at: null, acknowledged_by: null, acknowledged_for: null, acknowledged_until: null },
      ...{ muted_by: null, told_as: null, untold_since: null, last_told_at: null, told_count: 0, flapping_since: null },
      ...{ summary: 'x', detail: '{"advice":"x"}' },
    });
    const rows = Array.from({ length: 2_001 }, (_, at) => row(at));
    for (let at = 0; at < rows.length; at += 500)
      await insertRows(app.history.em.fork(), 'alarms', rows.slice(at, at + 500) as never);
    const { causes, isCut } = await list();
    expect([causes.length, causes[0]!.alarms.length, isCut]).to.deep.equal([1, 2_000, true]);
  });

  it('are the same by database, whether all of them were listed or more have to be read', async () => {
    await insertAlarms(app.history, [
      { kind: 'run_missing', subject: 'db2', databaseName: null, source: 'db2', summary: 'x' },
      { kind: 'shrunk', subject: 'acme_a', source: 'db2', severity: 'critical', summary: 'x' },
      { kind: 'late', subject: 'acme_a', source: 'db2', mutedBy: 'run_missing:db2', summary: 'x' },
      { kind: 'damaged', subject: 'acme_a', source: 'db2', summary: 'x' },
      { kind: 'late', subject: 'acme_b', summary: 'x' },
      { kind: 'late', subject: 'acme_c', summary: 'x', closedAt: NOW },
    ]);
    const kindsIn = async (open: Awaited<ReturnType<typeof list>>) => {
      const found = await openByDatabase({ em: app.history.em.fork(), scope: EVERYTHING }, open);
      return [...found].map(([name, own]) => [name, ...own.map(({ kind }) => kind)].join(' ')).sort();
    };
    const listed = await kindsIn(await list());
    expect(listed).to.deep.equal(['acme_a damaged late shrunk', 'acme_b late']);
    expect(await kindsIn({ causes: [], isCut: true })).to.deep.equal(listed);
  });
});
