import { expect } from 'chai';
import type { RunReport } from '../../../../protocol/runs/run-report.ts';
import { addBackup } from '../../../../testing/freshness/watched-history.ts';
import { insertAlarms } from '../../../../testing/history/filled-alarms.ts';
import type { BrowserHere } from '../../../../testing/service/browser-here.ts';
import { browserOf, READER_ACCESS } from '../../../../testing/service/readers.ts';
import { request } from '../../../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../../../testing/service/running-app.ts';
import { sampleEntry, sampleFailure, sampleOutcome, sampleRun } from '../../../../testing/service/sample-runs.ts';
import { WatchedDatabase } from '../../../entities/freshness/watched-database.entity.ts';

const HOSTILE = '<img src=x onerror=alert(1)>"\'';
const DAY = 86_400_000;

describeOnAnyStore('the pages of the runs', store => {
  let app: RunningApp;
  let operator: BrowserHere;
  const ids: Record<string, number> = {};
  const now = Date.now();
  const time = (ms: number) => new Date(now - ms).toISOString();

  before(async () => {
    app = await runApp(store, { access: READER_ACCESS });
    operator = browserOf(app.url, 'operator');
  });
  after(() => app[Symbol.asyncDispose]());

  async function report(name: string, run: RunReport): Promise<void> {
    const headers = { 'content-type': 'application/json', authorization: 'Bearer admin' };
    const { status, json, text } = await request(`${app.url}/-/runs`, {
      ...{ method: 'POST', headers, body: JSON.stringify(run) },
    });
    expect(status, text).to.equal(201);
    ids[name] = json.data.id;
  }

  it('show how runs are reported where none was, with the address of the service', async () => {
    const { status, text } = await operator.get('/-/ui/runs');
    expect(status).to.equal(200);
    expect(text)
      .to.contain('No run has been reported yet.')
      .and.contain(`<code>sade backup --server ${app.url}</code>`);
    expect(text).to.not.contain('<table');
  });

  it('show the sources, those first that need someone, with what fell off their lists', async () => {
    const databases = ['acme_shop', 'acme_crm', 'pt_xyz'];
    const times = (days: number) => ({ started_at: time(days * DAY), ended_at: time(days * DAY - 60_000) });
    await report('before', sampleRun(['acme_shop', 'acme_gone'], { source: 'web1', ...times(2) }));
    const backup = await addBackup(app.history, { database: 'acme_shop', receivedAt: new Date(now) });
    await report(
      'bad',
      sampleRun(databases, {
        ...{ source: 'web1', ...times(1), exit_code: 1, problem: `the disk of ${HOSTILE} is full` },
        outcomes: [
          sampleOutcome('acme_shop', {
            backup_id: backup,
            shrunk: true,
            findings: ['ROW_COUNT_DROPPED'],
            finding_count: 3,
          }),
          // Another one's id: which backup it is was said by the client.
          sampleOutcome('acme_old', { backup_id: backup, leftover: true }),
          sampleFailure('acme_crm', { message: `${HOSTILE} at the dump` }),
          sampleFailure('pt_xyz'),
        ],
      }),
    );
    await report('other', sampleRun(['pt_two'], { source: HOSTILE, shard: 'a', ...times(3) }));
    await report(
      'stopped',
      sampleRun(['pt_db9'], {
        source: 'db9',
        ...times(1),
        exit_code: 143,
        interrupted_by: 'SIGTERM',
        outcomes: [
          sampleFailure('pt_db9', { state: 'not_done', stage: null, message: null, advice: null, cause: null }),
        ],
      }),
    );
    await report(
      'broken',
      sampleRun([], {
        source: 'db9',
        ...times(0.5),
        exit_code: 3,
        roster: null,
        problem: 'databases.json: no such file',
        partial: true,
      }),
    );
    await report('quiet', sampleRun(['pt_db2'], { source: 'db2', ...times(2) }));
    await insertAlarms(app.history, [
      {
        kind: 'run_missing',
        subject: 'db2',
        databaseName: null,
        source: 'db2',
        summary: 'db2 has not reported its run',
      },
    ]);
    // When each is due, and how many days ago its last complete backup came.
    for (const [databaseName, hours, days] of [
      ['acme_crm', 20, 9],
      ['acme_shop', 3, 0.9],
      // Its run was reported, and did not back it up: no run is missing.
      ['pt_xyz', -5, 9],
      ['pt_db2', -2, 1.9],
    ] as const)
      await app.history.em.fork().insert(WatchedDatabase, {
        ...{ databaseName, state: 'ok', stateSince: new Date(), dueAt: new Date(now + hours * 3_600_000) },
        ...{ lateAt: null, criticalAt: null, countedFrom: new Date(), contract: '{}', evaluatedAt: new Date() },
        lastCompleteReceivedAt: new Date(now - days * DAY),
      });
    const { text } = await operator.get('/-/ui/runs');
    const sources = text.slice(text.indexOf('id="sources"'), text.indexOf('id="runs"'));
    const order = [...sources.matchAll(/<th scope="row"><a href="[^"]*">([^<]*)<\/a>/g)].map(([, name]) => name);
    expect(order).to.deep.equal(['db2', 'db9', 'web1', '&lt;img src=x onerror=alert(1)&gt;&quot;&#39;']);
    const [, db2, db9, web1] = sources.split('<tr><th scope="row">');
    expect(db2).to.contain('not reported').and.contain('/-/ui/alerts/1');
    expect(db2).to.match(/2 hours ago<\/time> <strong>overdue/);
    // A run of some databases only is not the run of its list.
    expect(db9).to.contain('interrupted').and.contain(`/-/ui/runs/${ids.stopped}`);
    expect(web1)
      .to.contain('some need attention')
      .and.contain('1 of 3')
      .and.contain('(1 gone)')
      .and.match(/in [23] hours<\/time><br><small>some failed, and were due <time[^>]*>5 hours ago/);
    const gone = text.slice(text.indexOf('id="gone"'));
    expect(gone).to.contain('/-/ui/databases/acme_gone"').and.contain('<td>web1</td>');
  });

  it('list the runs newest first, those on top that are due and were not reported, by filters in the URL', async () => {
    const { text } = await operator.get('/-/ui/runs');
    const runs = text.slice(text.indexOf('id="runs"'), text.indexOf('id="gone"'));
    const order = [...runs.matchAll(/\/-\/ui\/(runs|alerts)\/(\d+)/g)].map(([, kind, id]) => `${kind} ${id}`);
    const listed = ['broken', 'bad', 'stopped', 'before', 'quiet', 'other'].map(name => `runs ${ids[name]}`);
    expect(order[0]).to.equal('alerts 1');
    expect(order.slice(1)).to.have.members(listed);
    expect(order[1]).to.equal(listed[0]);
    expect(order.at(-1)).to.equal(listed.at(-1));
    expect(runs).to.contain('SIGTERM').and.contain('nothing begun').and.contain('1 complete, 2 failed');
    const filtered = await operator.get('/-/ui/runs?source=web1&outcome=some_failed');
    expect(filtered.text).to.contain('<h1>Runs of web1</h1>').and.contain(`/-/ui/runs/${ids.bad}"`);
    for (const name of ['before', 'stopped', 'quiet']) expect(filtered.text).to.not.contain(`/-/ui/runs/${ids[name]}"`);
    expect((await operator.get('/-/ui/runs?source=none')).text).to.contain('No run matches.');
    expect((await operator.get('/-/ui/runs?after=x')).status).to.equal(422);
  });

  it('show one run: what failed first, by its cause, then what is incomplete and what is complete', async () => {
    const { text } = await operator.get(`/-/ui/runs/${ids.bad}`);
    const failures = text.slice(text.indexOf('id="failures"'), text.indexOf('id="complete"'));
    expect(failures)
      .to.contain('2 databases have no backup')
      .and.contain('10.0.0.5:3306 refuses connections: 2 databases');
    expect(failures)
      .to.contain('What to do: <span lang="en">Start the server.')
      .and.contain('failed while it was at: dump');
    const complete = text.slice(text.indexOf('id="complete"'));
    expect(complete).to.match(
      /acme_shop.*<td[^>]*>12 s<\/td><td[^>]*>14 s<\/td><td[^>]*>6 s<\/td><td[^>]*>20 s<\/td>/s,
    );
    expect(complete).to.contain('lost rows or tables').and.contain('ROW_COUNT_DROPPED').and.contain('and 2 more');
    expect(complete.match(/\/-\/ui\/backups\/\d+/g)).to.have.length(1);
    expect(text).to.contain('the disk of &lt;img').and.contain('8.6 MiB');
    const stopped = await operator.get(`/-/ui/runs/${ids.stopped}`);
    expect(stopped.text).to.contain('Ended by the signal SIGTERM').and.contain('1 database was not reached');
    expect((await operator.get(`/-/ui/runs/${ids.broken}`)).text).to.contain('The run could begin nothing');
    for (const id of ['999', '0', 'x', '1e3'])
      expect((await operator.get(`/-/ui/runs/${id}`)).status, id).to.equal(404);
  });

  it('escape all that a client has reported', async () => {
    for (const path of ['/-/ui/runs', `/-/ui/runs/${ids.bad}`, `/-/ui/runs?source=${encodeURIComponent(HOSTILE)}`]) {
      const { text } = await operator.get(path);
      expect(text, path).to.contain('&lt;img').and.not.contain('<img');
    }
  });

  it('show a scope of some databases their runs and outcomes only, and no sources', async () => {
    const acme = browserOf(app.url, 'acme');
    const { text } = await acme.get('/-/ui/runs');
    expect(text)
      .to.not.contain('id="sources"')
      .and.not.contain('db9')
      .and.not.contain('db2')
      .and.not.contain('the disk of');
    expect(text).to.contain('1 complete, 1 failed').and.contain('acme_gone');
    const run = await acme.get(`/-/ui/runs/${ids.bad}`);
    expect(run.text).to.contain('acme_crm').and.not.contain('pt_xyz').and.not.contain('the disk of');
    expect((await acme.get(`/-/ui/runs/${ids.stopped}`)).status).to.equal(404);
  });

  it('show such a scope how its own databases ended: that one of another client failed is not its news', async () => {
    await report(
      'shared',
      sampleRun([], {
        ...{ source: 'shared', exit_code: 1, roster: null, left_out: 7 },
        outcomes: [sampleOutcome('acme_shop'), sampleFailure('pt_xyz')],
      }),
    );
    const acme = browserOf(app.url, 'acme');
    const { text } = await acme.get(`/-/ui/runs/${ids.shared}`);
    expect(text)
      .to.contain('all complete')
      .and.to.not.match(/some need attention|Exit code|left out/);
    for (const query of ['?source=shared', '?source=shared&outcome=some_failed', '?source=shared&outcome=ok']) {
      const { text } = await acme.get(`/-/ui/runs${query}`);
      expect(text, query).to.contain(`/-/ui/runs/${ids.shared}`).and.to.not.contain('some need attention');
    }
    const whole = await operator.get(`/-/ui/runs/${ids.shared}`);
    expect(whole.text).to.contain('some need attention').and.contain('Exit code');
    expect((await operator.get('/-/ui/runs?source=shared&outcome=ok')).text).to.not.contain(`runs/${ids.shared}"`);
  });

  it('show such a scope a signal or a run that could begin nothing only where that met its own databases', async () => {
    const notDone = { state: 'not_done', stage: null, message: null, advice: null, cause: null } as const;
    const cut = { source: 'cut', exit_code: 143, interrupted_by: 'SIGTERM', roster: null } as const;
    const [own, other] = ['acme_shop', 'pt_xyz'];
    const ofOthers = [sampleOutcome(own), sampleFailure(other, notDone)];
    await report('spared', sampleRun([], { ...cut, outcomes: ofOthers }));
    await report('met', sampleRun([], { ...cut, outcomes: [sampleFailure(own, notDone), sampleOutcome(other)] }));
    await report('none', sampleRun([], { ...cut, exit_code: 3, interrupted_by: null, outcomes: ofOthers }));
    const acme = browserOf(app.url, 'acme');
    for (const name of ['spared', 'none']) {
      const { text } = await acme.get(`/-/ui/runs/${ids[name]}`);
      expect(text, name)
        .to.contain('all complete')
        .and.not.match(/SIGTERM|interrupted|nothing begun|could begin nothing/);
      expect((await operator.get(`/-/ui/runs/${ids[name]}`)).text, name).to.match(/interrupted|nothing begun/);
    }
    expect((await acme.get(`/-/ui/runs/${ids.met}`)).text)
      .to.contain('interrupted')
      .and.contain('SIGTERM');
    const list = await acme.get('/-/ui/runs?source=cut');
    expect(list.text.match(/SIGTERM/g)).to.have.length(1);
    expect(list.text).to.not.contain('nothing begun');
  });

  it('have pages: of runs, and of what is complete in one', async () => {
    const names = Array.from({ length: 205 }, (_, at) => `many_${String(at).padStart(3, '0')}`);
    await report('many', sampleRun(names, { source: 'many', roster: names.map(name => sampleEntry(name)) }));
    const first = await operator.get(`/-/ui/runs/${ids.many}`);
    const next = /<a rel="next" href="([^"]+)"/.exec(first.text)![1]!.replaceAll('&amp;', '&');
    const second = await operator.get(next);
    const labels = (text: string) =>
      [...text.matchAll(/<th scope="row"><a href="[^"]*">(many_\d+)</g)].map(([, name]) => name);
    expect([...labels(first.text), ...labels(second.text)]).to.deep.equal(names);
    expect(second.text).to.contain('First page').and.not.contain('rel="next"');
  });

  it('speak Indonesian', async () => {
    const { text } = await browserOf(app.url, 'operator', 'id').get('/-/ui/runs');
    expect(text).to.contain('<h1>Pencadangan</h1>').and.contain('tidak dilaporkan').and.contain('terputus');
  });
});
