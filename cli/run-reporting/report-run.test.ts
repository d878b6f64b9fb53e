import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { expect } from 'chai';
import type { RunReport } from '../../protocol/runs/run-report.ts';
import type { DatabaseSource } from '../config/databases.ts';
import { Interrupted } from '../interruption.ts';
import type { Composing } from './compose-run.ts';
import { reportBroken, reportRun } from './report-run.ts';
import { UNSENT } from './report-spool.ts';

const at = (text: string) => new Date(text);

describe('reporting a run', () => {
  let server: Server;
  let folder: string;
  let url: URL;
  /** What the service answers, one after the other; 201 when all are used. */
  let answers: Array<{ status: number; code?: string; headers?: Record<string, string> }>;
  let got: Array<{ report: RunReport; token: string | undefined }>;

  before(async () => {
    server = createServer(async (request, response) => {
      if (request.method === 'GET') {
        const data = { name: 'x', role: 'upload', scope: ['kept*'], expires_at: null, mode: 'tokens' };
        return response.end(JSON.stringify({ data, message: 'success' }));
      }
      const report = (await json(request)) as RunReport;
      got.push({ report, token: request.headers.authorization?.slice('Bearer '.length) });
      const { status, code, headers = {} } = answers.shift() ?? { status: 201 };
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      const { run_id, source, shard } = report;
      const data = { id: 1, run_id, source, shard, received_at: new Date().toISOString(), roster: null };
      return response.end(JSON.stringify(code ? { code, message: `this is ${code}` } : { data, message: 'success' }));
    }).listen(0, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(async () => {
    [answers, got] = [[], []];
    folder = await mkdtemp(join(tmpdir(), 'lumbung-reports-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const source = (label: string, token?: string): DatabaseSource =>
    ({ label, ...(token && { token: { text: token, from: `/etc/${token}` } }) }) as DatabaseSource;
  let runs = 0;
  const composing = (fields: Partial<Composing> = {}): Composing => ({
    runId: `00000000-0000-0000-0000-${String(++runs).padStart(12, '0')}`,
    settings: { config: 'databases.json', source: 'web1', shard: undefined },
    run: {
      ...{ startedAt: at('2026-11-24T01:30:00.000Z'), endedAt: at('2026-11-24T01:31:00.000Z'), exitCode: 0 },
      ...{ outcomes: [], notDone: [] },
    },
    ...{ listed: [source('kept_1')], token: undefined, clients: undefined },
    ...fields,
  });
  const tell = (what: Composing, { server = url, signal = new AbortController().signal, isServiceOut = false } = {}) =>
    reportRun(what, { access: { server }, folder, signal, isServiceOut });
  const waiting = () => readdir(join(folder, UNSENT)).catch(() => []);
  const away = new URL('http://127.0.0.1:1/');

  it('a service that takes no reports is an earlier version, and no reason for a word', async () => {
    answers = [{ status: 404, code: 'ROUTE_NOT_FOUND' }];
    expect(await tell(composing())).to.deep.equal([]);
    expect({ requests: got.length, waiting: await waiting() }).to.deep.equal({ requests: 1, waiting: [] });
  });

  it('a service that asks to wait gets the report after the pause', async () => {
    answers = [{ status: 503, code: 'TOO_MANY_REPORTS', headers: { 'retry-after': '0' } }];
    expect(await tell(composing())).to.deep.equal([]);
    expect(got.map(({ report }) => report.run_id)).to.deep.equal(Array(2).fill(got[0]!.report.run_id));
  });

  it('a report that is refused permanently is lost with a warning, and is not sent again', async () => {
    answers = [{ status: 422, code: 'INVALID_REPORT' }];
    expect((await tell(composing())).join()).to.match(/does not know how this run went: .*422 INVALID_REPORT/);
    expect({ requests: got.length, waiting: await waiting() }).to.deep.equal({ requests: 1, waiting: [] });
  });

  it('what waits is sent before the run’s own, oldest first, and with the token of its part', async () => {
    const listed = [source('kept_1'), source('kept_2', 'lmb_second')];
    const ids: string[] = [];
    for (const day of ['25', '24', '26']) {
      const what = composing({ listed });
      const run = {
        ...what.run,
        startedAt: at(`2026-11-${day}T01:30:00.000Z`),
        endedAt: at(`2026-11-${day}T01:31:00.000Z`),
      };
      const warnings = await tell({ ...what, run }, { server: away, isServiceOut: true });
      expect(warnings).to.deep.equal([]);
      ids.push(what.runId);
    }
    const last = composing({ listed });
    expect(await waiting()).to.have.length(3);
    expect(await tell(last)).to.deep.equal([]);
    const [second, first, third] = ids;
    expect(got.map(({ report, token }) => `${report.run_id} ${token}`)).to.deep.equal(
      [first, second, third, last.runId].flatMap(id => [`${id} undefined`, `${id} lmb_second`]),
    );
    expect(got[0]!.report.parts).to.deep.equal(got[1]!.report.parts).and.have.length(2);
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('the reports of 30 runs are kept, and what is no report of ours is left alone', async () => {
    for (let i = 0; i < 32; i++) {
      const what = composing();
      const startedAt = new Date(what.run.startedAt.getTime() + i * 1000);
      await tell({ ...what, run: { ...what.run, startedAt } }, { server: away, isServiceOut: true });
    }
    const kept = (await waiting()).sort();
    expect(kept).to.have.length(30);
    expect(kept[0]).to.match(/^2026-11-24T01-30-02/);
    await writeFile(join(folder, UNSENT, kept[0]!), '[{"report_version":1');
    await writeFile(join(folder, UNSENT, 'mine.json'), '{}');
    await writeFile(join(folder, UNSENT, `${kept[1]}.part`), '[');
    expect(await tell(composing())).to.deep.equal([]);
    expect(got).to.have.length(30);
    expect(await waiting()).to.deep.equal(['mine.json']);
  });

  it('a token that is refused keeps only its own report waiting', async () => {
    answers = [{ status: 401, code: 'UNAUTHENTICATED' }];
    const warnings = await tell(composing({ listed: [source('kept_1', 'lmb_first'), source('kept_2', 'lmb_second')] }));
    expect(warnings.join()).to.match(/The next run sends the report again/);
    expect(got.map(({ token }) => token)).to.deep.equal(['lmb_first', 'lmb_second']);
    expect(await waiting()).to.have.length(1);
    got = [];
    expect(await tell(composing({ listed: [source('kept_1', 'lmb_first')] }))).to.deep.equal([]);
    expect(got.map(({ token }) => token)).to.deep.equal(['lmb_first', 'lmb_first']);
  });

  it('a database that the token is not for is left out, and the warning names it', async () => {
    answers = [{ status: 403, code: 'OUT_OF_SCOPE' }];
    const warnings = await tell(composing({ listed: [source('kept_1'), source('foreign')] }));
    expect(warnings.join()).to.match(/is not for foreign$/);
    expect(got[1]!.report.roster?.map(({ database }) => database)).to.deep.equal(['kept_1']);
  });

  it('after a signal the report is sent at once or kept, and no one waits for long', async () => {
    const signal = AbortSignal.abort(new Interrupted('SIGINT'));
    const run = { ...composing().run, exitCode: 130, interruptedBy: 'SIGINT' as const, notDone: ['kept_1'] };
    expect(await tell(composing({ run }), { signal })).to.deep.equal([]);
    expect(got[0]!.report).to.include({ exit_code: 130, interrupted_by: 'SIGINT' });
    expect(got[0]!.report.outcomes).to.have.length(1);
    expect(got[0]!.report.outcomes[0]).to.include({ database: 'kept_1', state: 'not_done', started_at: null });
  });

  it('a run that could not begin is reported without a roster where there is no list, and is not kept', async () => {
    const problem = 'databases.json does not exist';
    const what = composing({ listed: undefined, problem, run: { ...composing().run, exitCode: 3 } });
    await reportBroken(what, { server: url }, new AbortController().signal);
    expect(got[0]!.report).to.deep.include({ roster: null, problem, exit_code: 3, outcomes: [] });
    await reportBroken(what, { server: away }, new AbortController().signal);
    expect(await waiting()).to.deep.equal([]);
  });

  it('a run with --only reports the parts that it touched, each with its whole roster', async () => {
    const listed = [source('kept_1'), source('kept_2', 'lmb_second'), source('kept_3', 'lmb_second')];
    const settings = { config: 'databases.json', source: 'web1', shard: 'x', only: ['kept_3'] };
    await tell(composing({ listed, settings, run: { ...composing().run, exitCode: 130, notDone: ['kept_3'] } }));
    expect(got).to.have.length(1);
    expect(got[0]!.report).to.include({ partial: true, shard: 'x' });
    expect(got[0]!.report.roster?.map(({ database }) => database)).to.deep.equal(['kept_2', 'kept_3']);
  });
});
