import { expect } from 'chai';
import { fillHistory } from '../../testing/history/filled-history.ts';
import { fillReports } from '../../testing/history/filled-reports.ts';
import { planOf } from '../../testing/history/plans.ts';
import { queriesOf } from '../../testing/history/queries.ts';
import { graphql, request, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleDrill, sampleRestore } from '../../testing/service/sample-reports.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';
import { Backup } from '../entities/backup.entity.ts';

const DAY_MS = 86_400_000;

describeOnAnyStore('drills and restores in GraphQL', store => {
  let app: RunningApp;
  let backup: { id: number; file_name: string; zip_sha256: string };

  before(async () => {
    app = await runApp(store);
    const zip = sampleZip({ database: 'shop' });
    const { json } = await upload(app.url, zip);
    backup = { id: json.data.id, file_name: zip.fileName, zip_sha256: zip.sha256 };
  });
  after(() => app[Symbol.asyncDispose]());

  const post = async (path: string, report: object) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await request(app.url + path, { method: 'POST', headers, body: JSON.stringify(report) });
    expect(answer.status, answer.text).to.equal(201);
    return String(answer.json.data.id);
  };
  const ask = async (query: string) => {
    const { json, text } = await graphql(app.url, query);
    expect(json.errors, text).to.equal(undefined);
    return json.data;
  };

  it('are null and empty where nothing was reported', async () => {
    const { database, fleetProven } = await ask(`{
      database(name: "shop") {
        lastDrill { id } lastProof { id } drills { id } restores { id } restoreTimes { seconds }
        latestBackup { drill { id } drills { id } restores { id } }
      }
      fleetProven { databases proven notRestorable couldNotTest never }
    }`);
    expect(database).to.deep.equal({
      ...{ lastDrill: null, lastProof: null, drills: [], restores: [], restoreTimes: [] },
      latestBackup: { drill: null, drills: [], restores: [] },
    });
    expect(fleetProven).to.deep.equal({ databases: 1, proven: 0, notRestorable: 0, couldNotTest: 0, never: 1 });
  });

  it('show all that was reported', async () => {
    const shop = { database: 'shop', backup, ended_at: new Date().toISOString() };
    const check = {
      name: 'orders',
      sql: 'SELECT 1',
      expected: '1',
      found: '0',
      error: null,
      agrees: false,
      seconds: 1,
    };
    const difference = { kind: 'table', object: 'faktur', expected: '10 rows', found: null };
    const drill = await post(
      '/-/drills',
      sampleDrill({
        ...{
          ...shop,
          outcome: 'not_restorable',
          reason: 'a check does not agree',
          checks: [check],
          dump_again: 'differs',
        },
        ...{ differences: [difference], difference_count: 7, not_tested: ['The second dump of events.'] },
      }),
    );
    const untested = await post(
      '/-/drills',
      sampleDrill({ ...shop, outcome: 'could_not_test', reason: 'no mariadbd', rto_seconds: null, server: null }),
    );
    const restore = await post('/-/restores', sampleRestore({ ...shop, tables: ['faktur'] }));
    const { database, backup: shown } = await ask(`{
      database(name: "shop") { lastDrill { id outcome seconds } lastProof { id } drills(first: 5) { id } restores { id } restoreTimes { seconds loadedBytes } }
      backup(id: ${backup.id}) {
        drill { id outcome reason }
        drills {
          id outcome seconds loadedBytes reason differenceCount fileName backup { id }
          details {
            server { flavour version } differences { kind object expected found } notTested madeBy sameDumpAgain
            checks { name sql expected found error agrees } phases { fetch load keys verify }
          }
        }
        restores { id outcome targetHost targetDatabase details { tables targetUnchanged phases { load } } }
      }
    }`);
    expect(database).to.deep.equal({
      lastDrill: { id: untested, outcome: 'could_not_test', seconds: null },
      lastProof: { id: drill },
      drills: [{ id: untested }, { id: drill }],
      restores: [{ id: restore }],
      restoreTimes: [{ seconds: 74.5, loadedBytes: 52_428_800 }],
    });
    expect(shown.drill).to.deep.equal({ id: untested, outcome: 'could_not_test', reason: 'no mariadbd' });
    const { seconds: _, ...asked } = check;
    expect(shown.drills[1]).to.deep.equal({
      ...{ id: drill, outcome: 'not_restorable', seconds: 74.5, loadedBytes: 52_428_800, differenceCount: 7 },
      ...{ reason: 'a check does not agree', fileName: backup.file_name, backup: { id: String(backup.id) } },
      details: {
        server: { flavour: 'mariadb', version: '10.11.14' },
        ...{ differences: [difference], notTested: ['The second dump of events.'], sameDumpAgain: false },
        ...{
          checks: [asked],
          phases: { fetch: 12, load: 50.5, keys: 8, verify: 4 },
          madeBy: 'sade 0.1.0, Node 24.21.0',
        },
      },
    });
    expect(shown.restores).to.deep.equal([
      {
        ...{ id: restore, outcome: 'agreed', targetHost: '192.168.0.1:3306', targetDatabase: 'pt_xyz_restored' },
        details: { tables: ['faktur'], targetUnchanged: false, phases: { load: 50.5 } },
      },
    ]);
  });

  it('count which of the fleet are proven: the newest drill that tested something decides', async () => {
    await using app = await runApp(store);
    await fillHistory(app.history, 6, 2);
    const drill = (database: number, daysAgo: number, outcome: 'restorable' | 'not_restorable' | 'could_not_test') => ({
      ...{ databaseName: `filled_${database}`, backupId: 1, outcome, endedAt: new Date(Date.now() - daysAgo * DAY_MS) },
    });
    await fillReports(app.history, [
      ...[drill(0, 9, 'not_restorable'), drill(0, 3, 'restorable'), drill(0, 1, 'could_not_test')],
      ...[drill(1, 9, 'restorable'), drill(1, 3, 'not_restorable')],
      ...[drill(2, 2, 'could_not_test'), drill(2, 40, 'restorable')],
      ...[drill(3, 31, 'restorable')],
    ]);
    const fields = '{ databases proven notRestorable couldNotTest never }';
    const { json } = await graphql(app.url, `{ month: fleetProven ${fields} all: fleetProven(days: 365) ${fields} }`);
    expect(json.data).to.deep.equal({
      month: { databases: 6, proven: 1, notRestorable: 1, couldNotTest: 1, never: 3 },
      all: { databases: 6, proven: 3, notRestorable: 1, couldNotTest: 0, never: 2 },
    });
    const notProven = async (days: number) => {
      const asked = `{ databases(filter: { notProvenForDays: ${days} }) { totalCount nodes { name } } }`;
      const { databases } = (await graphql(app.url, asked)).json.data;
      expect(databases.totalCount).to.equal(databases.nodes.length);
      return databases.nodes.map(({ name }: { name: string }) => name.slice(-1)).join('');
    };
    expect(await notProven(30)).to.equal('12345');
    expect(await notProven(365)).to.equal('145');
    expect(await notProven(2.5)).to.equal('012345');
    const statements = await queriesOf(app.history, () => notProven(30));
    expect(
      statements.filter(sql => sql.includes(' offset ')),
      'looked at in pieces',
    ).to.have.lengthOf(2);
    const wrong = await graphql(app.url, '{ databases(filter: { notProvenForDays: -1 }) { totalCount } }');
    expect(wrong.json.errors[0].message).to.contain('notProvenForDays must be a number of days from 0 to');
    for (const days of [0, -1, 3661])
      expect((await graphql(app.url, `{ fleetProven(days: ${days}) { proven } }`)).json.errors[0].message).to.contain(
        'days must be a whole number from 1 to 3660',
      );
  });

  it('are looked up together by indexes, within the limit of rows', async () => {
    await using app = await runApp(store);
    await fillHistory(app.history, 30, 20);
    const backups = await app.history.em.fork().find(Backup, {}, { populate: ['database'] });
    const drills = backups.flatMap(({ id, database }) =>
      Array.from({ length: 10 }, (_, at) => ({
        databaseName: database.name,
        backupId: id,
        endedAt: new Date(1e12 + at),
      })),
    );
    await fillReports(app.history, [...drills, ...drills.map(drill => ({ ...drill, kind: 'restore' as const }))]);
    const questions = [
      '{ databases { nodes { lastDrill { id backup { id } } lastProof { id } } } }',
      '{ databases { nodes { drills(first: 3) { id } restores(first: 3) { id } restoreTimes(last: 7) { seconds } } } }',
      '{ backups(first: 100) { nodes { drill { id } drills(first: 3) { id } } } }',
      '{ backups(first: 100) { nodes { drill { details { notTested } } } } }',
      '{ fleetProven(days: 3660) { proven } }',
    ];
    for (const question of questions) {
      const queries = await queriesOf(app.history, async () => {
        const { json, text } = await graphql(app.url, question);
        expect(json.errors, text).to.equal(undefined);
      });
      expect(queries.length, question).to.be.below(100);
      for (const query of queries.filter(sql => sql.includes('reports'))) {
        const plan = await planOf(app.history, query);
        expect(plan, query).to.not.match(/filesort|TEMP B-TREE|SCAN (r|newest)\b/i);
      }
    }
    for (const [question, code] of [
      ['{ databases { nodes { drills(first: 1000) { id } } } }', 'QUERY_TOO_LARGE'],
      ['{ databases { nodes { drills(first: 0) { id } } } }', 'VALIDATION_FAILED'],
      ['{ databases { nodes { restoreTimes(last: 1001) { seconds } } } }', 'VALIDATION_FAILED'],
      [
        '{ databases { nodes { backups(first: 20) { nodes { drills(first: 2) { details { notTested } } } } } } }',
        'QUERY_TOO_LARGE',
      ],
    ] as const) {
      const { json } = await graphql(app.url, question);
      expect(json.errors?.[0]?.extensions.code, question).to.equal(code);
    }
  });
});
