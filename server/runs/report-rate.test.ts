import { expect } from 'chai';
import { expectError, request } from '../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleFailure, sampleRun } from '../../testing/service/sample-runs.ts';
import type { Principal } from '../auth/principal.ts';
import { Run } from '../entities/runs/run.entity.ts';
import { insertRows } from '../history/insert-rows.ts';

describe('how many runs a token may report', () => {
  let app: RunningApp;
  before(async () => {
    const find = async (text: string) => ({ principal: principalOf(text) });
    const access = { isOpen: async () => false, find, findByHash: find, refusesForwarded: false };
    const limits = { maxRunsPerHour: 3, maxRunDatabasesPerHour: 10 };
    app = await runApp(historyStores[0]!, { access, limits });
  });
  after(() => app[Symbol.asyncDispose]());

  function principalOf(name: string): Principal {
    return { tokenId: 1, name, role: 'upload', scope: name === 'narrow' ? ['acme_*'] : ['*'] };
  }

  function report(token: string, names: readonly string[]) {
    const outcomes = names.map(name => sampleFailure(name));
    const body = JSON.stringify(sampleRun([], { source: token, exit_code: 2, roster: null, outcomes }));
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    return request(`${app.url}/-/runs`, { method: 'POST', headers, body });
  }

  function listed(token: string, source: string) {
    const body = JSON.stringify(sampleRun(['acme_shop'], { source }));
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    return request(`${app.url}/-/runs`, { method: 'POST', headers, body });
  }

  const stored = (source: string) => app.history.em.fork().count(Run, { source });

  it('is bounded within an hour, with the time to wait, and takes nothing from other tokens', async () => {
    for (let i = 0; i < 3; i++) expect((await report('often', ['a'])).status).to.equal(201);
    const refused = await report('often', ['a']);
    expectError(refused, 429, 'TOO_MANY_REQUESTS');
    expect(refused.json.message).to.match(/^This token has reported more than 3 runs within an hour\./);
    expect(Number(refused.headers.get('retry-after'))).to.be.within(3_000, 3_600);
    expect(await stored('often')).to.equal(3);
    expect((await report('other', ['a'])).status).to.equal(201);
  });

  it('leaves room for the sources of others: a token of some databases makes up 1,000 at most', async () => {
    const at = new Date();
    const rows = Array.from({ length: 1000 }, (_, i) => ({
      ...{ source: `made-up-${i}`, shard: '', list: 'l', part: '', every: null, grace: null, group_name: null },
      ...{ database_name: 'acme_shop', first_seen_at: at, last_seen_at: at, gone_at: null },
    }));
    for (let i = 0; i < 1000; i += 500)
      await insertRows(app.history.em.fork(), 'roster_entries', rows.slice(i, i + 500));
    const refused = await listed('narrow', 'made-up-1000');
    expectError(refused, 422, 'INVALID_REPORT');
    expect(refused.text).to.contain('1000 sources and shards');
    expect((await listed('narrow', 'made-up-7')).status, 'one that is known').to.equal(201);
    expect((await listed('wide', 'web1')).status).to.equal(201);
  });

  it('is bounded by the databases in them', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    expect((await report('many', names)).status).to.equal(201);
    const refused = await report('many', names);
    expectError(refused, 429, 'TOO_MANY_REQUESTS');
    expect(refused.json.message).to.contain('more than 10 databases in its runs');
    expect(await stored('many')).to.equal(1);
  });
});
