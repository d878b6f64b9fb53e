import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { buildClientSchema, buildSchema, getIntrospectionQuery, printSchema } from 'graphql';
import { graphql, request } from '../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../testing/service/running-app.ts';

describe('requests to /graphql', () => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(historyStores[0]!);
  });
  after(() => app[Symbol.asyncDispose]());

  const get = (parameters: Record<string, string>, init?: RequestInit) =>
    request(`${app.url}/graphql?${new URLSearchParams(parameters)}`, init);
  const errorsInLog = () => app.log.filter(({ level }) => Number(level) >= 50);

  it('have the methods that OPTIONS lists, and no others', async () => {
    const options = await request(`${app.url}/graphql`, { method: 'OPTIONS' });
    expect(options.status).to.equal(204);
    expect(options.headers.get('allow')!.split(', ')).to.have.members(['GET', 'HEAD', 'POST', 'OPTIONS']);
    for (const method of ['PUT', 'DELETE', 'PATCH'])
      expect((await request(`${app.url}/graphql`, { method })).status, method).to.equal(405);
  });

  it('are answered by HEAD as by GET, without the body', async () => {
    for (const parameters of [
      { query: '{ __typename }' },
      { query: '{' },
      { query: '{ __typename }', variables: '{' },
    ]) {
      const [got, head] = [await get(parameters), await get(parameters, { method: 'HEAD' })];
      expect(head.status).to.equal(got.status);
      expect(head.text).to.equal('');
      for (const name of ['content-type', 'content-length'])
        expect(head.headers.get(name), name).to.equal(got.headers.get(name));
    }
    const page = await request(`${app.url}/graphql`, { method: 'HEAD', headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).to.match(/^text\/html/);
  });

  it('leave no one listening who asks for a subscription by HEAD', async () => {
    const head = await get({ query: 'subscription { backupReceived { id } }' }, { method: 'HEAD' });
    expect(head.status).to.equal(200);
    expect(app.events.listeners).to.equal(0);
  });

  it('are refused with 400 when variables or extensions in the URL are not JSON', async () => {
    for (const name of ['variables', 'extensions'])
      for (const value of ['{', 'x', '{"a":}', '[', '3', '"x"', '[]']) {
        const { status, json } = await get({ query: '{ __typename }', [name]: value });
        const { code } = json.errors[0].extensions;
        expect({ status, code }, `${name}=${value}`).to.deep.equal({ status: 400, code: 'BAD_REQUEST' });
      }
    expect((await get({ query: '{ __typename }', variables: '', extensions: '{}' })).json.data.__typename).to.equal(
      'Query',
    );
  });

  it('have a code when an argument or a directive gets null by its variable', async () => {
    for (const [query, variables] of [
      ['query ($first: Int = 3) { databases(first: $first) { totalCount } }', { first: null }],
      ['query ($b: Boolean = true) { databases { totalCount @include(if: $b) } }', { b: null }],
      ['query ($days: Int = 1) { statistics(days: $days) { backups } }', { days: null }],
      ['subscription ($d: String) { backupReceived(database: $d) { id } }', { d: { x: 1 } }],
    ] as const) {
      const { json, text } = await graphql(app.url, query, variables);
      expect(json.errors[0].extensions.code, text).to.equal('VALIDATION_FAILED');
    }
  });

  it('do not make an error of the service in its log when the client is wrong', async () => {
    const before = errorsInLog().length;
    for (const query of [
      '{',
      '{ nothing }',
      '{ backups(first: 0) { totalCount } }',
      '{ statistics(days: -1) { backups } }',
    ])
      await graphql(app.url, query);
    await graphql(app.url, 'query ($n: Int = 3) { databases(first: $n) { totalCount } }', { n: null });
    await graphql(app.url, 'query ($n: Int!) { databases(first: $n) { totalCount } }', { n: 'x' });
    await get({ query: '{ __typename }', variables: '{' });
    await request(`${app.url}/graphql`, { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } });
    const listening = Array.from({ length: 100 }, () => app.events.listen()[Symbol.asyncIterator]());
    await graphql(app.url, 'subscription { backupReceived { id } }');
    for (const one of listening) await one.return!();
    expect(errorsInLog().slice(before)).to.deep.equal([]);
  });

  it('have no empty success, with any end of the URL', async () => {
    for (const parameters of [{ x: '/graphql/healthy' }, { query: '', x: '/health' }, {}] as Record<string, string>[]) {
      const { json } = await get(parameters);
      expect(json.errors[0].extensions.code).to.equal('BAD_REQUEST');
    }
  });

  it('show the schema that schema.graphql describes, word by word', async () => {
    const options = {
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
    };
    const { json } = await graphql(app.url, getIntrospectionQuery(options));
    const file = await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8');
    expect(printSchema(buildClientSchema(json.data))).to.equal(printSchema(buildSchema(file)));
  });

  it('treat names of the prototype as nothing special', async () => {
    const names = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', '__proto__', '__defineGetter__'];
    for (const name of names) {
      const { json: undeclared } = await graphql(
        app.url,
        'query { databases { totalCount } }',
        JSON.parse(`{"${name}": 3}`),
      );
      expect(undeclared.data.databases.totalCount, name).to.equal(0);
      const missing = await graphql(app.url, `query ($x: BackupFilter) { backups(filter: $x) { totalCount } }`, {
        x: JSON.parse(`{"${name}": 3}`),
      });
      expect(missing.json.errors[0].extensions.code, name).to.equal('VALIDATION_FAILED');
      const aliased = await graphql(app.url, `{ ${name}: databases { ${name}: totalCount } }`);
      expect(aliased.text, name).to.equal(`{"data":{"${name}":{"${name}":0}}}`);
    }
    for (const name of names.filter(name => !name.startsWith('__'))) {
      const query = `query ($${name}: Int!) { databases(first: $${name}) { totalCount } }`;
      expect((await graphql(app.url, query, { [name]: 3 })).json.data.databases.totalCount, name).to.equal(0);
      expect((await graphql(app.url, query)).json.errors[0].extensions.code, name).to.equal('VALIDATION_FAILED');
    }
  });

  it('are refused when a variable has a reserved name: its value would be lost', async () => {
    const query = 'query ($__proto__: BackupFilter) { backups(filter: $__proto__) { totalCount } }';
    const { json } = await graphql(app.url, query, JSON.parse('{"__proto__": {"database": "x"}}'));
    expect(json.errors[0].extensions.code).to.equal('GRAPHQL_VALIDATION_FAILED');
    expect(json.data).to.equal(undefined);
  });
});
