import { expect } from 'chai';
import { MAX_RUN_DATABASES } from '../../protocol/runs/roster-entry.ts';
import { runAnswer } from '../../protocol/runs/run-answers.ts';
import type { RunReport } from '../../protocol/runs/run-report.ts';
import { expectError, request } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleEntry, sampleFailure, sampleOutcome, sampleRun } from '../../testing/service/sample-runs.ts';
import type { Scope } from '../auth/scope.ts';
import { RosterEntry } from '../entities/runs/roster-entry.entity.ts';
import { Run } from '../entities/runs/run.entity.ts';
import { RunOutcome } from '../entities/runs/run-outcome.entity.ts';
import { receiveRun } from './receive-run.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const YEAR_MS = 365 * 86_400_000;

describeOnAnyStore('reports of runs', store => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(store);
  });
  after(() => app[Symbol.asyncDispose]());

  const post = (report: unknown, headers = JSON_TYPE) =>
    request(`${app.url}/-/runs`, { method: 'POST', headers, body: JSON.stringify(report) });

  /** @returns the labels on the roster of a source, and those that are gone with a `-` before them */
  async function roster(source: string): Promise<string[]> {
    const entries = await app.history.em.fork().find(RosterEntry, { source }, { orderBy: { databaseName: 'asc' } });
    return entries.map(({ databaseName, goneAt }) => `${goneAt ? '-' : ''}${databaseName}`);
  }

  /** Stores a report as one that a token with that scope has sent, at that time. */
  const receive = (
    report: RunReport,
    { scope = ['*'], at = new Date(), by = 'test' }: { scope?: Scope; at?: Date; by?: string } = {},
  ) =>
    receiveRun(
      { em: app.history.em.fork(), scope },
      { report, json: JSON.stringify(report) },
      { receivedAt: at, reportedBy: by },
    );

  const hoursBefore = (at: Date, hours: number) => new Date(at.getTime() - hours * 3_600_000).toISOString();

  it('a report is stored with its outcomes and its roster, and the same one again changes nothing', async () => {
    const source = 'stored';
    const listed = [
      sampleEntry('a'),
      sampleEntry('b', { every: 'cron 30 1 * * * Asia/Jakarta', grace: '2h', group: 'acme' }),
    ];
    const outcomes = [sampleOutcome('a', { findings: ['NAMED_TIME_ZONE'], finding_count: 1 }), sampleFailure('b')];
    const report = sampleRun([], { source, exit_code: 1, roster: listed, outcomes });
    const first = await post(report);
    expect(first.status, first.text).to.equal(201);
    expect(runAnswer.isValidSync(first.json, { strict: true }), first.text).to.equal(true);
    expect(first.json.data).to.include({ run_id: report.run_id, source, shard: '' });
    expect(first.json.data.roster).to.deep.equal({ added: 2, gone: 0 });
    const again = await post(report);
    expect({ status: again.status, id: again.json.data.id }).to.deep.equal({ status: 200, id: first.json.data.id });
    expectError(await post({ ...report, host: 'other' }), 409, 'REPORT_ID_TAKEN');

    const em = app.history.em.fork();
    const run = await em.findOneOrFail(Run, { runId: report.run_id });
    expect(run).to.include({ exitCode: 1, outcome: 'some_failed', total: 2, completeCount: 1, failedCount: 1 });
    expect(run).to.include({ clockAheadSeconds: 0, host: 'web1.example.com', isPartial: 0, reportedBy: 'anyone' });
    const stored = await em.find(RunOutcome, { run: run.id }, { orderBy: { databaseName: 'asc' } });
    expect(stored.map(({ databaseName, state }) => [databaseName, state])).to.deep.equal([
      ['a', 'complete'],
      ['b', 'failed'],
    ]);
    expect(stored[1]).to.include({ stage: 'dump', causeWhere: '10.0.0.5:3306', causeWhy: 'refuses connections' });
    expect(stored[1]!.startedAt.toISOString()).to.equal('2026-11-24T01:30:00.000Z');
    expect(JSON.parse(stored[0]!.detail)).to.deep.include({ findings: ['NAMED_TIME_ZONE'], rows: 120_000 });
    const b = await em.findOneOrFail(RosterEntry, { source, databaseName: 'b' });
    expect(b).to.include({ every: 'cron 30 1 * * * Asia/Jakarta', grace: '2h', groupName: 'acme', goneAt: null });
    expect(app.log.filter(line => line.source === source).map(({ msg }) => msg)).to.deep.equal([
      'A run of stored is reported: it exited with 1',
    ]);
  });

  it('a label that is missing in the list is gone, and comes back with the time when it was first seen', async () => {
    const source = 'gone';
    await post(sampleRun(['a', 'b'], { source }));
    const { firstSeenAt } = await app.history.em.fork().findOneOrFail(RosterEntry, { source, databaseName: 'b' });
    const without = await post(sampleRun(['a'], { source, started_at: '2026-11-24T01:30:01.000Z' }));
    expect(without.json.data.roster).to.deep.equal({ added: 0, gone: 1 });
    expect(await roster(source)).to.deep.equal(['a', '-b']);
    const back = await post(sampleRun(['a', 'b'], { source, started_at: '2026-11-24T01:30:02.000Z' }));
    expect(back.json.data.roster).to.deep.equal({ added: 1, gone: 0 });
    expect(await roster(source)).to.deep.equal(['a', 'b']);
    const b = await app.history.em.fork().findOneOrFail(RosterEntry, { source, databaseName: 'b' });
    expect(b.firstSeenAt).to.deep.equal(firstSeenAt);
  });

  it('no source, shard, list or token makes the labels of another look gone', async () => {
    const source = 'parts';
    const [one, two] = ['1111111111111111', '2222222222222222'];
    const parts = ['', one, two];
    const later = (s: number) => `2026-11-24T01:30:0${s}.000Z`;
    await post(sampleRun(['a'], { source, parts }));
    await post(sampleRun(['b'], { source, parts, part: one }));
    await post(sampleRun(['c'], { source, parts, part: two }));
    await post(sampleRun(['d'], { source, list: 'ffffffffffffffff' }));
    await post(sampleRun(['a'], { source, shard: 'second' }));
    await post(sampleRun(['a'], { source: 'parts2' }));
    await post(sampleRun(['a'], { source, parts, started_at: later(1) }));
    expect((await roster(source)).sort()).to.deep.equal(['a', 'a', 'b', 'c', 'd']);
    // The list no longer uses the token of c: its label has gone with the token.
    await post(sampleRun(['a'], { source, parts: ['', one], started_at: later(2) }));
    expect((await roster(source)).sort()).to.deep.equal(['-c', 'a', 'a', 'b', 'd']);
    // Under another token the label is taken over: the part that had it says nothing of it any more.
    await post(sampleRun(['a', 'b'], { source, parts: ['', one], started_at: later(3) }));
    await post(sampleRun([], { source, parts: ['', one], part: one, started_at: later(4) }));
    expect((await roster(source)).sort()).to.deep.equal(['-c', 'a', 'a', 'b', 'd']);
  });

  it('a token changes nothing of the labels that are out of its scope', async () => {
    const source = 'scopes';
    await receive(sampleRun(['acme_1', 'acme_2', 'other'], { source }));
    await receive(sampleRun(['acme_1'], { source, started_at: '2026-11-24T01:30:01.000Z' }), { scope: ['acme_*'] });
    expect(await roster(source)).to.deep.equal(['acme_1', '-acme_2', 'other']);
  });

  it('a report that comes late changes no roster, and its outcomes are stored', async () => {
    const source = 'late';
    await post(sampleRun(['a', 'b'], { source, started_at: '2026-11-24T01:30:00.000Z' }));
    const late = sampleRun(['a'], { source, started_at: '2026-11-23T01:30:00.000Z' });
    const { status, json } = await post(late);
    expect({ status, roster: json.data.roster }).to.deep.equal({ status: 201, roster: null });
    expect(await roster(source)).to.deep.equal(['a', 'b']);
    expect(await app.history.em.fork().count(Run, { source })).to.equal(2);
  });

  it('a token that reports under the name of another source keeps no report of that source from changing its roster', async () => {
    const source = 'named by another';
    const at = new Date();
    await receive(sampleRun(['a', 'b'], { source, started_at: hoursBefore(at, 24) }), { at, scope: ['a', 'b', 'c'] });
    const foreign = sampleRun([], { source, started_at: hoursBefore(at, 1), roster: [sampleEntry('mallory_x')] });
    await receive(foreign, { at, scope: ['mallory_*'], by: 'mallory' });
    await receive(sampleRun(['a', 'c'], { source, started_at: hoursBefore(at, 2) }), { at, scope: ['a', 'b', 'c'] });
    expect(await roster(source)).to.deep.equal(['a', '-b', 'c', 'mallory_x']);
  });

  it('a clock that is a year ahead is noted, and keeps no later report from changing the roster', async () => {
    const source = 'ahead';
    const now = new Date();
    const ahead = (ms: number) => new Date(now.getTime() + ms).toISOString();
    const outcomes = [sampleOutcome('a', { started_at: ahead(YEAR_MS), ended_at: ahead(YEAR_MS) })];
    const times = { started_at: ahead(YEAR_MS), ended_at: ahead(YEAR_MS) };
    await receive(sampleRun(['a', 'b'], { source, ...times, outcomes: [...outcomes, sampleOutcome('b')] }), {
      at: now,
    });
    const em = app.history.em.fork();
    const run = await em.findOneOrFail(Run, { source });
    expect(run.clockAheadSeconds).to.equal(YEAR_MS / 1000);
    expect(run.startedAt).to.deep.equal(now);
    const outcome = await em.findOneOrFail(RunOutcome, { run: run.id, databaseName: 'a' });
    expect(outcome.endedAt).to.deep.equal(now);
    await receive(sampleRun(['a'], { source, started_at: ahead(1000), ended_at: ahead(2000) }), {
      at: new Date(now.getTime() + 3000),
    });
    expect(await roster(source)).to.deep.equal(['a', '-b']);
  });

  it('two reports of one source at once are stored one after the other', async () => {
    const source = 'at-once';
    const labels = Array.from({ length: 40 }, (_, i) => `db_${String(i).padStart(2, '0')}`);
    const reports = Array.from({ length: 6 }, () => sampleRun(labels, { source }));
    const answers = await Promise.all([...reports, ...reports].map(report => post(report)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([...Array(6).fill(200), ...Array(6).fill(201)]);
    expect(await roster(source)).to.deep.equal(labels);
    expect(await app.history.em.fork().count(RunOutcome, { databaseName: 'db_00' })).to.equal(6);
  });

  it('the largest report is stored, and one that has a database more is refused', async () => {
    const source = 'large';
    // On a server several statements do: each has 500 rows, also of a larger report.
    const most = store.name === 'SQLite' ? MAX_RUN_DATABASES : 1_501;
    const labels = Array.from({ length: MAX_RUN_DATABASES + 1 }, (_, i) => `large_${i}`);
    const answer = await post(sampleRun(labels.slice(0, most), { source }));
    expect(answer.status, answer.text).to.equal(201);
    expect(answer.json.data.roster).to.deep.equal({ added: most, gone: 0 });
    const refused = await post(sampleRun([], { source, outcomes: Array(MAX_RUN_DATABASES + 1).fill(null) }));
    expectError(refused, 422, 'INVALID_REPORT');
    expect(refused.text).to.include('must have 10000 members at most, but has 10001');
    expectError(await post(sampleRun(labels, { source, outcomes: [] })), 422, 'INVALID_REPORT');
    const huge = await post(sampleRun(['a'], { source, problem: 'x'.repeat(9 << 20), exit_code: 3 }));
    expectError(huge, 413, 'BODY_TOO_LARGE');
  });

  it('what is no report of a run is refused, and nothing of it is stored', async () => {
    const source = 'refused';
    const twice = [sampleOutcome('a'), sampleOutcome('a')];
    const bad: Array<[string, unknown]> = [
      ['is no object', []],
      ['has no roster', { ...sampleRun(['a'], { source }), roster: undefined }],
      ['is of a version that does not exist yet', { ...sampleRun(['a'], { source }), report_version: 2 }],
      ['names a database that cannot be', sampleRun(['a/b'], { source })],
      ['names a database twice', sampleRun(['a', 'a'], { source, outcomes: [] })],
      ['has two outcomes of one', sampleRun(['a'], { source, outcomes: twice })],
      ['has an invalid contract', sampleRun([], { source, roster: [sampleEntry('a', { every: 'daily' })] })],
      ['has an invalid zone', sampleRun([], { source, roster: [sampleEntry('a', { every: 'cron 0 1 * * * X/Y' })] })],
      [
        'has hundreds of contracts',
        sampleRun([], {
          source,
          roster: Array.from({ length: 201 }, (_, i) => sampleEntry(`a${i}`, { every: `${i + 1}m` })),
        }),
      ],
      ['exits with 0 and has a failure', sampleRun(['a'], { source, outcomes: [sampleFailure('a')] })],
      ['exits with 0 and was interrupted', sampleRun(['a'], { source, interrupted_by: 'SIGINT' })],
      [
        'fails without a reason',
        sampleRun(['a'], { source, exit_code: 2, outcomes: [sampleFailure('a', { message: null })] }),
      ],
      ['has a backup without an id', sampleRun(['a'], { source, outcomes: [sampleOutcome('a', { backup_id: null })] })],
      ['ended before it started', sampleRun(['a'], { source, ended_at: '2026-11-24T01:29:59.000Z' })],
      ['has an invalid time', sampleRun(['a'], { source, ended_at: '2026-13-24T01:29:59.000Z' })],
      ['has a source with a line break', sampleRun(['a'], { source: 'a\nb' })],
      ['has a source with blanks', sampleRun(['a'], { source: 'a ' })],
      ['has a part that is not of it', sampleRun(['a'], { source, part: '1111111111111111' })],
      [
        'has a long message',
        sampleRun(['a'], { source, exit_code: 2, outcomes: [sampleFailure('a', { message: 'x'.repeat(1001) })] }),
      ],
      ['has another type', { ...sampleRun(['a'], { source }), exit_code: '0' }],
    ];
    for (const [why, report] of bad) {
      const answer = await post(report);
      expect({ why, status: answer.status, code: answer.json?.code }).to.deep.equal({
        why,
        status: 422,
        code: 'INVALID_REPORT',
      });
    }
    expectError(await post(sampleRun(['a']), { 'content-type': 'text/plain' }), 415, 'NOT_JSON');
    expect(await app.history.em.fork().count(Run, { source })).to.equal(0);
    expect(await roster(source)).to.deep.equal([]);
  });

  it('texts may hold any characters that JSON does', async () => {
    const odd = '"\\\'`\u0000\n😀\ud800 ; drop table runs; --';
    const outcomes = [sampleFailure('a', { message: odd, advice: odd, cause: { where: odd, why: odd } })];
    const { status, text } = await post(sampleRun(['a'], { source: 'odd', exit_code: 2, problem: odd, outcomes }));
    expect(status, text).to.equal(201);
    const stored = await app.history.em.fork().findOneOrFail(RunOutcome, { message: { $like: '%drop table%' } });
    expect(stored.message).to.equal(odd.toWellFormed().replaceAll('\0', '\u{fffd}'));
  });

  it('a run that could not begin says why, and changes no roster', async () => {
    const source = 'broken';
    await post(sampleRun(['a'], { source }));
    const problem = 'databases.json: databases[0]: db_host is missing';
    const times = { started_at: '2026-11-25T01:30:00.000Z', ended_at: '2026-11-25T01:30:00.000Z' };
    const { status, json } = await post(
      sampleRun([], { source, ...times, exit_code: 3, problem, roster: null, outcomes: [] }),
    );
    expect({ status, roster: json.data.roster }).to.deep.equal({ status: 201, roster: null });
    expect(await roster(source)).to.deep.equal(['a']);
    const run = await app.history.em.fork().findOneOrFail(Run, { source, exitCode: 3 });
    expect(run).to.include({ outcome: 'broken', problem, total: 0 });
  });

  it('a source sees its newest run, and the labels on its roster', async () => {
    const source = 'seen';
    await post(sampleRun(['b', 'a'], { source }));
    const later = { started_at: '2026-11-24T02:30:00.000Z', ended_at: '2026-11-24T02:31:00.000Z' };
    await post(sampleRun(['a', 'c'], { source, ...later, exit_code: 1 }));
    const { status, json } = await request(`${app.url}/-/roster?source=${source}`);
    expect(status).to.equal(200);
    expect(json.data.databases).to.deep.equal(['a', 'c']);
    expect(json.data.last_run).to.include({ ...later, exit_code: 1 });
    const never = await request(`${app.url}/-/roster?source=never&shard=x`);
    expect(never.json.data).to.deep.equal({ source: 'never', shard: 'x', last_run: null, databases: [] });
    for (const bad of ['', '?source=', '?source=a%00', '?source=a&source=b', `?source=a&shard=${'x'.repeat(65)}`])
      expectError(await request(`${app.url}/-/roster${bad}`), 422, 'VALIDATION_FAILED');
  });

  it('runs are forgotten after 400 days, a bounded number at a time', async () => {
    const source = 'old';
    const at = (days: number) => new Date(Date.UTC(2020, 0, 1) + days * 86_400_000);
    for (let day = 0; day < 30; day++)
      await receive(
        sampleRun(['old_a'], { source, started_at: at(day).toISOString(), ended_at: at(day).toISOString() }),
        {
          at: at(day),
        },
      );
    const em = app.history.em.fork();
    const kept = () => em.fork().count(Run, { source });
    await receive(
      sampleRun(['old_a'], { source, started_at: at(400).toISOString(), ended_at: at(400).toISOString() }),
      {
        at: at(400),
      },
    );
    expect(await kept()).to.equal(31);
    await receive(
      sampleRun(['old_a'], { source, started_at: at(500).toISOString(), ended_at: at(500).toISOString() }),
      {
        at: at(500),
      },
    );
    expect(await kept()).to.equal(12);
    expect(await em.fork().count(RunOutcome, { databaseName: 'old_a' })).to.equal(12);
  });
});
