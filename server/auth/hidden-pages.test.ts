import { expect } from 'chai';
import { insertAlarms } from '../../testing/history/filled-alarms.ts';
import { queriesOf } from '../../testing/history/queries.ts';
import { BrowserHere, csrfIn, FORM } from '../../testing/service/browser-here.ts';
import { request, upload } from '../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleDrill, sampleRestore } from '../../testing/service/sample-reports.ts';
import { sampleRun } from '../../testing/service/sample-runs.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import type { Principal } from './principal.ts';

/** Of as many digits as the ids of what is hidden, and found in no other text. */
const MISSING_ID = 54_321;

/** Differs from answer to answer. */
const OF_THE_REQUEST = ['x-request-id', 'date'];

const JSON_TYPE = { 'content-type': 'application/json' };

describe('what an operator of other databases may not see or change', () => {
  const PRINCIPALS: Record<string, Principal> = {
    curious: { tokenId: 7, name: 'curious', role: 'operator', scope: ['acme_*'] },
    boss: { tokenId: 8, name: 'boss', role: 'admin', scope: ['*'] },
  };
  let app: RunningApp;
  let csrf: string;
  let ownId: number;
  /** Of what is hidden, by what it is. */
  const ids: Record<string, number> = {};
  before(async () => {
    const find = async (text: string) => ({ principal: PRINCIPALS[text]! });
    const access = { isOpen: async () => false, find, findByHash: find, refusesForwarded: false };
    app = await runApp(historyStores[0]!, { access });
    const headers = { authorization: 'Bearer boss' };
    ownId = (await upload(app.url, sampleZip({ database: 'acme_shop' }), { headers })).json.data.id;
    const connection = app.history.em.getConnection();
    // Ids that stand nowhere else in an answer or a statement.
    for (const table of ['backups', 'alarms', 'reports', 'runs']) {
      await connection.execute(`delete from sqlite_sequence where name = '${table}'`);
      await connection.execute(`insert into sqlite_sequence (name, seq) values ('${table}', ${MISSING_ID - 10})`);
    }
    const zip = sampleZip({ database: 'pt_xyz' });
    ids.backup = (await upload(app.url, zip, { headers })).json.data.id;
    const backup = { id: ids.backup!, file_name: zip.fileName, zip_sha256: null };
    const report = async (path: string, body: object) => {
      const init = { method: 'POST', headers: { ...headers, ...JSON_TYPE }, body: JSON.stringify(body) };
      const { status, json, text } = await request(app.url + path, init);
      expect(status, text).to.equal(201);
      return json.data.id;
    };
    ids.drill = await report('/-/drills', sampleDrill({ database: 'pt_xyz', backup }));
    ids.restore = await report('/-/restores', sampleRestore({ database: 'pt_xyz', backup }));
    ids.run = await report('/-/runs', sampleRun(['pt_xyz']));
    await insertAlarms(app.history, [{ kind: 'shrunk', subject: 'pt_xyz', summary: 'pt_xyz has lost rows' }]);
    ids.alarm = MISSING_ID - 9;
    csrf = csrfIn((await new BrowserHere(app.url, { authorization: 'Bearer curious' }).get('/-/ui/settings')).text);
  });
  after(() => app[Symbol.asyncDispose]());

  interface Asked {
    readonly method: string;
    readonly path: string;
    readonly body: string | undefined;
  }

  /** @returns all that the client gets, and what the history was asked for it, with the name and the id taken out */
  async function seenAt({ method, path, body }: Asked, name: string, id: number) {
    const fill = (text: string) =>
      text.replaceAll('NAME', name).replaceAll('ID', String(id)).replaceAll('OWN', String(ownId));
    const type = path.startsWith('/-/ui') ? { ...FORM, origin: app.url } : JSON_TYPE;
    const init = {
      ...{ method, headers: { authorization: 'Bearer curious', ...type } },
      ...(body !== undefined && { body: fill(body) }),
    };
    let answer: Awaited<ReturnType<typeof request>> | undefined;
    const queries = await queriesOf(app.history, async () => {
      answer = await request(app.url + fill(path), { redirect: 'manual', ...init });
    });
    const same = (text: string) =>
      text
        .replaceAll(name, 'NAME')
        .replaceAll(String(id), 'ID')
        .replace(/Request [0-9a-f-]{36}|Made [^.]*\./g, '');
    const fields = [...answer!.headers].filter(([field]) => !OF_THE_REQUEST.includes(field));
    const shown = { status: answer!.status, headers: Object.fromEntries(fields), text: same(answer!.text) };
    // Entries of the trail are added in between.
    const asked = queries.filter(query => !query.includes('audit_entries')).map(same);
    return { shown, queries: asked.map(query => query.replace(/\d{13}/g, 'TIME')) };
  }

  const mutation = (field: string) => ['POST /graphql', JSON.stringify({ query: `mutation { ${field} }` })] as const;
  const form = (fields: Record<string, string> = {}) => new URLSearchParams(fields).toString();
  const FAR = '2099-01-01T00:00';

  /** By what the id in them is of. */
  const DOORS: Record<string, ReadonlyArray<readonly [door: string, body?: string]>> = {
    backup: [
      ['GET /-/ui/databases/NAME'],
      ['GET /-/ui/databases/NAME/tables?table=kucing'],
      ['GET /-/ui/backups/ID'],
      ['GET /-/ui/backups/ID/compare'],
      ['GET /-/ui/backups/ID/compare/OWN'],
      ['GET /-/ui/backups/OWN/compare/ID'],
      ['GET /-/ui/backups/OWN/compare?other=ID'],
      ['GET /-/ui/backups/ID/download'],
      ['HEAD /-/ui/backups/ID/download'],
      ['GET /-/ui/settings/policies?database=NAME'],
      ['GET /-/ui/alerts?database=NAME'],
      ['GET /-/ui?search=NAME'],
      ['POST /-/backups/ID/accept', '{"reason":"x"}'],
      ['POST /-/ui/databases/NAME/pause', form({ pause_until: FAR, pause_reason: 'x' })],
      ['POST /-/ui/databases/NAME/resume', form()],
      ['POST /-/ui/databases/NAME/retire', form({ retire_reason: 'x' })],
      ['POST /-/ui/backups/ID/pin', form({ pin_reason: 'x' })],
      ['POST /-/ui/backups/ID/unpin', form()],
      ['POST /-/ui/backups/ID/hold', form({ hold_reason: 'x' })],
      ['POST /-/ui/backups/ID/release', form()],
      ['POST /-/ui/backups/ID/accept', form({ accept_reason: 'x' })],
      ['POST /-/ui/backups/ID/forget', form({ forget_reason: 'x', forget_confirmed: 'on', forget_evenLast: 'on' })],
      ['POST /-/ui/backups/ID/take-back', form()],
      mutation('pinBackup(id: "ID", reason: "x") { id }'),
      mutation('unpinBackup(id: "ID") { id }'),
      mutation('holdBackup(id: "ID", reason: "x") { id }'),
      mutation('releaseBackup(id: "ID") { id }'),
      mutation('forgetBackup(id: "ID", reason: "x", evenLast: true) { id }'),
      mutation('takeBackBackup(id: "ID") { id }'),
      mutation('pauseDatabase(name: "NAME", until: "2099-01-01T00:00:00Z", reason: "x") { name }'),
      mutation('retireDatabase(name: "NAME", reason: "x") { name }'),
      mutation('resumeDatabase(name: "NAME") { name }'),
    ],
    alarm: [
      ['GET /-/ui/alerts/ID'],
      ['POST /-/ui/alerts/ID/acknowledge', form({ acknowledge_reason: 'x' })],
      mutation('acknowledgeAlarm(id: "ID", reason: "x") { id }'),
    ],
    drill: [['GET /-/drills/ID']],
    restore: [['GET /-/restores/ID']],
    run: [['GET /-/ui/runs/ID']],
  };

  for (const [kind, doors] of Object.entries(DOORS))
    for (const [door, body] of doors)
      it(
        `looks as if it did not exist, and costs the same statements of SQL: ${door} ${body ?? ''}`.trim(),
        async () => {
          const [method, path] = door.split(' ') as [string, string];
          const isForm = method === 'POST' && path.startsWith('/-/ui');
          const asked = { method, path, body: isForm ? `csrf=${csrf}&${body}` : body };
          const hidden = await seenAt(asked, 'pt_xyz', ids[kind]!);
          const missing = await seenAt(asked, 'pt_abc', MISSING_ID);
          expect(hidden.shown).to.deep.equal(missing.shown);
          expect(hidden.queries).to.deep.equal(missing.queries);
          if (path !== '/graphql' && !/[?](?:search|database)=/.test(path)) expect(hidden.shown.status).to.equal(404);
        },
      );

  it('is still there, and stays as it was', async () => {
    const headers = { authorization: 'Bearer boss' };
    for (const [kind, doors] of Object.entries(DOORS))
      for (const [door] of doors.filter(([door]) => door.startsWith('GET '))) {
        const path = door.slice(4).replaceAll('NAME', 'pt_xyz').replaceAll('ID', String(ids[kind]));
        const { status } = await request(app.url + path.replaceAll('OWN', String(ownId)), { headers });
        expect(status, door).to.equal(200);
      }
    const query = `{ backup(id: "${ids.backup}") { state removal { at } pins { reason } } }`;
    const ask = { method: 'POST', headers: { ...headers, ...JSON_TYPE }, body: JSON.stringify({ query }) };
    const { json, text } = await request(`${app.url}/graphql`, ask);
    expect(json.data?.backup, text).to.deep.include({ removal: null, pins: [] });
  });
});
