import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { buildSchema, type GraphQLObjectType } from 'graphql';
import type { Role } from '../../protocol/access/roles.ts';
import { createApp } from '../../server/app.ts';
import { BackupEvents } from '../../server/backups/events/backup-events.ts';
import { openHistory } from '../../server/history/orm.ts';
import { insertAlarms } from '../../testing/history/filled-alarms.ts';
import { HISTORY_STORES } from '../../testing/history/history-stores.ts';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { BrowserHere, csrfIn } from '../../testing/service/browser-here.ts';
import { sampleDrill, sampleRestore } from '../../testing/service/sample-reports.ts';
import { sampleRun } from '../../testing/service/sample-runs.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';
import { bearer, createToken, tokenCommand } from '../../testing/service/tokens.ts';
import { until } from '../../testing/until.ts';
import { type SampleZip, sampleZip } from '../../testing/zips/sample-zip.ts';

const PAGE = 'docs/reference/access.md';
const ROLES = ['upload', 'read', 'operator', 'admin'] as const;

/** A row of the page: what each role is answered, and what the scope changes. */
interface Row {
  readonly what: string;
  readonly noToken: string;
  readonly roles: Readonly<Record<Role, string>>;
  readonly outOfScope: string;
}

function rowsOfPage(): Row[] {
  const lines = readFileSync(join(import.meta.dirname, '../..', PAGE), 'utf8').split('\n');
  return lines.flatMap(line => {
    const [, what, noToken, upload, read, operator, admin, outOfScope] = line.split('|').map(cell => cell.trim());
    if (!what?.startsWith('`')) return [];
    const roles = { upload: upload!, read: read!, operator: operator!, admin: admin! };
    return [{ what: what.replaceAll('`', ''), noToken: noToken!, roles, outOfScope: outOfScope! }];
  });
}

/** From the routers themselves: a new route is one without a row. */
function routesOfApp(): string[] {
  const parts = { events: new BackupEvents(), uploads: {}, dumpLimits: {}, access: {}, log: {} } as never as Parameters<
    typeof createApp
  >[0];
  const { middleware } = createApp(parts) as { middleware: Array<{ router?: Router }> };
  const layers = middleware.flatMap(({ router }) => router?.stack ?? []);
  const isOpen = (path: string) => /^\/-\/ui\/(?:sign-in|assets\/:name)$/.test(path);
  return layers
    .filter(({ path }) => !isOpen(path))
    .flatMap(({ methods, path }) => methods.filter(method => method !== 'HEAD').map(method => `${method} ${path}`));
}

interface Router {
  readonly stack: ReadonlyArray<{ readonly methods: readonly string[]; readonly path: string }>;
}

const schema = buildSchema(readFileSync(join(import.meta.dirname, '../../schema.graphql'), 'utf8'));
const roots = ['Query', 'Mutation', 'Subscription'].map(name => schema.getType(name) as GraphQLObjectType);
const rootFields = roots.flatMap(type => Object.values(type.getFields()).map(field => ({ type: type.name, field })));

const JSON_TYPE = { 'content-type': 'application/json' };

