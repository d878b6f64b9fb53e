import { expect } from 'chai';
import { planOf } from '../../testing/history/plans.ts';
import { queriesOf } from '../../testing/history/queries.ts';
import { graphql, request, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { isSqlite } from '../history/dialect.ts';
import { AUDIT_ACTIONS, AUDIT_RESULTS, rowOf } from './entry.ts';
import { insertEntries } from './insert-entries.ts';

const START = Date.parse('2026-11-01T00:00:00Z');
/** Two of them have the same time. */
const at = (n: number) => new Date(START + Math.floor(n / 2) * 1_000);
const COUNT = 6_000;

interface Node {
  readonly id: string;
  readonly at: string;
  readonly token: string | null;
}

describeOnAnyStore('the audit trail in GraphQL', store => {
  let app: RunningApp;
  before(async function () {
    this.timeout(60_000);
    app = await runApp(store);
    const rows = Array.from({ length: COUNT }, (_, n) =>
      rowOf({
        actor: { tokenId: n % 7, token: `token_${n % 7}`, address: `10.0.0.${n % 50}` },
        action: AUDIT_ACTIONS[n % 3]!,
        database: `db_${n % 11}`,
        backupId: n + 1,
        result: n % 100 === 0 ? 'refused' : 'done',
        detail: { n },
        at: at(n),
      }),
    );
    for (let from = 0; from < COUNT; from += 500)
      await insertEntries({ em: app.history.em.fork() }, rows.slice(from, from + 500));
  });
  after(() => app[Symbol.asyncDispose]());

  async function ask(
    filter: string,
    first = 1000,
    after = '',
  ): Promise<{ nodes: Node[]; totalCount: number; end: string }> {
    const query = `{ auditEntries(first: ${first}${after && `, after: "${after}"`}, filter: {${filter}}) {
      nodes { id at token } totalCount pageInfo { endCursor hasNextPage } } }`;
    const { json, text } = await graphql(app.url, query);
    expect(json.errors, text).to.equal(undefined);
    const { nodes, totalCount, pageInfo } = json.data.auditEntries;
    return { nodes, totalCount, end: pageInfo.hasNextPage ? pageInfo.endCursor : '' };
  }

  const wanted = (matches: (n: number) => boolean) =>
    Array.from({ length: COUNT }, (_, n) => n)
      .filter(matches)
      .reverse();

  const FILTERS: Record<string, (n: number) => boolean> = {
    'token: "token_3"': n => n % 7 === 3,
    'address: "10.0.0.49"': n => n % 50 === 49,
    'database: "db_10"': n => n % 11 === 10,
    'action: download': n => n % 3 === 1,
    'result: refused': n => n % 100 === 0,
    'token: "token_3", action: manifest': n => n % 7 === 3 && n % 3 === 2,
    'address: "10.0.0.0", database: "db_0", result: refused': n => n % 50 === 0 && n % 11 === 0 && n % 100 === 0,
    [`from: "${at(4_000).toISOString()}", before: "${at(5_000).toISOString()}"`]: n => n >= 4_000 && n < 5_000,
    [`result: done, action: upload, before: "${at(500).toISOString()}"`]: n => n % 3 === 0 && n < 500 && n % 100 !== 0,
    'token: "no one"': () => false,
  };
  for (const [filter, matches] of Object.entries(FILTERS))
    it(`lists and counts what matches, newest first, page by page: ${filter}`, async () => {
      const expected = wanted(matches).map(n => String(n + 1));
      const found: string[] = [];
      let after = '';
      do {
        const { nodes, totalCount, end } = await ask(filter, 300, after);
        expect(totalCount).to.equal(expected.length);
        found.push(...nodes.map(({ id }) => id));
        after = end;
      } while (after);
      expect(found).to.deep.equal(expected);
    });

  it('reads by an index, and no more than a window at a time', async () => {
    for (const filter of Object.keys(FILTERS)) {
      const statements = await queriesOf(app.history, () => ask(filter, 10));
      for (const statement of statements) {
        const plan = await planOf(app.history, statement);
        if (isSqlite(app.history.em))
          expect(plan, statement)
            .to.match(/USING (?:COVERING )?INDEX audit_entries_by_/)
            .and.not.contain('TEMP B-TREE');
        else
          expect(plan, statement)
            .to.match(/"key":"audit_entries_by_/)
            .and.not.contain('filesort');
      }
    }
  });

  it('shows all of an entry, with its backup', async () => {
    const { json } = await upload(app.url, sampleZip());
    const { data } = (
      await graphql(
        app.url,
        `{ auditEntries(first: 1) { nodes {
          id operation at token tokenId address action database backup { fileName } backupId result count detail
        } } }`,
      )
    ).json;
    const { id, operation, at, ...entry } = data.auditEntries.nodes[0];
    expect([Number(id) > COUNT, /^[\da-f-]{36}$/.test(operation), Date.now() - Date.parse(at) < 60_000]).to.deep.equal([
      true,
      true,
      true,
    ]);
    const { id: backupId, file_name: fileName } = json.data;
    expect(entry).to.deep.equal({
      ...{ token: null, tokenId: null, address: '127.0.0.1', action: 'upload', database: 'pt_xyz' },
      ...{ backup: { fileName }, backupId: String(backupId), result: 'done', count: 1, detail: null },
    });
  });

  it('has in its schema each action and each result that there is', async () => {
    const types =
      '{ actions: __type(name: "AuditAction") { enumValues { name } } results: __type(name: "AuditResult") { enumValues { name } } }';
    const { actions, results } = (await graphql(app.url, types)).json.data;
    const names = ({ enumValues }: { enumValues: Array<{ name: string }> }) => enumValues.map(({ name }) => name);
    expect(names(actions)).to.have.members([...AUDIT_ACTIONS]);
    expect(names(results)).to.have.members([...AUDIT_RESULTS]);
  });

  it('refuses a cursor of another list', async () => {
    const { json } = await graphql(app.url, '{ databases(first: 1) { pageInfo { endCursor } } }');
    const cursor = json.data.databases.pageInfo.endCursor;
    const answer = await graphql(app.url, `{ auditEntries(after: "${cursor}") { nodes { id } } }`);
    expect(answer.json.errors[0].extensions.code).to.equal('VALIDATION_FAILED');
    expect((await request(app.url)).status).to.equal(200);
  });
});
