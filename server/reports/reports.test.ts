import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { drillAnswer, drillList, restoreAnswer, restoreList } from '../../protocol/reports/report-answers.ts';
import { MAX_REPORT_BYTES } from '../../protocol/reports/report-parts.ts';
import { brokenStore } from '../../testing/history/broken-store.ts';
import { expectError, request, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleDrill, sampleRestore } from '../../testing/service/sample-reports.ts';
import { until } from '../../testing/until.ts';
import { type SampleZip, sampleZip } from '../../testing/zips/sample-zip.ts';
import { EVERYTHING } from '../auth/scope.ts';
import { tagOrigin } from '../errors/error-origin.ts';
import { FormBudget } from '../http/upload-form/form-budget.ts';
import { keptReports } from './kept-reports.ts';
import { receiveReport } from './receive-report.ts';

interface Kind {
  readonly path: string;
  readonly answer: typeof drillAnswer | typeof restoreAnswer;
  readonly list: typeof drillList | typeof restoreList;
  readonly sample: (fields?: object) => object & { report_id: string };
}

const KINDS: Kind[] = [
  { path: '/-/drills', answer: drillAnswer, list: drillList, sample: sampleDrill },
  { path: '/-/restores', answer: restoreAnswer, list: restoreList, sample: sampleRestore },
];