describe('who may do what, as docs/reference/access.md lists it', function () {
  this.timeout(60_000);
  const rows = rowsOfPage();
  const tokens = new Map<string, string>();
  let folder: string;
  let service: ServiceHere;
  let zip: SampleZip;
  /** Of the backup, the drill and the restore in the database `pt_xyz`. */
  const ids = { id_file: '1', drill: '1', restore: '2' };

  before(async () => {
    folder = await makeMemoryFolder('lumbung-access-');
    const env = { DATABASE_URL: await HISTORY_STORES[0]!.url(folder), STORAGE_DIR: join(folder, 'backups') };
    for (const role of ROLES) {
      const scope = role === 'admin' || role === 'operator' || role === 'read' ? ['*'] : ['pt_xyz'];
      tokens.set(role, await createToken(env, { name: role, role, ...(role !== 'admin' && { scope }) }));
      if (role !== 'admin')
        tokens.set(`${role} elsewhere`, await createToken(env, { name: `${role}2`, role, scope: ['pt_abc*'] }));
    }
    for (const state of ['expired', 'revoked'])
      tokens.set(state, await createToken(env, { name: state, role: 'admin' }));
    await tokenCommand(env, 'revoke', 'revoked');
    tokens.set('wrong', (await tokenCommand(env, 'generate')).out.trim());
    const configFile = join(folder, 'lumbung.json');
    // Nothing listens there: a test of this channel fails at once.
    const channels = { pt_xyz: { type: 'slack', url: 'http://127.0.0.1:9/' } };
    await writeFile(configFile, JSON.stringify({ channels }));
    const history = await openHistory(env.DATABASE_URL);
    await insertAlarms(history, [{ kind: 'shrunk', subject: 'pt_xyz', summary: 'pt_xyz has lost rows' }]);
    await history.close();
    service = await startServiceHere({ ...env, LUMBUNG_CONFIG: configFile, MAX_FAILED_LOGINS: '100000' });
    const { DatabaseSync } = await import('node:sqlite');
    using store = new DatabaseSync(join(folder, 'history.sqlite'));
    store.exec("update tokens set expires_at = 1000 where name = 'expired'");
    zip = sampleZip({ database: 'pt_xyz' });
    ids.id_file = String((await send('POST /:db_name', 'admin')).json.data.id);
    ids.drill = String((await send('POST /-/drills', 'admin')).json.data.id);
    await send('POST /-/runs', 'admin');
    ids.restore = String((await send('POST /-/restores', 'admin')).json.data.id);
  });
  after(async () => {
    await service.stop();
    await rm(folder, { recursive: true });
  });

  /** What a caller sends to a route about `pt_xyz`. */
  async function send(route: string, caller: string) {
    const [method, pattern] = route.split(' ') as [string, string];
    const report = pattern.endsWith('drills') ? sampleDrill : sampleRestore;
    const backup = { id: Number(ids.id_file), file_name: zip.fileName, zip_sha256: null };
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(zip.bytes)]), zip.fileName);
    const bodies: Record<string, { body: FormData | string; headers?: Record<string, string> }> = {
      'POST /:db_name': { body: form },
      'POST /-/drills': { body: JSON.stringify(report({ database: 'pt_xyz', backup })), headers: JSON_TYPE },
      'POST /-/restores': { body: JSON.stringify(report({ database: 'pt_xyz', backup })), headers: JSON_TYPE },
      'POST /-/runs': { body: JSON.stringify(sampleRun(['pt_xyz'])), headers: JSON_TYPE },
      'POST /-/backups/:id_file/accept': { body: '{"reason":"x"}', headers: JSON_TYPE },
      'POST /graphql': { body: '{"query":"{ __typename }"}', headers: JSON_TYPE },
    };
    const queries: Record<string, string> = {
      '/graphql': '?query={__typename}',
      '/-/roster': '?source=web1',
      '/-/tables': '?database=pt_xyz&table=t',
    };
    const id = pattern.includes('drills') ? ids.drill : ids.restore;
    const path = pattern.replace(':db_name', 'pt_xyz').replace(':id_file', ids.id_file).replace(':id', id);
    const { body, headers = {} } = bodies[route] ?? {};
    return fetched(path + (method === 'POST' ? '' : (queries[pattern] ?? '')), {
      method,
      headers: { ...headers, ...credentials(caller) },
      ...(body !== undefined && { body }),
    });
  }

  const credentials = (caller: string) => (caller === 'no token' ? {} : bearer(tokens.get(caller)!));
  const fetched = async (path: string, init: RequestInit) => {
    const answer = await fetch(service.url + path, { redirect: 'manual', ...init });
    const text = await answer.text();
    return { status: answer.status, text, json: text.startsWith('{') ? JSON.parse(text) : undefined };
  };
  const ask = (query: string, caller: string) =>
    fetched('/graphql', {
      method: 'POST',
      headers: { ...JSON_TYPE, ...credentials(caller) },
      body: JSON.stringify({ query }),
    });

  /** @returns what the page calls an answer */
  const inWords = (status: number) => (status === 401 || status === 403 || status === 404 ? String(status) : 'yes');
  const REFUSED = ['no token', 'wrong', 'expired', 'revoked'];

  it('has a row for each route and each field of a root, and no others', () => {
    const routes = routesOfApp();
    expect(routes.length).to.be.above(20);
    const fields = rootFields.map(({ type, field }) => `${type}.${field.name}`);
    expect(rows.map(({ what }) => what)).to.have.members([...new Set([...routes, ...fields])]);
  });

  const isUi = ({ what }: Row) => what.includes(' /-/ui');

  for (const { what, noToken, roles, outOfScope } of rows.filter(row => row.what.includes(' ') && !isUi(row)))
    it(`${what} is answered to each role as its row has it`, async () => {
      for (const caller of REFUSED) {
        const { status } = await send(what, caller);
        expect(noToken === 'yes' ? inWords(status) : `${status}`, caller).to.equal(noToken);
      }
      for (const role of ROLES) {
        const { status } = await send(what, role);
        expect(inWords(status), `${role}: ${status}`).to.equal(roles[role]);
        if (what.startsWith('GET'))
          expect((await send(what.replace('GET', 'HEAD'), role)).status, 'HEAD').to.equal(status);
      }
      for (const role of ROLES.filter(role => role !== 'admin')) {
        const { status, text } = await send(what, `${role} elsewhere`);
        const wanted = roles[role] === 'yes' && /^\d/.test(outOfScope) ? outOfScope : roles[role];
        expect(inWords(status), `${role} elsewhere`).to.equal(wanted);
        if (outOfScope !== 'yes') expect(text, `${role} elsewhere`).to.not.include(zip.fileName);
      }
    });

  const pathOf = (pattern: string) =>
    pattern
      .replace(/:(id|other)\b/g, ids.id_file)
      .replace(/:\w*name\b|:database\b/g, 'pt_xyz')
      .replace(/:\w+/g, 'x');

  /** As a browser would, but with the token in a header; a form has the CSRF token of a page. */
  async function browse(route: string, caller: string) {
    const [method, pattern] = route.split(' ') as [string, string];
    const path = pathOf(pattern);
    // The events end with the client only.
    if (path === '/-/ui/events') return fetched(path, { method: 'HEAD', headers: credentials(caller) });
    if (method !== 'POST') return fetched(path, { method, headers: credentials(caller) });
    const page = await fetched('/-/ui/settings', { headers: credentials(caller) });
    const body = new URLSearchParams({ csrf: csrfIn(page.text) });
    return fetched(path, { method, headers: credentials(caller), body });
  }

  for (const { what, noToken, roles, outOfScope } of rows.filter(isUi))
    it(`${what} is answered to each role as its row has it`, async () => {
      expect(String((await browse(what, 'no token')).status), 'no token').to.equal(noToken);
      for (const caller of REFUSED.slice(1)) expect((await browse(what, caller)).status, caller).to.equal(401);
      for (const role of ROLES) {
        const { status, text } = await browse(what, role);
        expect(inWords(status), `${role}: ${status} ${text}`).to.equal(roles[role]);
      }
      for (const role of ROLES.filter(role => role !== 'admin')) {
        const { status, text } = await browse(what, `${role} elsewhere`);
        const wanted = roles[role] === 'yes' && /^\d/.test(outOfScope) ? outOfScope : roles[role];
        expect(inWords(status), `${role} elsewhere`).to.equal(wanted);
        if (outOfScope !== 'yes') expect(text, `${role} elsewhere`).to.not.include(zip.fileName);
      }
    });

  it('a session of the dashboard is answered on each page as its token is', async () => {
    const pages = rows.map(({ what }) => what).filter(what => what.startsWith('GET /-/ui') && !what.endsWith('events'));
    expect(pages.length).to.be.above(15);
    for (const caller of ['read', 'operator', 'admin', 'read elsewhere', 'operator elsewhere']) {
      const browser = new BrowserHere(service.url);
      await browser.signIn(tokens.get(caller)!);
      for (const page of pages) {
        const { status } = await browser.get(pathOf(page.slice(4)));
        expect(status, `${caller}: ${page}`).to.equal((await browse(page, caller)).status);
      }
    }
  });

  it('no form of the dashboard is taken without its CSRF token, or with that of another session', async () => {
    const forms = rows.map(({ what }) => what).filter(what => what.startsWith('POST /-/ui'));
    expect(forms.length).to.be.above(15);
    const [mine, other] = [new BrowserHere(service.url), new BrowserHere(service.url)];
    for (const browser of [mine, other]) await browser.signIn(tokens.get('admin')!);
    const csrf = csrfIn((await other.get('/-/ui/settings')).text);
    for (const form of forms)
      for (const fields of [{}, { csrf }]) {
        const { status, text } = await mine.post(pathOf(form.slice(5)), fields);
        expect([status, text.includes('not of the present session')], form).to.deep.equal([403, true]);
      }
  });

  /** Questions that use each argument of a field, about a database and a backup. */
  const QUESTIONS: Record<string, (about: { database: string; id: string }) => string[]> = {
    databases: ({ database }) => [
      '{ databases { totalCount nodes { name backupCount } } }',
      `{ databases(first: 2, filter: { search: "${database}" }, orderBy: { field: SIZE }) { totalCount nodes { name } } }`,
      '{ databases(after: "x") { nodes { name } } }',
    ],
    database: ({ database }) => [
      `{ database(name: "${database}") { name latestBackup { id } backups { nodes { id } } } }`,
    ],
    backups: ({ database }) => [
      '{ backups { totalCount nodes { id fileName } } }',
      `{ backups(first: 2, filter: { database: "${database}" }, orderBy: { field: SIZE }) { totalCount nodes { id } } }`,
      `{ backups(filter: { fileName: "mysql-", minSize: 1 }) { totalCount nodes { id database { name } } } }`,
      '{ backups(after: "x") { nodes { id } } }',
    ],
    backup: ({ id }) => [`{ backup(id: "${id}") { id fileName database { name } } }`],
    fleetProven: () => ['{ fleetProven(days: 3660) { databases proven never couldNotTest } }'],
    statistics: () => ['{ statistics(days: 2) { databases backups bytes damaged days { backups failures } } }'],
    retentionPlans: () => ['{ retentionPlans(first: 3) { id goes databases { name } removals { fileName } } }'],
    retentionPlan: () => ['{ retentionPlan(id: "1") { id goes databases { name } removals { fileName } } }'],
    applyRetentionPlan: () => ['mutation { applyRetentionPlan(id: "4000000") { backups } }'],
    runs: () => [
      '{ runs { totalCount nodes { source problem counts { complete } outcomes { databaseName fileName } } } }',
      '{ runs(first: 2, filter: { source: "web1", host: "web1.example.com", outcome: ok }) { totalCount nodes { id } } }',
      '{ runs(after: "x") { nodes { id } } }',
    ],
    rosters: ({ database }) => [
      '{ rosters { totalCount nodes { databaseName lastAttempt { fileName } } } }',
      `{ rosters(first: 2, filter: { source: "web1", database: "${database}", isGone: false }) { totalCount nodes { id } } }`,
      '{ rosters(after: "x") { nodes { id } } }',
    ],
    alarms: ({ database }) => [
      '{ alarms { totalCount nodes { id subject } } }',
      `{ alarms(first: 1, filter: { database: "${database}", isOpen: true, kinds: [late], severity: warning }) { nodes { id } } }`,
      '{ alarms(after: "x") { nodes { id } } }',
    ],
    testChannel: () => ['mutation { testChannel(name: "nothing") { name type answer problem } }'],
    acknowledgeAlarm: () => [
      'mutation { acknowledgeAlarm(id: "1", reason: "x", until: "2099-01-01T00:00:00Z") { id } }',
    ],
    watchedDatabases: ({ database }) => [
      '{ watchedDatabases { totalCount nodes { name lastComplete { fileName } database { name } } } }',
      `{ watchedDatabases(first: 2, filter: { name: "${database}", states: [new, ok] }) { totalCount nodes { name } } }`,
      '{ watchedDatabases(after: "x") { nodes { name } } }',
    ],
    stateChanges: ({ database }) => [
      '{ stateChanges { totalCount nodes { database why } } }',
      `{ stateChanges(first: 2, filter: { database: "${database}" }) { totalCount nodes { id } } }`,
      '{ stateChanges(after: "x") { nodes { id } } }',
    ],
    pauseDatabase: ({ database }) => [
      `mutation { pauseDatabase(name: "${database}", until: "2099-01-01T00:00:00Z", reason: "x", by: "x") { name } }`,
    ],
    retireDatabase: ({ database }) => [
      `mutation { retireDatabase(name: "${database}", reason: "x", by: "x") { name } }`,
    ],
    resumeDatabase: ({ database }) => [`mutation { resumeDatabase(name: "${database}") { name } }`],
    tokens: () => ['{ tokens { name } }'],
    auditEntries: ({ database }) => [
      '{ auditEntries { nodes { id } } }',
      `{ auditEntries(first: 1, filter: { database: "${database}" }) { nodes { id } } }`,
      '{ auditEntries(after: "x") { nodes { id } } }',
    ],
    pinBackup: ({ id }) => [
      `mutation { pinBackup(id: "${id}", reason: "x", endsAt: "2099-01-01T00:00:00Z") { id fileName } }`,
    ],
    unpinBackup: ({ id }) => [`mutation { unpinBackup(id: "${id}") { id fileName } }`],
    holdBackup: ({ id }) => [`mutation { holdBackup(id: "${id}", reason: "x") { id fileName } }`],
    releaseBackup: ({ id }) => [`mutation { releaseBackup(id: "${id}") { id fileName } }`],
    forgetBackup: ({ id }) => [`mutation { forgetBackup(id: "${id}", reason: "x", evenLast: true) { id fileName } }`],
    takeBackBackup: ({ id }) => [`mutation { takeBackBackup(id: "${id}") { id fileName } }`],
    createToken: () => ['mutation { createToken(name: "a b", role: read, scope: ["x"], expires: "1d") { text } }'],
    revokeToken: () => ['mutation { revokeToken(name: "nothing") { name } }'],
    rotateToken: () => ['mutation { rotateToken(name: "nothing", overlap: "1d", expires: "1d") { text } }'],
  };

  const outcome = ({
    status,
    json,
  }: {
    status: number;
    json: { errors?: Array<{ extensions: { code: string } }> };
  }) => {
    const codes = (json.errors ?? []).map(({ extensions }) => extensions?.code);
    return codes.some(code => code === 'FORBIDDEN' || code === 'OUT_OF_SCOPE') ? '403' : inWords(status);
  };

  for (const { type, field } of rootFields.filter(({ type }) => type !== 'Subscription'))
    it(`${type}.${field.name} is answered to each role as its row has it, with each of its arguments`, async () => {
      const row = rows.find(({ what }) => what === `${type}.${field.name}`)!;
      const here = QUESTIONS[field.name]!({ database: 'pt_xyz', id: ids.id_file });
      const never = QUESTIONS[field.name]!({ database: 'pt_never', id: '4294967' });
      for (const { name } of field.args)
        expect(here.join('\n'), 'an argument that is not tried').to.match(new RegExp(`\\b${name}:`));
      for (const [at, question] of here.entries()) {
        for (const caller of REFUSED) expect(`${(await ask(question, caller)).status}`, caller).to.equal(row.noToken);
        for (const role of ROLES) expect(outcome(await ask(question, role)), role).to.equal(row.roles[role]);
        for (const role of ['upload', 'read', 'operator'] as const) {
          const answer = await ask(question, `${role} elsewhere`);
          const isAboutAll = row.roles[role] === 'yes' && row.outOfScope === '403';
          expect(outcome(answer), `${role} elsewhere`).to.equal(isAboutAll ? '403' : row.roles[role]);
          expect(answer.text).to.not.include(zip.fileName);
          // An answer may repeat the name that the question has.
          const unknown = (await ask(never[at]!, `${role} elsewhere`)).text;
          expect(answer.text.replaceAll('pt_xyz', 'pt_never')).to.equal(unknown);
        }
      }
    });

  it('a mutation is refused by GET', async () => {
    const url = `/graphql?query=${encodeURIComponent('mutation { revokeToken(name: "read") { name } }')}`;
    expect((await fetched(url, { headers: credentials('admin') })).status).to.equal(405);
  });

  it('Subscription.backupReceived sends a scope its own events, and ends when the token is revoked', async () => {
    const row = rows.find(({ what }) => what === 'Subscription.backupReceived')!;
    const listen = (caller: string, field = 'backupReceived') =>
      fetch(`${service.url}/graphql`, {
        method: 'POST',
        headers: { ...JSON_TYPE, ...credentials(caller), accept: 'text/event-stream' },
        body: JSON.stringify({ query: `subscription { ${field} { database { name } } }` }),
      });
    for (const caller of REFUSED) expect(`${(await listen(caller)).status}`, caller).to.equal(row.noToken);
    expect(`${(await listen('upload')).status}`).to.equal(row.roles.upload);
    for (const role of ['read', 'operator', 'admin'] as const) expect(row.roles[role]).to.equal('yes');
    const heard = new Map<string, string>();
    const ended: string[] = [];
    const follow = async (name: string, caller: string, field?: string) => {
      const { body } = await listen(caller, field);
      heard.set(name, '');
      for await (const piece of body!) heard.set(name, heard.get(name)! + Buffer.from(piece).toString());
      ended.push(name);
    };
    const following = [
      follow('all', 'read'),
      follow('elsewhere', 'read elsewhere'),
      follow('elsewhere, named', 'read elsewhere', 'backupReceived(database: "pt_xyz")'),
    ];
    await until('the subscriptions begin', () => heard.size === 3);
    await sleep(100);
    for (const database of ['pt_xyz', 'pt_abc1']) {
      const { fileName, bytes } = sampleZip({ database });
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(bytes)]), fileName);
      await fetched(`/${database}`, { method: 'POST', body: form, headers: credentials('admin') });
    }
    const names = (text: string) => [...text.matchAll(/"name":"(\w+)"/g)].map(([, name]) => name);
    await until(
      'the events come',
      () => names(heard.get('elsewhere')!).length > 0 && names(heard.get('all')!).length > 1,
    );
    expect(names(heard.get('all')!)).to.deep.equal(['pt_xyz', 'pt_abc1']);
    expect(names(heard.get('elsewhere')!)).to.deep.equal(['pt_abc1']);
    expect(names(heard.get('elsewhere, named')!)).to.deep.equal([]);
    for (const text of heard.values()) expect(text, 'an event of another database').to.not.include('errors');
    await ask('mutation { revokeToken(name: "read2") { name } }', 'admin');
    await until('the subscriptions of the revoked token end', () => ended.length === 2);
    expect(ended.sort()).to.deep.equal(['elsewhere', 'elsewhere, named']);
    await ask('mutation { revokeToken(name: "read") { name } }', 'admin');
    await Promise.all(following);
  });
});
