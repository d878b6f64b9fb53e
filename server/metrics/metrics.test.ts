import { expect } from 'chai';
import { addBackup } from '../../testing/freshness/watched-history.ts';
import { queriesOf } from '../../testing/history/queries.ts';
import { expectError, request } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleDrill } from '../../testing/service/sample-reports.ts';
import { sampleOutcome, sampleRun } from '../../testing/service/sample-runs.ts';
import type { Principal } from '../auth/principal.ts';
import { configurationOf } from '../configuration/reading/configuration-of.ts';
import { evaluateFreshness } from '../freshness/evaluate-freshness.ts';
import { insertRows } from '../history/insert-rows.ts';

const BOSS: Principal = { tokenId: 1, name: 'boss', role: 'admin', scope: ['*'] };
const CLIENT: Principal = { tokenId: 2, name: 'client', role: 'read', scope: ['acme_*'] };

const DRILLED = { started_at: '2026-11-28T03:00:00.000Z', ended_at: '2026-11-28T03:10:00.500Z' };

const access = {
  isOpen: async () => false,
  find: async (text: string) => ({ principal: text === 'boss' ? BOSS : CLIENT }),
  findByHash: async () => ({ principal: CLIENT }),
  refusesForwarded: false,
};

describeOnAnyStore('/-/metrics', store => {
  const now = new Date('2026-11-28T12:00:00Z');
  const receivedAt = new Date('2026-11-28T01:30:00.250Z');
  let app: RunningApp;
  before(async () => {
    app = await runApp(store, { access });
    const { history } = app;
    const file_name = 'mysql-2026-11-28-01-30-00-acme_shop-0f69a75b-9fdf-48c6-8ec9-2277934b7bb8.sql.zip';
    const dump = { size: 900, dumpSize: 5000, dumpRows: 120 };
    const id = await addBackup(history, { database: 'acme_shop', receivedAt, fileName: file_name, ...dump });
    await addBackup(history, { database: 'pt_xyz', receivedAt: new Date('2026-11-20T01:30:00Z') });
    const json = { 'content-type': 'application/json', authorization: 'Bearer boss' };
    const post = async (path: string, body: object) => {
      const answer = await request(app.url + path, { method: 'POST', headers: json, body: JSON.stringify(body) });
      expect(answer.status, answer.text).to.equal(201);
    };
    const stage_seconds = { dump: 12, zip: 14.5, upload: null };
    await post('/-/runs', sampleRun(['acme_shop'], { outcomes: [sampleOutcome('acme_shop', { stage_seconds })] }));
    await post(
      '/-/drills',
      sampleDrill({ database: 'acme_shop', backup: { id, file_name, zip_sha256: null }, ...DRILLED }),
    );
    const evaluating = { storage: app.storage, configuration: configurationOf({}), now, log: { warn() {} } as never };
    await evaluateFreshness({ em: history.em.fork(), ...evaluating });
  });
  after(() => app[Symbol.asyncDispose]());

  const scrape = async (token = 'boss') => {
    const { status, text, headers } = await request(`${app.url}/-/metrics`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(status, text).to.equal(200);
    expect(headers.get('content-type')).to.include('text/plain').and.include('version=0.0.4');
    return text;
  };
  const seriesValue = (text: string, series: string) => {
    const line = text.split('\n').find(line => line.startsWith(`${series} `));
    return line && Number(line.slice(series.length + 1));
  };

  it('has when the last complete backup of each database was received, how large it is, and when the next is due', async () => {
    const text = await scrape();
    const of = (metric: string) => seriesValue(text, `lumbung_database_${metric}{database="acme_shop"}`);
    expect(of('last_complete_timestamp_seconds')).to.equal(receivedAt.getTime() / 1000);
    expect(of('due_timestamp_seconds')).to.equal(receivedAt.getTime() / 1000 + 86_400);
    expect(of('late_timestamp_seconds')).to.equal(receivedAt.getTime() / 1000 + 86_400 + 7_200);
    expect([of('last_complete_size_bytes'), of('last_complete_dump_bytes'), of('last_complete_rows')]).to.deep.equal([
      900, 5000, 120,
    ]);
    expect(seriesValue(text, 'lumbung_database_last_complete_rows{database="pt_xyz"}'), 'not known').to.equal(
      undefined,
    );
  });

  it('has the state of each database with its begin, the stages of its last run, and its last drill', async () => {
    const text = await scrape();
    const state = (database: string, state: string) =>
      seriesValue(text, `lumbung_database_state_since_timestamp_seconds{database="${database}",state="${state}"}`);
    expect(state('acme_shop', 'ok')).to.be.a('number');
    expect(state('pt_xyz', 'critical')).to.be.a('number');
    expect(state('pt_xyz', 'ok')).to.equal(undefined);
    const count = (state: string) => seriesValue(text, `lumbung_databases{state="${state}"}`);
    expect(['ok', 'critical', 'late'].map(count)).to.deep.equal([1, 1, 0]);
    const stage = (name: string) =>
      seriesValue(text, `lumbung_database_last_run_stage_seconds{database="acme_shop",stage="${name}"}`);
    expect(['dump', 'zip', 'upload'].map(stage)).to.deep.equal([12, 14.5, undefined]);
    const drills = ['drill', 'restorable'].map(name =>
      seriesValue(text, `lumbung_database_last_${name}_timestamp_seconds{database="acme_shop"}`),
    );
    expect(drills).to.deep.equal(Array(2).fill(Date.parse(DRILLED.ended_at) / 1000));
  });

  it('counts requests by the pattern of their route and their status', async () => {
    for (const name of ['acme_shop', 'pt_xyz', 'nothing'])
      await request(`${app.url}/${name}`, { headers: { authorization: 'Bearer boss' } });
    const text = await scrape();
    const count = (status: number) =>
      seriesValue(text, `lumbung_http_requests_total{method="GET",route="/:db_name",status="${status}"}`);
    expect([count(200), count(404)]).to.deep.equal([2, 1]);
    expect(text).to.not.include('nothing');
  });

  it('has what concerns the service itself', async () => {
    const text = await scrape();
    expect(seriesValue(text, 'lumbung_storage_reachable')).to.equal(1);
    expect(seriesValue(text, 'lumbung_storage_free_bytes')).to.be.above(0);
    expect(seriesValue(text, 'lumbung_backups_received_total')).to.equal(2);
    expect(seriesValue(text, 'lumbung_dump_received_bytes_total')).to.equal(5000);
    expect(seriesValue(text, 'lumbung_backups_damaged')).to.equal(0);
    expect(seriesValue(text, 'lumbung_alarms_open{kind="late",severity="warning"}')).to.equal(0);
  });

  it('has when the last run of each source ended, and no more than a thousand of them', async () => {
    const source = (text: string, name: string) =>
      seriesValue(text, `lumbung_source_last_run_timestamp_seconds{source="${name}",shard=""}`);
    const text = await scrape();
    expect(source(text, 'web1')).to.equal(Date.parse('2026-11-24T01:31:00.000Z') / 1000);
    expect(seriesValue(text, 'lumbung_sources_left_out')).to.equal(0);
    expect(await scrape('client')).to.not.include('lumbung_source');
    const entry = { shard: '', list: 'l', part: 'p', every: null, grace: null, group_name: null, gone_at: null };
    const rows = Array.from({ length: 1_001 }, (_, i) => ({
      ...{ ...entry, source: `host_${i}`, database_name: `of_${i}`, first_seen_at: now, last_seen_at: now },
    }));
    await insertRows(app.history.em.fork(), 'roster_entries', rows as never);
    expect(seriesValue(await scrape(), 'lumbung_sources_left_out')).to.equal(2);
    await app.history.em.fork().execute("delete from roster_entries where list = 'l'");
  });

  it('shows a token its own databases only, and nothing of the service', async () => {
    const text = await scrape('client');
    expect(text).to.include('"acme_shop"').and.not.include('pt_xyz');
    expect(seriesValue(text, 'lumbung_databases{state="critical"}')).to.equal(0);
    expect(text).to.not.match(/lumbung_(storage|stored|backups|http|job|scrub|channel|outbox|started|build)/);
  });

  it('is measured once for all who ask at the same moment and see the same, and apart for those who do not', async () => {
    const statements = await queriesOf(app.history, async () => {
      const texts = await Promise.all(
        ['boss', 'boss', 'client', 'boss', 'client'].map(async token => {
          const answer = await request(`${app.url}/-/metrics`, { headers: { authorization: `Bearer ${token}` } });
          expect(answer.status).to.equal(200);
          return answer.text;
        }),
      );
      expect(texts.map(text => text.includes('pt_xyz'))).to.deep.equal([true, true, false, true, false]);
    });
    expect(statements.filter(sql => sql.includes('`w`.`late_at`'))).to.have.length(2);
  });

  it('answers 401 without a token', async () => {
    expectError(await request(`${app.url}/-/metrics`), 401, 'UNAUTHENTICATED');
  });
});

describeOnAnyStore('/-/metrics with metrics.anonymous', store => {
  it('needs no token, but takes none that is wrong; nothing else is open', async () => {
    const refusing = { ...access, find: async () => ({ refusal: 'The token is not known' }) };
    await using app = await runApp(store, { access: refusing, configuration: { metrics: { anonymous: true } } });
    const answer = await request(`${app.url}/-/metrics`);
    expect(answer.status, answer.text).to.equal(200);
    expect(answer.text).to.include('lumbung_storage_free_bytes ');
    const headers = { authorization: 'Bearer wrong' };
    expectError(await request(`${app.url}/-/metrics`, { headers }), 401, 'UNAUTHENTICATED');
    for (const path of ['/-/metrics/', '/-/status', '/'])
      expectError(await request(app.url + path), 401, 'UNAUTHENTICATED');
  });

  it('measures once for all who ask at the same time', async () => {
    await using app = await runApp(store, { access, configuration: { metrics: { anonymous: true } } });
    const before = (await request(`${app.url}/-/metrics`)).text;
    expect((await request(`${app.url}/-/metrics`)).text).to.equal(before);
  });
});

describe('/-/metrics of a storage that is away', () => {
  it('shows that, and all the rest', async () => {
    const { HISTORY_STORES } = await import('../../testing/history/history-stores.ts');
    const space = async () => {
      throw new Error('no disk');
    };
    await using app = await runApp(HISTORY_STORES[0]!, { storage: { space, checkUsable: async () => {} } as never });
    const { status, text } = await request(`${app.url}/-/metrics`);
    expect(status).to.equal(200);
    expect(text)
      .to.match(/^lumbung_storage_reachable 0$/m)
      .and.match(/^lumbung_backups_damaged 0$/m);
    expect(text).to.not.match(/^lumbung_storage_free_bytes /m);
  });
});
