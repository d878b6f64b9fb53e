import { expect } from 'chai';
import { queriesOf } from '../../testing/history/queries.ts';
import { request, upload } from '../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import type { Principal } from './principal.ts';

/** Differs from answer to answer. */
const OF_THE_REQUEST = ['x-request-id', 'date'];

/** Of as many digits as that of the hidden backup. */
const MISSING_ID = 54_321;

describe('what a token may not see', () => {
  const curious: Principal = { tokenId: 7, name: 'curious', role: 'read', scope: ['acme_*'] };
  const boss: Principal = { tokenId: 8, name: 'boss', role: 'admin', scope: ['*'] };
  let app: RunningApp;
  let hiddenId: number;
  before(async () => {
    const find = async (text: string) => ({ principal: text === 'boss' ? boss : curious });
    app = await runApp(historyStores[0]!, {
      access: { isOpen: async () => false, find, findByHash: find, refusesForwarded: false },
    });
    const headers = { authorization: 'Bearer boss' };
    await upload(app.url, sampleZip({ database: 'acme_shop' }), { headers });
    // An id that stands nowhere else in an answer or a statement.
    await app.history.em
      .getConnection()
      .execute(`update sqlite_sequence set seq = ${MISSING_ID - 2} where name = 'backups'`);
    const hidden = await upload(app.url, sampleZip({ database: 'pt_xyz' }), { headers });
    expect(hidden.status, hidden.text).to.equal(201);
    hiddenId = hidden.json.data.id;
  });
  after(() => app[Symbol.asyncDispose]());

  /** @returns all that the client gets, and what the history was asked for it, with the name and the id taken out */
  async function seenAt(path: string, method: string, body: string | undefined, name: string, id: number) {
    const fill = (text: string) => text.replaceAll('NAME', name).replaceAll('ID', String(id));
    const headers = { authorization: 'Bearer curious', 'content-type': 'application/json' };
    const init = { method, headers, ...(body !== undefined && { body: fill(body) }) };
    let answer: Awaited<ReturnType<typeof request>> | undefined;
    const queries = await queriesOf(app.history, async () => {
      answer = await request(app.url + fill(path), init);
    });
    const same = (text: string) => text.replaceAll(name, 'NAME').replaceAll(String(id), 'ID');
    const fields = [...answer!.headers].filter(([field]) => !OF_THE_REQUEST.includes(field));
    const shown = { status: answer!.status, headers: Object.fromEntries(fields), text: same(answer!.text) };
    return { shown, queries: queries.map(same) };
  }

  const graphql = (query: string) => ['/graphql', 'POST', JSON.stringify({ query })] as const;
  const DOORS: ReadonlyArray<readonly [path: string, method: string, body?: string]> = [
    ['/NAME', 'GET'],
    ['/NAME?limit=10&before=ID', 'GET'],
    ['/NAME', 'HEAD'],
    ['/ID/download', 'GET'],
    ['/ID/download', 'HEAD'],
    ['/ID/manifest', 'GET'],
    ['/-/tables?database=NAME&table=kucing', 'GET'],
    ['/-/drills?database=NAME', 'GET'],
    graphql('{ database(name: "NAME") { name latestBackup { id } lastDrill { id } } }'),
    graphql('{ backup(id: "ID") { id fileName database { name } } }'),
    graphql('{ backups(filter: { database: "NAME" }) { totalCount nodes { id } } }'),
    graphql(
      '{ backups(filter: { database: "NAME", fileName: "mysql-", states: [unverified] }) { totalCount nodes { id } } }',
    ),
    graphql('{ databases(filter: { search: "NAME" }) { totalCount nodes { name } } }'),
  ];

  for (const [path, method, body] of DOORS) {
    const door = [method, path, body].join(' ').trim();
    it(`looks as if it did not exist, and costs the same statements of SQL: ${door}`, async () => {
      const hidden = await seenAt(path, method, body, 'pt_xyz', hiddenId);
      const missing = await seenAt(path, method, body, 'pt_abc', MISSING_ID);
      expect(hidden.shown).to.deep.equal(missing.shown);
      expect(hidden.queries).to.deep.equal(missing.queries);
      // What is found and then refused takes the longer the larger it is.
      for (const query of hidden.queries.filter(query => /\b(?:ID|NAME)\b/.test(query)))
        expect(query, 'looks for what is in scope only').to.contain("'acme_'");
      if (!body && !path.startsWith('/-/drills')) expect(hidden.shown.status).to.equal(404);
    });
  }

  it('is not looked for at all where a search names the database', async () => {
    const [path, method, body] = graphql(
      '{ backups(filter: { database: "NAME", states: [complete] }) { totalCount nodes { id } } }',
    );
    expect((await seenAt(path, method, body, 'pt_xyz', hiddenId)).queries).to.deep.equal([]);
  });
});
