import { expect } from 'chai';
import { contractConfiguration } from '../../testing/freshness/contracts.ts';
import { addToRoster } from '../../testing/freshness/watched-history.ts';
import { graphql, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { evaluateFreshness } from '../freshness/evaluate-freshness.ts';

const HOUR = 3_600_000;

describeOnAnyStore('GraphQL on watched databases', store => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(store);
    expect((await upload(app.url, sampleZip({ database: 'pt_abc' }))).status).to.equal(201);
    await addToRoster(app.history, ['pt_abc', 'pt_never'], {
      ...{ at: new Date(Date.now() - 30 * HOUR), every: 'cron 30 1 * * * Asia/Jakarta', grace: '90m' },
    });
  });
  after(() => app[Symbol.asyncDispose]());

  const evaluate = () =>
    evaluateFreshness({
      ...{ em: app.history.em.fork(), storage: app.storage, configuration: contractConfiguration(), now: new Date() },
    });

  it('shows nothing of a database before the first evaluation', async () => {
    const { json } = await graphql(app.url, '{ database(name: "pt_abc") { name state due contract { every } } }');
    expect(json.data.database).to.deep.equal({ name: 'pt_abc', state: null, due: null, contract: null });
  });

  it('lists also those that have never had a backup, with their contracts', async () => {
    await evaluate();
    const { json } = await graphql(
      app.url,
      `{ watchedDatabases { totalCount nodes { name state due lateAt criticalAt pause { by } retirement { by } lastComplete { id }
          contract { every grace group everyFrom graceFrom } database { name state contract { grace } } } } }`,
    );
    expect(json.errors).to.equal(undefined);
    const { nodes, totalCount } = json.data.watchedDatabases;
    expect(totalCount).to.equal(2);
    const contract = {
      ...{ every: 'cron 30 1 * * * Asia/Jakarta', grace: '90m', group: null },
      ...{ everyFrom: 'databases.json of db7', graceFrom: 'databases.json of db7' },
    };
    for (const node of nodes)
      expect(node).to.deep.include({ contract, pause: null, retirement: null, lastComplete: null });
    expect(nodes[0].database).to.deep.equal({ name: 'pt_abc', state: nodes[0].state, contract: { grace: '90m' } });
    expect(nodes[1]).to.include({ name: 'pt_never', database: null });
    expect(Date.parse(nodes[1].lateAt) - Date.parse(nodes[1].due)).to.equal(1.5 * HOUR);
  });

  it('filters, and pages through databases and through changes', async () => {
    const page = (after: string) =>
      graphql(
        app.url,
        `{ watchedDatabases(first: 1, filter: { states: [new, never] } ${after}) { pageInfo { endCursor hasNextPage } nodes { name } } }`,
      );
    const { json: first } = await page('');
    expect(first.data.watchedDatabases).to.deep.include({ nodes: [{ name: 'pt_abc' }] });
    const { endCursor } = first.data.watchedDatabases.pageInfo;
    const { json: second } = await page(`after: "${endCursor}"`);
    expect(second.data.watchedDatabases).to.deep.include({ nodes: [{ name: 'pt_never' }] });
    expect(second.data.watchedDatabases.pageInfo.hasNextPage).to.equal(false);
    const { json } = await graphql(
      app.url,
      '{ stateChanges(filter: { database: "pt_never" }) { totalCount nodes { database from to why at } } }',
    );
    expect(json.data.stateChanges).to.deep.include({ totalCount: 1 });
    expect(json.data.stateChanges.nodes[0]).to.include({ database: 'pt_never', from: null });
    expect(json.data.stateChanges.nodes[0].why).to.contain('it has no complete backup, and the next');
  });

  it('pauses, retires and resumes, with entries in the audit trail', async () => {
    const until = new Date(Date.now() + HOUR).toISOString();
    const ask = (what: string) =>
      graphql(app.url, `mutation { ${what} { name state pause { until by reason } retirement { by reason } } }`);
    const paused = await ask(`pauseDatabase(name: "pt_never", until: "${until}", reason: "moves", by: "Ana")`);
    expect(paused.json.data.pauseDatabase).to.deep.equal({
      ...{ name: 'pt_never', state: 'paused', pause: { until, by: 'Ana', reason: 'moves' }, retirement: null },
    });
    expect(
      (await ask('pauseDatabase(name: "pt_never", until: "2100-01-01T00:00:00Z", reason: "x", by: "Ana")')).json
        .errors[0].message,
    ).to.contain('within the next 90 days');
    expect((await ask(`retireDatabase(name: "pt_never", reason: "gone")`)).json.errors[0].message).to.contain(
      'by must be',
    );
    const retired = await ask('retireDatabase(name: "pt_never", reason: "gone", by: "Ana")');
    expect(retired.json.data.retireDatabase).to.deep.include({
      state: 'retired',
      retirement: { by: 'Ana', reason: 'gone' },
    });
    const resumed = await ask('resumeDatabase(name: "pt_never")');
    expect(resumed.json.data.resumeDatabase).to.deep.include({ state: 'never', pause: null, retirement: null });
    expect((await ask('resumeDatabase(name: "nowhere")')).json.errors[0].extensions.code).to.equal(
      'DATABASE_NOT_FOUND',
    );
    const { json } = await graphql(
      app.url,
      '{ auditEntries(filter: { database: "pt_never" }) { nodes { action result } } }',
    );
    const done = json.data.auditEntries.nodes.filter((entry: { result: string }) => entry.result === 'done');
    expect(done.map((entry: { action: string }) => entry.action)).to.deep.equal(['resume', 'retire', 'pause']);
  });
});
