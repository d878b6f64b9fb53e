import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import AdmZip from 'adm-zip';
import { expect } from 'chai';
import { entryNameOf, formatBackupName } from '../../protocol/backup-name.ts';
import { finding } from '../../protocol/finding.ts';
import type { DrillReport } from '../../protocol/reports/drill-report.ts';
import { MAX_FIRST } from '../../server/graphql/connection.ts';
import { MAX_ROWS } from '../../server/graphql/row-budget.ts';
import { LIMITS } from '../../server/graphql-api/limits.ts';
import { blocksRunBy, type Page, readPage } from '../../testing/docs/pages.ts';
import { brokenStore } from '../../testing/history/broken-store.ts';
import { type Answer, graphql, request, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../testing/service/running-app.ts';
import { sampleDrill } from '../../testing/service/sample-reports.ts';
import { scrubbed } from '../../testing/service/scrubbing.ts';
import { until } from '../../testing/until.ts';
import { sampleManifest, table } from '../../testing/zips/sample-manifest.ts';
import { type SampleZip, sampleZip } from '../../testing/zips/sample-zip.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = ['docs/how-to/ask-with-graphql.md', 'docs/reference/graphql.md'].map(readPage);
/** The address that the page has; here it is that of the service under test. */
const ADDRESS = 'http://127.0.0.1:3000';
/** "Now" in the page. */
const MORNING = '2026-11-24T09:00:00Z';

describeOnAnyStore('the pages about GraphQL', store => {
  const blocks = PAGES.flatMap(blocksOf);
  let app: RunningApp;
  let folder: string;
  before(async function () {
    this.timeout(60_000);
    folder = await mkdtemp(join(tmpdir(), 'lumbung-docs-'));
    app = await runApp(store);
    await fillFleet(app);
    setClock(MORNING);
  });
  after(async () => {
    setClock(null);
    await app[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('has what the other tests run', () => {
    const count = (lang: string) => blocks.filter(block => block.lang === lang).length;
    expect(count('graphql')).to.be.at.least(12);
    expect(count('sh')).to.be.at.least(6);
    expect(count('sh')).to.equal(blocksRunBy('test/docs/graphql-docs.test.ts').length);
    expect(count('js')).to.equal(1);
  });

  for (const [at, block] of blocks.entries()) {
    const next = blocks[at + 1];
    const title = `${block.page}, line ${block.line}: ${block.text.split('\n')[0]}`;
    for (const { variables, answer } of block.lang === 'graphql' ? answersBehind(blocks, at) : [])
      it(`${title} ${JSON.stringify(variables)}`, async () => {
        const { json } = await graphql(app.url, block.text, variables);
        expect(json.errors).to.equal(undefined);
        expect(likeInPage(json)).to.deep.equal(likeInPage(answer));
      });
    if (block.lang === 'sh' || block.lang === 'js')
      it(title, async () => {
        const shown = next?.lang === 'json' || next?.lang === 'text' ? next : undefined;
        if (block.lang === 'js' || / -\w*N/.test(block.text)) return expectNews(app, folder, block, shown);
        const { code, output } = await run(app.url, folder, block);
        const [, ends = '0'] = /exits with (\d)/.exec((shown ?? block).behind) ?? [];
        expect(code, output).to.equal(Number(ends));
        if (shown?.lang === 'json')
          expect(likeInPage(JSON.parse(output))).to.deep.equal(likeInPage(JSON.parse(shown.text)));
        else expect(likeInPage(output.trim())).to.equal(likeInPage(shown?.text.trim() ?? ''));
      });
  }

  it('watches: 0 only when the service answers, knows databases and has missed none', async () => {
    const watch = blocks.find(({ text }) => text.includes('grep -q'))!;
    expect((await run('http://127.0.0.1:1', folder, watch)).code, 'no service').to.equal(1);
    await using fresh = await runApp(store);
    expect((await run(fresh.url, folder, watch)).code, 'nothing is known').to.equal(1);
    const zip = sampleZip({ takenAt: MORNING });
    await upload(fresh.url, zip, { manifest: sampleManifest(zip) });
    expect((await run(fresh.url, folder, watch)).code, 'all is well').to.equal(0);
    await upload(fresh.url, sampleZip({ database: 'not_complete' }));
    expect((await run(fresh.url, folder, watch)).code, 'one is missed').to.equal(1);
  });

  it('mails nothing only when nothing is missed', async () => {
    const mail = blocks.find(({ text }) => text.includes('grep -v'))!;
    expect((await run('http://127.0.0.1:1', folder, mail)).output, 'no service').to.match(/^curl: /);
    await using fresh = await runApp(store);
    expect((await run(fresh.url, folder, mail)).output, 'nothing is known').to.contain('"all":{"totalCount":0}');
    const zip = sampleZip({ takenAt: MORNING });
    await upload(fresh.url, zip, { manifest: sampleManifest(zip) });
    expect((await run(fresh.url, folder, mail)).output, 'all is well').to.equal('');
  });

  it('tells each limit as it is', () => {
    const most = new Map(itemsUnder('Limits').map(([limit, most]) => [limit, Number(most!.replaceAll(',', ''))]));
    for (const [limit, is] of Object.entries({ ...LIMITS, rows: MAX_ROWS, page: MAX_FIRST }))
      expect(most.get(limit), limit).to.equal(is);
  });

  it('tells each code that GraphQL answers with, and its status', async () => {
    const rows = itemsUnder('Errors');
    expect(rows.map(([code]) => code)).to.have.members(Object.keys(PROVOKED).map(code => `\`${code}\``));
    for (const [code, status] of rows) {
      const answer = await PROVOKED[code!.slice(1, -1)]!(app);
      const told = answer.json.code ?? answer.json.errors[0].extensions?.code;
      expect({ code: `\`${told}\``, status: String(answer.status) }).to.deep.equal({ code, status });
    }
  });

  it('tells how the service answers without introspection', async () => {
    await using app = await runApp(store, { introspection: false });
    const { json } = await graphql(app.url, '{ __schema { queryType { name } } }');
    expect(json.errors[0].extensions.code).to.equal('GRAPHQL_VALIDATION_FAILED');
    expect((await graphql(app.url, blocks.find(({ lang }) => lang === 'graphql')!.text)).json.errors).to.equal(
      undefined,
    );
    expect((await request(`${app.url}/graphql`, { headers: { accept: 'text/html' } })).json.code).to.equal(
      'GRAPHIQL_OFF',
    );
  });
});

interface Block {
  readonly page: string;
  readonly lang: string;
  readonly text: string;
  /** Where it begins in the page. */
  readonly line: number;
  /** What the page says between it and the next one. */
  readonly behind: string;
}

function blocksOf({ path: page, text }: Page): Block[] {
  const parts = text.split(/^```(.*)$/m);
  const blocks: Block[] = [];
  for (let at = 1; at + 3 < parts.length; at += 4) {
    const line = parts.slice(0, at).join('').split('\n').length + 1;
    blocks.push({ page, lang: parts[at]!, text: parts[at + 1]!.slice(1), line, behind: parts[at + 3]! });
  }
  return blocks;
}

/** @returns the answers that are shown of a query, each with the variables that it was asked with */
function answersBehind(blocks: readonly Block[], query: number) {
  const answers: Array<{ variables: object; answer: object }> = [];
  let variables = {};
  for (const { lang, text } of blocks.slice(query + 1)) {
    if (lang !== 'json') break;
    const shown = JSON.parse(text);
    const isAnswer = 'data' in shown || 'errors' in shown;
    if (isAnswer) answers.push({ variables, answer: shown });
    variables = isAnswer ? {} : shown;
  }
  if (answers.length === 0)
    throw new Error(`${blocks[query]!.page}, line ${blocks[query]!.line}: the query shows no answer`);
  return answers;
}

/** Only the digests of the zips are not the same each time. */
function likeInPage<T>(answer: T): T {
  const text = JSON.stringify(answer).replaceAll(/sha-256=:[\w+/]{43}=:/g, 'sha-256=:…=:');
  return JSON.parse(text.replaceAll(/SHA-256 [\da-f]{64}/g, 'SHA-256 …'));
}

/** @returns the name of each item of the list under a heading of the reference, and what stands in brackets behind it */
function itemsUnder(heading: string): string[][] {
  const section = PAGES[1]!.text.split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!;
  return [...section.matchAll(/^- (?:\*\*(\w+)\*\*|(`\w+`)) \(([\d,]+)\): /gm)].map(([, bold, code, inBrackets]) => [
    (bold ?? code)!,
    inBrackets!,
  ]);
}

/** Starts what a block shows, as it stands but for the address and the folder. */
function start(url: string, folder: string, { lang, text }: Block): ChildProcess {
  const command = text.replaceAll(ADDRESS, url).replaceAll('/tmp', folder);
  const [program, ...args] =
    lang === 'js' ? [process.execPath, '--experimental-eventsource', '--eval', command] : ['sh', '-c', command];
  const path = [join(ROOT, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH: path, SADE_SERVER: url };
  return spawn(program!, args, { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function run(url: string, folder: string, block: Block): Promise<{ code: number; output: string }> {
  const child = start(url, folder, block);
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', chunk => (output += chunk));
  const [code] = await once(child, 'close');
  return { code, output: output.replaceAll(folder, '/tmp').replaceAll(ROOT, '/opt/lumbung') };
}

/** Lets a block listen, has a backup come in, and looks for what is shown of it. */
async function expectNews(app: RunningApp, folder: string, block: Block, shown: Block | undefined): Promise<void> {
  const child = start(app.url, folder, block);
  try {
    let output = '';
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', chunk => (output += chunk));
    await until(
      () => `a client listens: ${output}`,
      () => app.events.listeners === 1,
    );
    await backUp(app, { database: 'pt_abc', takenAt: MORNING, size: 123_635 });
    await until(
      () => `it is as shown: ${output}`,
      () => output.includes(shown!.text.trim()),
    );
  } finally {
    process.kill(-child.pid!, 'SIGKILL');
    await until('no listener is left', () => app.events.listeners === 0);
  }
}

const TRIGGERS = finding(
  'TRIGGERS_NOT_GRANTED',
  'the user lacks TRIGGER: its backups contain no triggers',
  "GRANT TRIGGER ON `pt\\_def`.* TO 'lumbung'@'192.168.0.%';",
);

/** Each with the size of its zip on the first night, and what that grows by in a night. */
const FLEET = {
  cv_kucing_oren: { size: 776_190, growth: 5_450 },
  pt_abc: { size: 122_025, growth: 230 },
  pt_def: { size: 182_560, growth: 1_005 },
  pt_ghi: { size: 62_900, growth: 0 },
  pt_xyz: { size: 286_850, growth: 325 },
  toko_baru: { size: 24_100, growth: 40 },
  ud_maju: { size: 100_720, growth: 165 },
};

/** The week before the morning of the page: ids are given in this order. */
async function fillFleet(app: RunningApp): Promise<void> {
  backups = 0;
  for (let night = 0; night < 7; night++)
    for (const [at, [database, { size, growth }]] of Object.entries(FLEET).entries()) {
      if (database === 'ud_maju' && night > 3) continue;
      const takenAt = `2026-11-${18 + night}T01:${30 + at}:00Z`;
      const findings = database === 'pt_def' && night > 4 ? [TRIGGERS] : [];
      const hasLost = database === 'cv_kucing_oren' && night > 4;
      await backUp(app, { database, takenAt, size: size + night * growth, findings, hasLost });
    }
  for (const [database, day] of [
    ['pt_xyz', '19'],
    ['pt_ghi', '24'],
  ] as const) {
    const name = (await app.storedZips()).find(
      path => path.includes(`mysql-2026-11-${day}-`) && path.includes(database),
    );
    const path = join(app.storageDir, name!);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(path, bytes);
  }
  setClock('2026-11-24T03:00:00Z');
  expect(await scrubbed(app.url, '?all=true')).to.include({ files_damaged: 2 });
  await drillFleet(app);
}

/** What the drills of that week have found. */
async function drillFleet(app: RunningApp): Promise<void> {
  const omzet = { kind: 'view', object: 'omzet', expected: 'a view', found: null };
  const failed = { reason: 'the view omzet could not be made', differences: [omzet], difference_count: 1 };
  await drill(app, 'pt_abc', 18, { rto_seconds: 61.5 });
  await drill(app, 'pt_abc', 22, {});
  await drill(app, 'cv_kucing_oren', 22, {});
  await drill(app, 'pt_ghi', 22, { outcome: 'not_restorable', ...failed });
  const reason = 'no program mariadbd was found';
  await drill(app, 'pt_xyz', 22, { outcome: 'could_not_test', reason, rto_seconds: null });
}

async function drill(app: RunningApp, database: string, day: number, fields: Partial<DrillReport>): Promise<void> {
  const { histories } = (await request(`${app.url}/${database}`)).json.data;
  const night = `2026-11-${day}`;
  const { id, file_name } = histories.find(({ timestamp }: { timestamp: string }) => timestamp.startsWith(night));
  const backup = { id, file_name, zip_sha256: null };
  const times = { started_at: `${night}T12:00:00.000Z`, ended_at: `${night}T12:20:00.000Z` };
  const body = JSON.stringify(sampleDrill({ database, backup, ...times, ...fields }));
  const headers = { 'content-type': 'application/json' };
  const { status, text } = await request(`${app.url}/-/drills`, { method: 'POST', headers, body });
  if (status !== 201) throw new Error(text);
}

interface Backup {
  readonly database: string;
  readonly takenAt: string;
  readonly size: number;
  readonly findings?: ReturnType<typeof finding>[];
  /** Somebody has dropped a table. */
  readonly hasLost?: boolean;
}

/** How many there were so far. */
let backups = 0;

/** Uploads a zip of just that size. A new client of the fleet sends it without a manifest. */
async function backUp(
  app: RunningApp,
  { database, takenAt, size, findings = [], hasLost = false }: Backup,
): Promise<void> {
  const id = `0f69a75b-9fdf-48c6-8ec9-${String(backups++).padStart(12, '0')}`;
  const fileName = formatBackupName({ database, takenAt: new Date(takenAt), id });
  const zip = plainZip(fileName, database, size);
  const inventory = {
    tables: [table('barang', 1_200), ...(hasLost ? [] : [table('faktur', 14_310)]), table('pelanggan', 386)],
    views: ['omzet'],
    triggers: ['faktur_baru'],
  };
  const seconds = Math.round(size / 5_000);
  const endedAt = new Date(Date.parse(takenAt) + seconds * 1000).toISOString();
  setClock(endedAt);
  const manifest = { ...sampleManifest(zip, { findings, inventory }), ended_at: endedAt };
  const { status, text } = await upload(app.url, zip, database === 'toko_baru' ? {} : { manifest });
  if (status !== 201) throw new Error(text);
}

/** Not deflated, so that its size is the same wherever it is made. */
function plainZip(fileName: string, database: string, size: number): SampleZip {
  const marker = '-- Dump completed\n';
  const around = 98 + 2 * entryNameOf(fileName).length;
  const content = Buffer.alloc(size - around, '-- a line of a dump\n');
  content.write(`\n${marker}`, content.length - marker.length - 1);
  const zip = new AdmZip();
  zip.addFile(entryNameOf(fileName), content);
  zip.getEntries()[0]!.header.method = 0;
  const bytes = zip.toBuffer();
  expect(bytes.length).to.equal(size);
  return {
    database,
    fileName,
    bytes,
    sha256: sha256Of(bytes),
    dump: { size: content.length, sha256: sha256Of(content) },
  };
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const RealDate = Date;

/** Stops the clock of this process at an instant, or lets it go again. Timers go on. */
function setClock(instant: string | null): void {
  const now = instant === null ? null : RealDate.parse(instant);
  globalThis.Date =
    now === null
      ? RealDate
      : new Proxy(RealDate, {
          construct: (date, args, target) => Reflect.construct(date, args.length === 0 ? [now] : args, target),
          get: (date, key) => (key === 'now' ? () => now : Reflect.get(date, key)),
        });
}

/** For each code that the page lists, a request that is answered with it. */
const PROVOKED: Record<string, (app: RunningApp) => Promise<Answer>> = {
  VALIDATION_FAILED: ({ url }) => graphql(url, '{ backups(first: 1001) { nodes { id } } }'),
  QUERY_TOO_LARGE: ({ url }) =>
    graphql(url, '{ backups(first: 1000) { nodes { database { days(last: 3660) { day } } } } }'),
  TOO_MANY_SUBSCRIPTIONS: async ({ url, events }) => {
    const listening = Array.from({ length: 100 }, () => events.listen()[Symbol.asyncIterator]());
    try {
      return await graphql(url, 'subscription { backupReceived { id } }');
    } finally {
      for (const listener of listening) await listener.return!();
    }
  },
  HISTORY_UNAVAILABLE: app => withHistory(app, Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })),
  INTERNAL_ERROR: app => withHistory(app, new TypeError('a bug')),
  GRAPHQL_PARSE_FAILED: ({ url }) => graphql(url, '{ databases {'),
  GRAPHQL_VALIDATION_FAILED: ({ url }) => graphql(url, '{ nothing }'),
  OPERATION_RESOLUTION_FAILURE: ({ url }) => graphql(url, 'query A { __typename } query B { __typename }'),
  BAD_REQUEST: ({ url }) => post(url, '[]'),
  GRAPHQL_REFUSED: ({ url }) => post(url, '{"query": "{ __typename }"}', 'text/plain'),
  BODY_TOO_LARGE: ({ url }) => post(url, ' '.repeat(100_001)),
  METHOD_NOT_ALLOWED: ({ url }) => request(`${url}/graphql`, { method: 'DELETE' }),
};

function post(url: string, body: string, type = 'application/json'): Promise<Answer> {
  return request(`${url}/graphql`, { method: 'POST', body, headers: { 'content-type': type } });
}

/** Asks while the history fails. */
async function withHistory({ url, history }: RunningApp, error: Error): Promise<Answer> {
  using _ = brokenStore(history, error);
  return await graphql(url, '{ databases { nodes { name } } }');
}
