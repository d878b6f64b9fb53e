import { expect } from 'chai';
import { fillHistory } from '../../testing/history/filled-history.ts';
import { queriesOf } from '../../testing/history/queries.ts';
import { graphql } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';

/** All that a page about the fleet would show. */
const FLEET = `query ($first: Int!) {
  databases(first: $first) {
    nodes {
      name
      latestBackup { id state size findings { message } database { name } }
      latestCompleteBackup { id timestamp inventory { rows } dumpSeconds }
      backups(first: 3) { nodes { id state database { name backupCount } } pageInfo { hasNextPage } }
      backupCount
      storedBytes
      days(last: 7) { day backups }
    }
    pageInfo { hasNextPage }
    totalCount
  }
}`;

const TYPICAL = `query ($first: Int!) {
  databases(first: $first) { nodes { name latestBackup { timestamp state } latestCompleteBackup { timestamp } } }
}`;

describeOnAnyStore('what GraphQL asks of the history', store => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(store);
    await fillHistory(app.history, 40, 20);
  });
  after(() => app[Symbol.asyncDispose]());

  async function statements(query: string, first: number): Promise<string[]> {
    return queriesOf(app.history, async () => {
      const { json, text } = await graphql(app.url, query, { first });
      expect(json.errors, text).to.equal(undefined);
      expect(json.data.databases.nodes).to.have.length(first);
    });
  }

  it('needs one statement for all databases with their latest backups', async () => {
    for (const first of [1, 2, 40]) expect(await statements(TYPICAL, first), `${first}`).to.have.length(1);
  });

  it('needs ten statements for all fields of all databases', async () => {
    const few = await statements(FLEET, 2);
    expect(few.length).to.be.at.most(10);
    expect(await statements(FLEET, 40)).to.have.length(few.length);
  });

  it('finds the histories of more databases than one statement asks for', async () => {
    await using many = await runApp(store);
    await fillHistory(many.history, 620, 2);
    const query = '{ databases(first: 1000) { nodes { name backups(first: 1) { nodes { database { name } } } } } }';
    const queries = await queriesOf(many.history, async () => {
      const { nodes } = (await graphql(many.url, query)).json.data.databases;
      expect(nodes).to.have.length(620);
      for (const { name, backups } of nodes) expect(backups.nodes).to.deep.equal([{ database: { name } }]);
    });
    expect(queries.filter(query => query.includes('union all'))).to.have.length(3);
  });

  it('loads a manifest only when it is requested, and only once', async () => {
    for (const query of await statements(TYPICAL, 40)) expect(query).to.not.contain('manifest');
    expect((await statements(FLEET, 40)).filter(query => query.includes('`manifest` from'))).to.have.length(1);
  });

  it('reads rarely used fields only on request, with one more statement for a whole list', async () => {
    for (const query of await statements(TYPICAL, 40)) expect(query).to.not.match(/sha256|findings|received_at/);
    const details = 'digest findings { code } dumpSize dumpDigest receivedAt checkedAt';
    const query = `query ($first: Int!) { databases(first: $first) { nodes {
      latestBackup { ${details} } latestCompleteBackup { ${details} }
    } } }`;
    const asked = await statements(query, 40);
    expect(asked).to.have.length(2);
    expect(asked.filter(query => query.includes('sha256'))).to.have.length(1);
  });

  it('counts only when a count is requested', async () => {
    for (const query of await statements(TYPICAL, 40)) expect(query).to.not.match(/count\(/);
    const counted = await queriesOf(app.history, () => graphql(app.url, '{ backups { totalCount } }'));
    expect(counted).to.have.length(1);
    expect(counted[0]).to.match(/count\(/);
  });

  it('has one EntityManager for a request, and another for the next', async () => {
    const { em } = app.history;
    const fork = em.fork.bind(em);
    const forked: unknown[] = [];
    em.fork = () => {
      const one = fork();
      forked.push(one);
      return one;
    };
    try {
      await graphql(app.url, TYPICAL, { first: 40 });
      expect(forked).to.have.length(1);
      await graphql(app.url, TYPICAL, { first: 40 });
      expect(new Set(forked).size).to.equal(2);
    } finally {
      em.fork = fork;
    }
  });

  it('sees in the next request what has changed since the last', async () => {
    const asked = async () => (await graphql(app.url, '{ backup(id: "1") { damage } }')).json.data.backup.damage;
    expect(await asked()).to.equal(null);
    await app.history.em.fork().execute("update backups set damage = 'it has rotted' where id = 1");
    expect(await asked()).to.equal('it has rotted');
  });
});