describeOnAnyStore('reports of drills and restores', store => {
  let app: RunningApp;
  let zip: SampleZip;
  let backup: { id: number; file_name: string; zip_sha256: string | null };

  before(async () => {
    app = await runApp(store);
    zip = sampleZip({ database: 'pt_xyz' });
    const { json } = await upload(app.url, zip);
    backup = { id: json.data.id, file_name: zip.fileName, zip_sha256: zip.sha256 };
  });
  after(() => app[Symbol.asyncDispose]());

  const post = (path: string, body: unknown, headers = { 'content-type': 'application/json' }) =>
    request(app.url + path, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });

  for (const { path, answer, list, sample } of KINDS) {
    it(`POST ${path} stores a report, and the same one again is stored once`, async () => {
      const report = sample({ backup });
      const first = await post(path, report);
      expect(first.status, first.text).to.equal(201);
      expect(answer.isValidSync(first.json, { strict: true }), first.text).to.equal(true);
      expect(first.json.data.report).to.deep.equal(report);
      expect(first.json.data).to.include({ database_name: 'pt_xyz', backup_id: backup.id, rto_seconds: 74.5 });
      const again = await post(path, report);
      expect(again.status).to.equal(200);
      expect(again.json).to.deep.equal(first.json);
      const got = await request(`${app.url}${path}/${first.json.data.id}`);
      expect(got.json).to.deep.equal(first.json);
      const { json } = await request(`${app.url}${path}?backup=${backup.id}`);
      expect(list.isValidSync(json, { strict: true })).to.equal(true);
      const same = json.data.filter(({ report_id }: { report_id: string }) => report_id === report.report_id);
      const { report: _, ...summary } = first.json.data;
      expect(same).to.deep.equal([summary]);
    });

    it(`POST ${path} stores one of ten of the same report that come at once`, async () => {
      const report = sample({ backup });
      const answers = await Promise.all(Array.from({ length: 10 }, () => post(path, report)));
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([...Array(9).fill(200), 201]);
      expect(new Set(answers.map(({ json }) => json.data.id)).size).to.equal(1);
    });

    it(`POST ${path} refuses another report under an id that is taken`, async () => {
      const report = sample({ backup });
      await post(path, report);
      expectError(await post(path, { ...report, made_by: 'someone else' }), 409, 'REPORT_ID_TAKEN');
      const other = KINDS.find(kind => kind.path !== path)!;
      const { report_id } = report;
      expectError(await post(other.path, other.sample({ backup, report_id })), 409, 'REPORT_ID_TAKEN');
    });

    it(`POST ${path} refuses a backup that is not there, of another database, or another file`, async () => {
      const gone = await post(path, sample({ backup: { ...backup, id: 999_999 } }));
      expectError(gone, 404, 'BACKUP_NOT_FOUND');
      expect(gone.json.message).to.equal('There is no backup with the id 999999');
      expectError(await post(path, sample({ backup: { ...backup, id: 2 ** 52 } })), 404, 'BACKUP_NOT_FOUND');
      expectError(await post(path, sample({ backup, database: 'shop' })), 422, 'INVALID_REPORT', 'database');
      const name = sampleZip({ database: 'pt_xyz' }).fileName;
      const named = await post(path, sample({ backup: { ...backup, file_name: name } }));
      expectError(named, 422, 'INVALID_REPORT', 'backup.file_name');
      const other = await post(path, sample({ backup: { ...backup, zip_sha256: '0'.repeat(64) } }));
      expectError(other, 422, 'INVALID_REPORT', 'backup.zip_sha256');
    });

    it(`POST ${path} does not tell the name, the database or the digest of a backup that a report is not of`, async () => {
      const name = sampleZip({ database: 'pt_xyz' }).fileName;
      for (const fields of [
        { database: 'shop' },
        { backup: { ...backup, file_name: name } },
        { backup: { ...backup, zip_sha256: '0'.repeat(64) } },
      ]) {
        const { text } = await post(path, sample({ backup, ...fields }));
        for (const secret of [backup.file_name, backup.zip_sha256, 'pt_xyz'])
          expect(text.replaceAll(name, ''), JSON.stringify(fields)).to.not.include(secret);
      }
    });

    it(`POST ${path} refuses what is no report, and stays up`, async () => {
      const sizes = { 'content-type': 'application/json' };
      for (const body of [
        '',
        'x',
        '[]',
        'null',
        '5',
        '{}',
        `${'['.repeat(100_000)}`,
        `{"x":${'['.repeat(9000)}${']'.repeat(9000)}}`,
      ])
        expectError(await post(path, body), 422, 'INVALID_REPORT');
      expectError(await post(path, `"${'x'.repeat(MAX_REPORT_BYTES)}"`, sizes), 413, 'BODY_TOO_LARGE');
      expectError(await post(path, sample({ backup }), { 'content-type': 'text/plain' }), 415, 'NOT_JSON');
      for (const fields of [
        { outcome: 'fine' },
        { report_id: 'x' },
        { report_id: randomUUID().toUpperCase() },
        { database: '../x' },
        { database: null },
        { differences: 'none' },
        { differences: Array(30_000).fill({}) },
        { not_tested: [5] },
        { rto_seconds: '5' },
        { rto_seconds: -1 },
        { started_at: 'yesterday' },
        { ended_at: '2026-99-99T00:00:00.000Z' },
        { backup: null },
        { target: { ...sampleRestore().target, host: 'x'.repeat(5000) } },
      ]) {
        const answer = await post(path, sample({ backup, ...fields }));
        expectError(answer, 422, 'INVALID_REPORT');
        expect(answer.text.length, answer.text).to.be.below(2000);
      }
      expect((await request(`${app.url}/-/healthy`)).status).to.equal(200);
    });

    it(`POST ${path} does not believe a time in the future, nor one before the backup was there`, async () => {
      const before = Date.now();
      for (const [started_at, ended_at] of [
        ['2026-01-01T00:00:00.000Z', '2199-01-01T00:00:00.000Z'],
        ['1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.001Z'],
      ]) {
        const { json, status } = await post(path, sample({ backup, started_at, ended_at }));
        expect(status).to.equal(201);
        expect(Date.parse(json.data.at)).to.be.within(before, Date.now() + 1);
        expect(json.data.report.ended_at).to.equal(ended_at);
      }
    });

    it(`GET ${path} lists a page, newest first, of all, of one database, or of one backup`, async () => {
      const other = sampleZip({ database: 'paged' });
      const { json: receipt } = await upload(app.url, other);
      const own = { id: receipt.data.id, file_name: other.fileName, zip_sha256: null };
      const ids: number[] = [];
      for (let i = 0; i < 5; i++)
        ids.unshift(
          (await post(path, sample({ database: 'paged', backup: own, ended_at: new Date().toISOString() }))).json.data
            .id,
        );
      const listed = async (query: string) =>
        (await request(`${app.url}${path}${query}`)).json.data.map(({ id }: { id: number }) => id);
      expect(await listed('?database=paged')).to.deep.equal(ids);
      expect(await listed(`?backup=${own.id}&limit=2`)).to.deep.equal(ids.slice(0, 2));
      expect(await listed(`?database=paged&limit=2&before=${ids[1]}`)).to.deep.equal(ids.slice(2, 4));
      expect(await listed(`?database=paged&before=${ids[4]}`)).to.deep.equal([]);
      expect(await listed('?limit=1000')).to.include.members(ids);
      expect(await listed('?database=unknown')).to.deep.equal([]);
      for (const query of [
        'limit=0',
        'limit=1001',
        'limit=x',
        'before=x',
        `before=${ids[0]}&database=pt_xyz`,
        'before=99999',
        'backup=-1',
        'backup=1&backup=2',
        'database=a%2Fb',
      ])
        expectError(await request(`${app.url}${path}?${query}`), 422, 'VALIDATION_FAILED');
      for (const id of ['99999', 'x', '0', '99999999999999999999'])
        expectError(await request(`${app.url}${path}/${id}`), 404, 'REPORT_NOT_FOUND');
      const { path: otherPath } = KINDS.find(kind => kind.path !== path)!;
      expectError(await request(`${app.url}${otherPath}/${ids[0]}`), 404, 'REPORT_NOT_FOUND');
    });
  }

  it('a report that comes a second time while it is being stored is stored once', async () => {
    const report = sampleDrill({ backup });
    const sent = { kind: 'drill' as const, report, json: JSON.stringify(report) };
    const both = await Promise.all(
      [1, 2].map(() => receiveReport({ em: app.history.em.fork(), scope: EVERYTHING, storage: app.storage }, sent)),
    );
    expect(both.map(({ isNew }) => isNew).sort()).to.deep.equal([false, true]);
    expect(new Set(both.map(({ stored }) => stored.id)).size).to.equal(1);
  });

  it('a report lies beside the backups before it is in the history, and is in neither where the storage is full', async () => {
    const { changeText } = app.storage;
    const report = sampleDrill({ backup });
    app.storage.changeText = () =>
      Promise.reject(tagOrigin(Object.assign(new Error('full'), { code: 'ENOSPC' }), 'storage'));
    try {
      expectError(await post('/-/drills', report), 507, 'STORAGE_FULL');
    } finally {
      app.storage.changeText = changeText;
    }
    const idsOf = async (kind: 'drill' | 'restore', database: string) => {
      const ids: string[] = [];
      for await (const kept of keptReports(app.storage, database, kind))
        if (!(kept instanceof Error)) ids.push(kept.sent.report.report_id);
      return ids;
    };
    expect(await idsOf('drill', 'pt_xyz')).to.not.include(report.report_id);
    for (const status of [201, 200]) expect((await post('/-/drills', report)).status).to.equal(status);
    expect((await idsOf('drill', 'pt_xyz')).filter(id => id === report.report_id)).to.have.length(1);
    // No one may fill the storage with the folders of databases that do not exist.
    const { fileName: file_name } = sampleZip({ database: 'no_backups' });
    const foreign = { id: null, file_name, zip_sha256: null };
    expect((await post('/-/restores', sampleRestore({ database: 'no_backups', backup: foreign }))).status).to.equal(
      201,
    );
    expect(await idsOf('restore', 'no_backups')).to.deep.equal([]);
  });

  it('a restore from a file is stored also where the service has no such backup', async () => {
    const file_name = sampleZip({ database: 'elsewhere' }).fileName;
    const fromFile = { id: null, file_name, zip_sha256: '1'.repeat(64) };
    const { status, json } = await post('/-/restores', sampleRestore({ database: 'elsewhere', backup: fromFile }));
    expect({ status, id: json.data.backup_id }).to.deep.equal({ status: 201, id: null });
    const known = await post('/-/restores', sampleRestore({ backup: { ...backup, id: null } }));
    expect(known.json.data.backup_id).to.equal(backup.id);
    const changed = await post('/-/restores', sampleRestore({ backup: { ...fromFile, file_name: zip.fileName } }));
    expect(changed.json.data.backup_id).to.equal(null);
    const drill = await post('/-/drills', sampleDrill({ database: 'elsewhere', backup: fromFile }));
    expectError(drill, 404, 'BACKUP_NOT_FOUND');
  });

  it('the lists are 503 while the history cannot be reached', async () => {
    using _ = brokenStore(app.history, Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }));
    expectError(await request(`${app.url}/-/drills`), 503, 'HISTORY_UNAVAILABLE');
  });

  it('reports share the memory that all uploads may take: a silent one gives way, and others are told to come back', async () => {
    const formBudget = new FormBudget({ totalBytes: 1.5 * 1024 ** 2, silentMs: 60_000 });
    const impatient = new FormBudget({ totalBytes: 1.5 * 1024 ** 2, silentMs: 0 });
    for (const budget of [formBudget, impatient]) {
      await using app = await runApp(store, { formBudget: budget });
      const { port } = new URL(app.url);
      const silent = connect(Number(port), '127.0.0.1');
      const head = `POST /-/drills HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500000\r\n\r\n{`;
      silent.write(head);
      await until(
        () => 'the silent one holds its part',
        () => budget.used > 900_000,
      );
      const body = JSON.stringify({ x: 'x'.repeat(400_000) });
      const headers = { 'content-type': 'application/json' };
      const answer = await request(`${app.url}/-/drills`, { method: 'POST', headers, body });
      if (budget === formBudget) expectError(answer, 503, 'TOO_MANY_UPLOADS');
      else {
        expectError(answer, 422, 'INVALID_REPORT');
        const [said] = await once(silent, 'data');
        expect(String(said)).to.match(/^HTTP\/1.1 408 [\s\S]*REQUEST_TIMEOUT/);
      }
      silent.destroy();
      await until(
        () => `nothing is held any more: ${budget.used}`,
        () => budget.used === 0,
      );
    }
  });

  it('a report may hold any characters that JSON does', async () => {
    const odd = '"\\\'`\u0000\n😀\ud800 ; drop table reports; --';
    const differences = [{ kind: 'table', object: odd, expected: odd, found: null }];
    const report = sampleDrill({ backup, outcome: 'not_restorable', reason: odd, differences, difference_count: 1 });
    const { status, json } = await post('/-/drills', report);
    expect(status).to.equal(201);
    const got = await request(`${app.url}/-/drills/${json.data.id}`);
    expect(got.json.data.report).to.deep.equal(JSON.parse(JSON.stringify(report)));
  });
});
