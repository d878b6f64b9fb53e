import { expect } from 'chai';
import { finding } from '../../protocol/finding.ts';
import { brokenStore } from '../../testing/history/broken-store.ts';
import { rawConnection } from '../../testing/service/raw-http.ts';
import { expectError, graphql, request, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleManifest } from '../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { Backup } from '../entities/backup.entity.ts';

describeOnAnyStore('GraphQL', store => {
  let app: RunningApp;
  const zip = sampleZip({ takenAt: '2023-10-31T00:00:00Z' });
  let id: number;
  before(async () => {
    app = await runApp(store);
    for (const database of ['pt_abc', 'pt_def', 'pt_ghi']) await upload(app.url, sampleZip({ database }));
    for (const day of [29, 30]) await upload(app.url, sampleZip({ takenAt: `2023-10-${day}T00:00:00Z` }));
    id = (await upload(app.url, zip)).json.data.id;
  });
  after(() => app[Symbol.asyncDispose]());

  it('lists the databases with their latest backups', async () => {
    const { json } = await graphql(
      app.url,
      '{ databases { nodes { name latestBackup { id database { name } fileName timestamp takenAt size digest downloadUrl } } } }',
    );
    expect(json.errors).to.equal(undefined);
    expect(json.data.databases.nodes).to.have.length(4);
    expect(json.data.databases.nodes[3]).to.deep.equal({
      name: 'pt_xyz',
      latestBackup: {
        id: String(id),
        database: { name: 'pt_xyz' },
        fileName: zip.fileName,
        timestamp: '2023-10-31 00:00:00',
        takenAt: '2023-10-31T00:00:00.000Z',
        size: zip.bytes.length,
        digest: `sha-256=:${Buffer.from(zip.sha256, 'hex').toString('base64')}:`,
        downloadUrl: `/${id}/download`,
      },
    });
  });

  it('shows the same about the state of a backup as REST', async () => {
    const database = 'worth';
    const bad = sampleZip({ database, content: 'cut off' });
    const findings = [finding('DUMP_STDERR_WARNING', 'mysqldump said: x', 'Look.'), finding('NOT_TRANSACTIONAL', 'y')];
    const { data } = (await upload(app.url, bad, { manifest: sampleManifest(bad, { findings }) })).json;
    await app.history.em.fork().nativeUpdate(Backup, data.id, { damage: 'rotten', checkedAt: new Date(0) });
    const fields = 'state findings { code severity message advice } dumpSize dumpDigest receivedAt checkedAt damage';
    const query = `query ($id: ID!) { backup(id: $id) { ${fields} } databases { nodes { name latestBackup { ${fields} } } } }`;
    const { json } = await graphql(app.url, query, { id: data.id });
    expect(json.data.backup).to.deep.equal({
      state: 'damaged',
      findings: data.findings.map((found: object) => ({ advice: null, ...found })),
      dumpSize: 7,
      dumpDigest: `sha-256=:${Buffer.from(data.dump_sha256, 'hex').toString('base64')}:`,
      receivedAt: data.received_at,
      checkedAt: '1970-01-01T00:00:00.000Z',
      damage: 'rotten',
    });
    expect(json.data.backup.findings.map(({ severity }: { severity: string }) => severity)).to.deep.equal([
      ...['warning', 'warning', 'incomplete'],
    ]);
    const listed = json.data.databases.nodes.find(({ name }: { name: string }) => name === database);
    expect(listed.latestBackup).to.deep.equal(json.data.backup);
  });

  it('finds a database, a page of its backups, and a backup', async () => {
    const { json } = await graphql(
      app.url,
      `query ($id: ID!) {
        database(name: "pt_xyz") { name latestBackup { id } backups(first: 2) { nodes { id timestamp } } }
        backup(id: $id) { database { name } downloadUrl }
        missing: database(name: "missing") { name }
        nothing: backup(id: "999999") { id }
        nonsense: backup(id: "x") { id }
      }`,
      { id },
    );
    expect(json.data).to.deep.equal({
      database: {
        name: 'pt_xyz',
        latestBackup: { id: String(id) },
        backups: {
          nodes: [
            { id: String(id), timestamp: '2023-10-31 00:00:00' },
            { id: String(id - 1), timestamp: '2023-10-30 00:00:00' },
          ],
        },
      },
      backup: { database: { name: 'pt_xyz' }, downloadUrl: `/${id}/download` },
      missing: null,
      nothing: null,
      nonsense: null,
    });
  });

  it('caps the page, with the code that REST gives', async () => {
    for (const first of [0, -1, 1001]) {
      const { json } = await graphql(
        app.url,
        `{ database(name: "pt_xyz") { backups(first: ${first}) { nodes { id } } } }`,
      );
      expect(json.errors[0].extensions.code).to.equal('VALIDATION_FAILED');
      expect(json.errors[0].extensions.errors[0].field).to.equal('first');
    }
  });

  it('describes every type and field', async () => {
    const { json } = await graphql(
      app.url,
      '{ __schema { types { name description fields { name description } inputFields { name description } } } }',
    );
    const types = json.data.__schema.types.filter(({ name }: { name: string }) => !name.startsWith('__'));
    for (const type of types) {
      expect(type.description, type.name).to.be.a('string').and.not.equal('');
      for (const field of [...(type.fields ?? []), ...(type.inputFields ?? [])])
        expect(field.description, `${type.name}.${field.name}`).to.be.a('string');
    }
  });

  it('refuses requests that are not GraphQL, never with an empty success', async () => {
    for (const [path, init] of [
      ['/graphql', { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } }],
    ] as const) {
      const { status, text } = await request(`${app.url}${path}`, init);
      expect(status, path).to.be.within(400, 499);
      expect(text, path).not.to.equal('');
    }
  });

  it('shows GraphiQL to a browser, without a CDN', async () => {
    const { status, text } = await request(`${app.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(status).to.equal(200);
    expect(text).to.match(/graphiql/i);
    expect(text).to.not.match(/<(script|link)[^>]+(src|href)="https?:/);
  });

  it('refuses a body that is too large', async () => {
    expectError(
      await graphql(app.url, `{ databases { nodes { name } } } # ${'x'.repeat(100_000)}`),
      413,
      'BODY_TOO_LARGE',
    );
    const connection = await rawConnection(app.url);
    await connection.send('POST /graphql HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n');
    await connection.send('x'.repeat(200_000));
    await connection.receive(/^HTTP\/1.1 413 .*"BODY_TOO_LARGE"/s);
    connection.socket.destroy();
  });

  it('masks unexpected errors, and logs them under the request id', async () => {
    using _ = brokenStore(app.history, new Error('the inner secret'));
    const { json, text, headers } = await graphql(app.url, '{ databases { nodes { name } } }');
    expect(json.errors[0].extensions.code).to.equal('INTERNAL_ERROR');
    expect(text).to.not.contain('secret');
    const line = app.log.find(line => line.level === 50);
    expect(line?.request_id).to.equal(headers.get('x-request-id'));
    expect(line?.err).to.have.property('stack').to.contain('the inner secret');
  });
});
