import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { finding } from '../../protocol/finding.ts';
import { fillHistory } from '../../testing/history/filled-history.ts';
import { expectError, graphql, request, upload } from '../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { connection } from '../graphql/connection.ts';
import { MAX_ROWS, MAX_VALUES, RowBudget } from '../graphql/row-budget.ts';
import { documentCache } from './document-cache.ts';
import { EXAMPLES } from './examples.ts';
import { LIMITS } from './limits.ts';

describe('no query of GraphQL can hurt', () => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(historyStores[0]!);
    await upload(app.url, sampleZip());
  });
  after(() => app[Symbol.asyncDispose]());

  async function expectRefused(query: string, code: string, variables: object = {}): Promise<void> {
    const { json, text } = await graphql(app.url, query, variables);
    expect(json.errors?.[0].extensions.code, text.slice(0, 300)).to.equal(code);
  }

  async function expectAnswer(query: string): Promise<void> {
    const { json, text } = await graphql(app.url, query);
    expect(json.errors, text.slice(0, 300)).to.equal(undefined);
  }

  it('limits the levels of a query', async () => {
    // Each `database { latestBackup }` is two levels; the operation and the field at the end are the others.
    const nested = (levels: number) =>
      `{ backup(id: "1") { ${'database { latestBackup { '.repeat((levels - 2) / 2)} id ${'} }'.repeat((levels - 2) / 2)} } }`;
    await expectAnswer(nested(LIMITS.depth));
    await expectRefused(nested(LIMITS.depth + 2), 'QUERY_TOO_LARGE');
    expect((await graphql(app.url, nested(LIMITS.depth + 2))).json.errors[0].message).to.match(
      /^Query depth limit of 10 exceeded/,
    );
  });

  it('refuses an introspection query that repeats itself', async () => {
    const circles = (count: number) => `${'type { fields { '.repeat(count)} name ${'} }'.repeat(count)}`;
    for (const count of [3, 20]) {
      const { json } = await graphql(app.url, `{ __schema { types { fields { ${circles(count)} } } } }`);
      expect(json.data, `${count}`).to.equal(undefined);
      expect(json.errors[0].extensions.code).to.be.oneOf(['GRAPHQL_VALIDATION_FAILED', 'QUERY_TOO_LARGE']);
    }
  });

  it('limits the levels of a query with fragments', async () => {
    const fragments =
      'fragment A on Backup { database { latestBackup { ...B } } } fragment B on Backup { database { latestBackup { ...C } } } fragment C on Backup { database { latestBackup { database { latestBackup { database { name } } } } } }';
    await expectRefused(`${fragments} { backup(id: "1") { ...A } }`, 'QUERY_TOO_LARGE');
    await expectRefused(
      'fragment A on Backup { database { latestBackup { ...A } } } { backup(id: "1") { ...A } }',
      'GRAPHQL_VALIDATION_FAILED',
    );
  });

  it('limits the aliases of a query', async () => {
    const aliases = (count: number) =>
      `{ ${Array.from({ length: count }, (_, i) => `a${i}: backup(id: "1") { id }`).join(' ')} }`;
    await expectAnswer(aliases(LIMITS.aliases));
    await expectRefused(aliases(LIMITS.aliases + 1), 'QUERY_TOO_LARGE');
  });

  it('limits the tokens of a query', async () => {
    const words = (count: number) => `{ backups(filter: { states: [${'complete '.repeat(count)}] }) { totalCount } }`;
    await expectAnswer(words(LIMITS.tokens - 20));
    await expectRefused(words(LIMITS.tokens), 'QUERY_TOO_LARGE');
  });

  it('refuses a query whose pages multiply', async () => {
    await expectRefused(
      '{ databases(first: 1000) { nodes { backups(first: 1000) { nodes { id } } } } }',
      'QUERY_TOO_LARGE',
    );
  });

  it('limits the rows that a request may read, for all kinds of pages', async () => {
    const pages = (count: number) =>
      Array.from({ length: count }, (_, i) => `p${i}: backups(first: $first) { nodes { id } }`).join(' ');
    const query = (count: number) => `query ($first: Int!) { ${pages(count)} }`;
    const enough = MAX_ROWS / 1000;
    const { json } = await graphql(app.url, query(enough), { first: 1000 });
    expect(json.errors).to.equal(undefined);
    await expectRefused(
      `query ($first: Int!) { ${pages(enough)} backups(first: 1) { nodes { id } } }`,
      'QUERY_TOO_LARGE',
      { first: 1000 },
    );
  });

  it('gains no rows by a negative page size', () => {
    const budget = new RowBudget();
    const never = () => Promise.reject(new Error('it was read'));
    const list = { after: undefined, budget, placeIn: () => 0, cursorOf: () => '', find: never, count: never };
    for (const first of [-1_000_000, 0, 1001, Number.NaN])
      expect(() => connection({ ...list, first })).to.throw('first must be a whole number');
    budget.take(MAX_ROWS - 1);
    connection({ ...list, first: 1 });
    expect(() => connection({ ...list, first: 1 })).to.throw(`more than ${MAX_ROWS} rows`);
  });

  it('counts a manifest once, for any number of its fields', () => {
    const budget = new RowBudget();
    for (const backup of ['a', 'b', 'a']) budget.takeOnce(backup, MAX_ROWS / 2);
    expect(() => budget.takeOnce('c', 1)).to.throw(`more than ${MAX_ROWS} rows`);
  });

  it('weighs a large manifest by its size, before it is read', async () => {
    for (let at = 0; at < 6; at++) await upload(app.url, sampleZip({ database: 'large' }));
    const { em } = app.history;
    const ofLarge = "database_id = (select id from `databases` where name = 'large')";
    await em.fork().execute(`update backups set manifest = ? where ${ofLarge}`, [`"${'x'.repeat(3_000_000)}"`]);
    const ask = (first: number) =>
      graphql(app.url, `{ backups(first: ${first}, filter: { database: "large" }) { nodes { inventory { rows } } } }`);
    expect((await ask(2)).json.data.backups.nodes).to.deep.equal([{ inventory: null }, { inventory: null }]);
    const { json } = await ask(6);
    expect(json.errors[0].extensions.code).to.equal('QUERY_TOO_LARGE');
    await em.fork().execute(`delete from backups where ${ofLarge}`);
  });

  it('limits the values of an answer, and stops there', () => {
    const budget = new RowBudget();
    for (let i = 0; i < MAX_VALUES; i++) budget.answer(1);
    expect(() => budget.answer(1)).to.throw('more than 200000 values');
    expect(() => budget.take(1), 'all that comes behind it').to.not.throw();
    expect(() => budget.check()).to.throw('more than 200000 values');
  });

  it('limits the text of an answer', async () => {
    await upload(app.url, sampleZip({ database: 'texts' }));
    const findings = JSON.stringify([finding('NO_MANIFEST', 'x'.repeat(300_000))]);
    const { em } = app.history;
    await em
      .fork()
      .execute(
        "update backups set findings = ? where database_id = (select id from `databases` where name = 'texts')",
        [findings],
      );
    const ask = (count: number) => {
      const fields = Array.from({ length: count }, (_, i) => `a${i}: findings { message }`).join(' ');
      return graphql(app.url, `{ backups(filter: { database: "texts" }) { nodes { ${fields} } } }`);
    };
    expect((await ask(13)).json.errors).to.equal(undefined);
    const { json, text } = await ask(14);
    expect(json.errors[0].extensions.code).to.equal('QUERY_TOO_LARGE');
    expect(text.length).to.be.lessThan(10_000);
    await em.fork().execute("delete from backups where findings like '%xxx%'");
    await em.fork().execute("delete from `databases` where name = 'texts'");
  });

  it('shows up to 100 errors, and logs a few', async () => {
    const fleet = await runApp(historyStores[0]!);
    try {
      await fillHistory(fleet.history, 150, 1);
      await fleet.history.em.fork().execute("update backups set state = 'strange'");
      const query = '{ databases(first: 1000) { nodes { latestBackup { state } } } }';
      expect((await graphql(fleet.url, query)).json.errors).to.have.length(100);
      expect(fleet.log.filter(({ level }) => Number(level) >= 50)).to.have.length(5);
    } finally {
      await fleet[Symbol.asyncDispose]();
    }
  });

  it('executes four queries at a time', async () => {
    await using busy = await runApp(historyStores[0]!);
    const { em } = busy.history;
    const fork = em.fork.bind(em);
    let [running, most] = [0, 0];
    em.fork = () => {
      const forked = fork();
      const kysely = forked.getKysely();
      const executeQuery = async (query: never) => {
        running += 1;
        most = Math.max(most, running);
        await sleep(20);
        running -= 1;
        return kysely.executeQuery(query);
      };
      return Object.assign(forked, { getKysely: () => ({ executeQuery }) as never });
    };
    const asked = await Promise.all(
      Array.from({ length: 12 }, () => graphql(busy.url, '{ databases { totalCount } }')),
    );
    for (const { json } of asked) expect(json.data.databases.totalCount).to.equal(0);
    expect(most).to.equal(4);
  });

  it('caches few parsed documents, and no long ones', () => {
    const cache = documentCache<object>();
    for (let i = 0; i < 60; i++) cache.set(`{ a${i} }`, {});
    expect(cache.get('{ a9 }')).to.equal(undefined);
    expect(cache.get('{ a10 }')).to.not.equal(undefined);
    cache.set('{ a60 }', {});
    expect(cache.get('{ a10 }'), 'used lately').to.not.equal(undefined);
    cache.set(`{ a } # ${'x'.repeat(10_000)}`, {});
    expect(cache.get(`{ a } # ${'x'.repeat(10_000)}`)).to.equal(undefined);
  });

  it('gives a code to variables that are not as declared', async () => {
    const query = 'query ($id: ID!) { backup(id: $id) { id } }';
    for (const variables of [{}, { id: null }, { id: { x: 1 } }])
      await expectRefused(query, 'VALIDATION_FAILED', variables);
  });

  it('refuses an invalid number of days', async () => {
    for (const days of [0, -5, 3661]) {
      await expectRefused(`{ statistics(days: ${days}) { backups } }`, 'VALIDATION_FAILED');
      await expectRefused(`{ database(name: "pt_xyz") { days(last: ${days}) { backups } } }`, 'VALIDATION_FAILED');
    }
  });

  it('lets the examples through, and what GraphiQL asks of the schema', async () => {
    for (const query of EXAMPLES.filter(query => !query.includes('subscription'))) await expectAnswer(query);
    const { getIntrospectionQuery } = await import('graphql');
    const { json } = await graphql(app.url, getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true }));
    expect(json.data.__schema.types.length).to.be.greaterThan(20);
  });

  it('does not show the schema when introspection is off', async () => {
    await using closed = await runApp(historyStores[0]!, { introspection: false });
    const { json } = await graphql(closed.url, '{ __schema { types { name } } }');
    expect(json.errors[0].extensions.code).to.equal('GRAPHQL_VALIDATION_FAILED');
    expect(json.data).to.equal(undefined);
    expect((await graphql(closed.url, '{ databases { totalCount } }')).json.data.databases.totalCount).to.equal(0);
    const typo = await graphql(closed.url, '{ databasez { totalCount } }');
    expect(typo.text).to.not.contain('Did you mean');
  });

  it('refuses a POST that a web page can send without a CORS preflight', async () => {
    const query = '{ databases { totalCount } }';
    for (const [type, body] of [
      ['text/plain', JSON.stringify({ query })],
      ['application/x-www-form-urlencoded', new URLSearchParams({ query }).toString()],
      [
        'multipart/form-data; boundary=x',
        `--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n${JSON.stringify({ query })}\r\n--x--\r\n`,
      ],
      ['text/plain; application/json', JSON.stringify({ query })],
      ['application/graphql', query],
    ] as const) {
      const answer = await request(`${app.url}/graphql`, { method: 'POST', body, headers: { 'content-type': type } });
      expectError(answer, 415, 'GRAPHQL_REFUSED');
    }
    const untyped = await request(`${app.url}/graphql`, {
      method: 'POST',
      body: new Blob([JSON.stringify({ query })]),
    });
    expectError(untyped, 415, 'GRAPHQL_REFUSED');
    const json = await request(`${app.url}/graphql`, {
      method: 'POST',
      body: JSON.stringify({ query }),
      headers: { 'content-type': 'application/json; charset=utf-8' },
    });
    expect(json.json.data.databases.totalCount).to.equal(1);
  });

  it('does not let another origin read an answer', async () => {
    const headers = { origin: 'http://elsewhere.test' };
    const { headers: answered } = await request(`${app.url}/graphql?query=%7Bdatabases%7BtotalCount%7D%7D`, {
      headers,
    });
    expect([...answered.keys()].filter(name => name.startsWith('access-control'))).to.deep.equal([]);
    const preflight = await request(`${app.url}/graphql`, {
      method: 'OPTIONS',
      headers: { ...headers, 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).to.equal(null);
  });

  it('answers a query by GET', async () => {
    const { json } = await request(`${app.url}/graphql?query=${encodeURIComponent('{ databases { totalCount } }')}`);
    expect(json.data.databases.totalCount).to.equal(1);
  });
});
