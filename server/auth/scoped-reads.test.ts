import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { HISTORY_STORES } from '../../testing/history/history-stores.ts';
import { makeMemoryFolder } from '../../testing/machine/memory-folder.ts';
import { expectError, request, upload } from '../../testing/service/requests.ts';
import { sampleDrill } from '../../testing/service/sample-reports.ts';
import { sampleFailure, sampleOutcome, sampleRun } from '../../testing/service/sample-runs.ts';
import { type ServiceHere, startServiceHere } from '../../testing/service/service-here.ts';
import { bearer, createToken } from '../../testing/service/tokens.ts';
import { sampleManifest, table } from '../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';

for (const store of HISTORY_STORES)
  describe(`what a token of some databases sees (${store.name})`, function () {
    this.timeout(30_000);
    let folder: string;
    let service: ServiceHere;
    let url: string;
    const tokens: Record<string, string> = {};
    /** By the name of the database. */
    const ids = new Map<string, number>();

    const IN_SCOPE = ['acme_', 'acme_shop', 'pt_xyz'];
    const OUT_OF_SCOPE = ['acme', 'acmeXshop', 'acmf_', 'pt_xyz2', 'Acme_shop'];

    before(async () => {
      folder = await makeMemoryFolder('lumbung-scopes-');
      const env = { DATABASE_URL: await store.url(folder), STORAGE_DIR: join(folder, 'backups') };
      tokens.some = await createToken(env, { name: 'some', role: 'read', scope: ['acme_*', 'pt_xyz'] });
      tokens.operator = await createToken(env, { name: 'operator', role: 'operator', scope: ['acme_*', 'pt_xyz'] });
      tokens.upload = await createToken(env, { name: 'upload', role: 'upload', scope: ['acme_*', 'pt_xyz'] });
      tokens.all = await createToken(env, { name: 'all', role: 'read', scope: ['*'] });
      tokens.spaced = await createToken(env, { name: 'spaced', role: 'read', scope: ['acme *'] });
      tokens.spotless = await createToken(env, { name: 'spotless', role: 'read', scope: ['pt_xyz'] });
      tokens.admin = await createToken(env, { name: 'admin', role: 'admin' });
      service = await startServiceHere(env);
      url = service.url;
      for (const database of [...IN_SCOPE, ...OUT_OF_SCOPE]) {
        const answer = await upload(url, sampleZip({ database }), { headers: bearer(tokens.admin) });
        ids.set(database, answer.json.data.id);
      }
    });
    after(async () => {
      await service.stop();
      await rm(folder, { recursive: true });
    });

    const get = (path: string, token = 'some', init: RequestInit = {}) =>
      request(url + path, { ...init, headers: { ...bearer(tokens[token]!), ...init.headers } });
    const ask = async (query: string, token = 'some') => {
      const headers = { 'content-type': 'application/json' };
      const answer = await get('/graphql', token, { method: 'POST', headers, body: JSON.stringify({ query }) });
      return answer.json;
    };
    const names = (list: Array<{ database_name: string }>) => list.map(({ database_name }) => database_name).sort();

    it('is listed by REST, and nothing else is', async () => {
      expect(names((await get('/')).json.data)).to.deep.equal(IN_SCOPE);
      expect(names((await get('/', 'all')).json.data)).to.have.length(8);
      for (const database of IN_SCOPE) {
        expect((await get(`/${database}`)).json.data.histories).to.have.length(1);
        expect((await get(`/${ids.get(database)}/manifest`)).status).to.equal(200);
        expect((await get(`/${ids.get(database)}/download`)).status).to.equal(200);
      }
    });

    it('is listed by REST also while others ask for theirs at the same moment', async () => {
      const asked = Array.from({ length: 12 }, (_, at) => ['some', 'all', 'spotless'][at % 3]!);
      const answers = await Promise.all(asked.map(token => get('/', token)));
      for (const [at, { json }] of answers.entries())
        expect(names(json.data), asked[at]).to.deep.equal(
          { some: IN_SCOPE, all: [...IN_SCOPE, ...OUT_OF_SCOPE].sort(), spotless: ['pt_xyz'] }[asked[at]!],
        );
    });

    it('ends where the scope does: what is beyond is answered as what does not exist', async () => {
      for (const database of OUT_OF_SCOPE) {
        const id = ids.get(database)!;
        const never = String(id + 1_000);
        const paths = [`/ID/download`, `/ID/manifest`];
        for (const path of paths) {
          const [hidden, missing] = [await get(path.replace('ID', String(id))), await get(path.replace('ID', never))];
          expectError(hidden, 404, 'BACKUP_NOT_FOUND');
          expect(hidden.text).to.equal(missing.text.replaceAll(never, String(id)));
        }
        const [hidden, missing] = [await get(`/${database}`), await get(`/${database}_never`)];
        expectError(hidden, 404, 'DATABASE_NOT_FOUND');
        expect(hidden.text).to.equal(missing.text.replaceAll(`${database}_never`, database));
        const accept = { method: 'POST', body: '{"reason":"x"}', headers: { 'content-type': 'application/json' } };
        expectError(await get(`/-/backups/${id}/accept`, 'operator', accept), 404, 'BACKUP_NOT_FOUND');
        expectError(await get(`/-/tables?database=${database}&table=t`), 404, 'DATABASE_NOT_FOUND');
        expect((await get(`/-/drills?database=${database}`)).json.data).to.deep.equal(
          (await get('/-/drills?database=never')).json.data,
        );
      }
    });

    it('is what GraphQL lists, counts and adds up', async () => {
      const { data } = await ask(`{
        databases { totalCount nodes { name lastDrill { id } } }
        bySize: databases(orderBy: { field: SIZE }) { totalCount nodes { name } }
        backups { totalCount nodes { database { name } } }
        sized: backups(filter: { minSize: 1, states: [unverified, complete, incomplete] }) { totalCount nodes { database { name } } }
        statistics { databases backups bytes days { backups } }
        fleetProven { databases never }
      }`);
      expect(data.databases.totalCount).to.equal(3);
      expect(data.databases.nodes.map(({ name }: { name: string }) => name)).to.deep.equal(IN_SCOPE);
      expect(data.bySize.totalCount).to.equal(3);
      expect(data.bySize.nodes.map(({ name }: { name: string }) => name).sort()).to.deep.equal(IN_SCOPE);
      for (const list of [data.backups, data.sized]) {
        expect(list.totalCount).to.equal(3);
        expect(list.nodes.map(({ database }: { database: { name: string } }) => database.name).sort()).to.deep.equal(
          IN_SCOPE,
        );
      }
      expect(data.statistics).to.deep.include({ databases: 3, backups: 3 });
      expect(data.fleetProven.databases).to.equal(3);
      const all = (await ask('{ statistics { databases backups bytes } }', 'all')).data.statistics;
      expect(all).to.deep.include({ databases: 8, backups: 8 });
      expect(all.bytes).to.be.above(data.statistics.bytes);
    });

    it('shows how its part of a shared run ended, and not that the backup of another client failed', async () => {
      const outcomes = [sampleOutcome('acme_shop', { shrunk: true }), sampleOutcome('pt_xyz'), sampleFailure('acme')];
      const shared = { ...sampleRun([], { outcomes }), source: 'shared', exit_code: 1, roster: null, left_out: 7 };
      const posted = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(shared) };
      expect((await get('/-/runs', 'admin', posted)).status).to.equal(201);
      const run = 'nodes { outcome exitCode leftOut problem counts { complete failed } }';
      const runs = `{ runs { ${run} } ok: runs(filter: { outcome: ok }) { totalCount }
        some: runs(filter: { outcome: some_failed }) { totalCount } }`;
      const hidden = { exitCode: null, leftOut: null, problem: null };
      const mine = (await ask(`{ runs { ${run} } }`)).data.runs.nodes;
      expect(mine).to.deep.equal([{ ...hidden, outcome: 'some_failed', counts: { complete: 2, failed: 0 } }]);
      const { data } = await ask(runs, 'spotless');
      expect(data.runs.nodes).to.deep.equal([{ ...hidden, outcome: 'ok', counts: { complete: 1, failed: 0 } }]);
      expect([data.ok.totalCount, data.some.totalCount]).to.deep.equal([1, 0]);
      const all = (await ask(runs, 'all')).data;
      expect(all.runs.nodes[0]).to.include({ outcome: 'some_failed', exitCode: 1, leftOut: 7 });
      expect([all.ok.totalCount, all.some.totalCount]).to.deep.equal([0, 1]);
    });

    it('has no other database or backup in GraphQL, by name or by id', async () => {
      for (const database of OUT_OF_SCOPE) {
        const { data } = await ask(`{
          database(name: "${database}") { name }
          backup(id: "${ids.get(database)}") { id }
          backups(filter: { database: "${database}" }) { totalCount nodes { id } }
          databases(filter: { search: "${database}" }) { nodes { name } }
        }`);
        expect(data.database, database).to.equal(null);
        expect(data.backup, database).to.equal(null);
        expect(data.backups, database).to.deep.equal({ totalCount: 0, nodes: [] });
        expect(data.databases.nodes.map(({ name }: { name: string }) => name)).to.not.include(database);
      }
      const { data } = await ask(`{ database(name: "acme_shop") { name } backup(id: "${ids.get('pt_xyz')}") { id } }`);
      expect([data.database.name, data.backup.id]).to.deep.equal(['acme_shop', String(ids.get('pt_xyz'))]);
    });

    it('has no database whose name lacks the space at the end of a beginning of names', async () => {
      const id = ids.get('acme')!;
      for (const path of [`/${id}/download`, `/${id}/manifest`, '/acme', '/-/tables?database=acme&table=barang'])
        expect((await get(path, 'spaced')).status, path).to.equal(404);
      const asked = `{ backup(id: ${id}) { id } database(name: "acme") { name } databases { totalCount } }`;
      expect((await ask(asked, 'spaced')).data).to.deep.equal({
        ...{ backup: null, database: null, databases: { totalCount: 0 } },
      });
    });

    it('may be uploaded to and reported of, and what is beyond may not, whether it exists or not', async () => {
      expect(
        (await upload(url, sampleZip({ database: 'acme_new' }), { headers: bearer(tokens.upload!) })).status,
      ).to.equal(201);
      for (const database of [...OUT_OF_SCOPE, 'never'])
        expectError(
          await upload(url, sampleZip({ database }), { headers: bearer(tokens.upload!) }),
          403,
          'OUT_OF_SCOPE',
        );
      for (const path of [
        '/',
        '/pt_xyz',
        '/-/status',
        '/-/drills',
        `/${ids.get('pt_xyz')}/download`,
        '/-/tables',
        '/-/scrub',
      ])
        expectError(await get(path, 'upload'), 403, 'FORBIDDEN');
      expectError(await get('/graphql?query={__typename}', 'upload'), 403, 'FORBIDDEN');
      expect((await get('/-/whoami', 'upload')).json.data).to.deep.include({ name: 'upload', role: 'upload' });
      const report = (database: string) => {
        const backup = {
          id: ids.get(database)!,
          file_name: sampleZip({ database }).fileName,
          zip_sha256: 'a'.repeat(64),
        };
        return JSON.stringify(sampleDrill({ database, backup }));
      };
      const headers = { 'content-type': 'application/json' };
      const sent = await get('/-/drills', 'upload', { method: 'POST', headers, body: report('acme') });
      expect([sent.status, sent.json.code], sent.text).to.deep.equal([403, 'OUT_OF_SCOPE']);
    });

    it('does not show how many backups the service has in its status', async () => {
      const { scrub } = (await get('/-/status')).json.data;
      expect(scrub).to.deep.include({ files_due: 0, files_checked: 0, backups_damaged: 0 });
      expectError(await get('/-/scrub'), 403, 'OUT_OF_SCOPE');
      expectError(await get('/-/scrub', 'operator', { method: 'POST' }), 403, 'OUT_OF_SCOPE');
      expect((await get('/-/scrub', 'all')).status).to.equal(200);
    });

    /** @returns the typical time that a hidden backup and a missing one take, in milliseconds */
    const times = async (rest: string, id: number): Promise<{ hidden: number; missing: number }> => {
      const lists: Record<'hidden' | 'missing', number[]> = { hidden: [], missing: [] };
      // In turns, so that what else the machine does slows down both.
      for (let round = 0; round < 40; round++)
        for (const [which, asked] of [
          ['hidden', id],
          ['missing', id + 1_000],
        ] as const) {
          const start = performance.now();
          expect((await get(`/${asked}/${rest}`)).status).to.equal(404);
          lists[which].push(performance.now() - start);
        }
      const typical = (list: number[]) => list.sort((a, b) => a - b)[10]!;
      return { hidden: typical(lists.hidden), missing: typical(lists.missing) };
    };

    it('takes no longer to hide a backup than to look for one that does not exist, however large it is', async () => {
      const zip = sampleZip({ database: 'other_large' });
      const tables = Array.from({ length: 20_000 }, (_, at) => table(`table_${at}`, 1));
      const manifest = sampleManifest(zip, { inventory: { tables } });
      const { json, status, text } = await upload(url, zip, { headers: bearer(tokens.admin!), manifest });
      expect(status, text).to.equal(201);
      for (const rest of ['manifest', 'download']) {
        // What takes longer each time does so in each of them; what else the machine does, only in some.
        let isAlike = false;
        for (let series = 0; series < 5 && !isAlike; series++) {
          const { hidden, missing } = await times(rest, json.data.id);
          isAlike = hidden < missing * 1.5 + 0.5;
        }
        expect(isAlike, rest).to.equal(true);
      }
    });
  });
