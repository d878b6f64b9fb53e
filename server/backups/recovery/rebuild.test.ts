import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { finding } from '../../../protocol/finding.ts';
import { graphql, request, upload } from '../../../testing/service/requests.ts';
import { describeOnAnyStore } from '../../../testing/service/running-app.ts';
import { sampleDrill, sampleRestore } from '../../../testing/service/sample-reports.ts';
import { rebuildHere, type ServiceHere, startServiceHere } from '../../../testing/service/service-here.ts';
import { sampleManifest, table } from '../../../testing/zips/sample-manifest.ts';
import { type SampleZip, sampleZip } from '../../../testing/zips/sample-zip.ts';
import { Backup } from '../../entities/backup.entity.ts';
import { Pin } from '../../entities/pin.entity.ts';
import { openHistory } from '../../history/orm.ts';
import { pinBackup, releasePin } from '../../pins/pin-backup.ts';
import { folderStorage } from '../../storage/folder/folder-storage.ts';
import { changeRecorded } from '../sidecar/change-recorded.ts';

describeOnAnyStore('a rebuild of the history', store => {
  let folder: string;
  let env: { DATABASE_URL: string; STORAGE_DIR: string; ALLOW_EMPTY_STORAGE?: string; ALLOW_EMPTY_HISTORY?: string };
  let service: ServiceHere | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-rebuild-'));
    env = { DATABASE_URL: await freshStore(), STORAGE_DIR: join(folder, 'backups') };
  });
  afterEach(async () => {
    await service?.stop();
    service = undefined;
    await rm(folder, { recursive: true });
  });

  let stores = 0;
  const freshStore = async () => {
    const home = join(folder, `store-${stores++}`);
    await mkdir(home);
    return store.url(home);
  };
  const pathOf = ({ database, fileName }: SampleZip, ending = '') =>
    join(env.STORAGE_DIR, database, `${fileName}${ending}`);

  async function start(): Promise<string> {
    service = await startServiceHere(env);
    return service.url;
  }

  async function stop(): Promise<void> {
    await service!.stop();
    service = undefined;
  }

  /** @returns its exit code, the counts of its last line, and all lines */
  async function rebuild() {
    const { code, output } = await rebuildHere(env);
    const lines = output
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    const { from_record, renumbered, from_zip, gone, failed } = lines.at(-1);
    return { code, counts: { from_record, renumbered, from_zip, gone, failed }, lines, output };
  }
  const nothing = { from_record: 0, renumbered: 0, from_zip: 0, gone: 0, failed: 0 };

  /** All that the service answers about what it keeps, but when the scrub looked, and whether the evaluation has looked yet. */
  async function answers(url: string): Promise<unknown[]> {
    const list = (await request(url)).json;
    const seen: unknown[] = [{ ...list, data: list.data.map((one: object) => ({ ...one, freshness: null })) }];
    for (const { database_name } of list.data) {
      const { json } = await request(`${url}/${encodeURIComponent(database_name)}`);
      seen.push(json);
      for (const { id } of json.data.histories) {
        const report = (await request(`${url}/${id}/manifest`)).json;
        seen.push({ ...report, data: { ...report.data, checked_at: null } });
      }
    }
    const fields =
      'id database { name } fileName timestamp size digest downloadUrl state findings { code severity message advice } dumpSize dumpDigest receivedAt damage';
    const { json } = await graphql(
      url,
      `{ databases { nodes { name latestBackup { ${fields} } backups { nodes { ${fields} } } } } }`,
    );
    expect(json.errors).to.equal(undefined);
    seen.push(json);
    return seen;
  }

  async function accept(url: string, id: number): Promise<void> {
    const body = JSON.stringify({ reason: 'on purpose', by: 'ayu' });
    const headers = { 'content-type': 'application/json' };
    expect((await request(`${url}/-/backups/${id}/accept`, { method: 'POST', body, headers })).status).to.equal(200);
  }

  /** Backups of every kind. */
  async function fill(url: string): Promise<SampleZip[]> {
    const day = (n: number, database: string, content?: string) =>
      sampleZip({ database, takenAt: `2023-10-0${n}T00:00:00Z`, ...(content !== undefined && { content }) });
    const [first, fallen, partial, bare, cut, vouchedCut, foreign] = [
      ...[day(1, 'pt_xyz'), day(2, 'pt_xyz'), day(3, 'pt_xyz'), day(3, 'pt_xyz'), day(1, 'cut', 'x')],
      ...[day(2, 'cut', 'y'), day(9, 'データ "x"')],
    ] as [SampleZip, SampleZip, SampleZip, SampleZip, SampleZip, SampleZip, SampleZip];
    const manifests = new Map<SampleZip, object>([
      [first, { ...sampleManifest(first), a_newer_key: [1] }],
      [fallen, sampleManifest(fallen, { inventory: { tables: [table('barang', 3)], views: ['v'] } })],
      [partial, sampleManifest(partial, { findings: [finding('BROKEN_VIEW', 'v is broken', 'Fix it.')] })],
      [vouchedCut, sampleManifest(vouchedCut)],
      [foreign, sampleManifest(foreign)],
    ]);
    // Not in the order of their dumps, so that ids and times do not go together.
    const zips = [foreign, partial, first, bare, vouchedCut, fallen, cut];
    for (const zip of zips) {
      const { status, json } = await upload(url, zip, { manifest: manifests.get(zip) });
      expect(status).to.equal(201);
      if (zip === fallen) await accept(url, json.data.id);
    }
    return zips;
  }

  it('gives a history that was put back from a copy what was decided since: pins, holds, accepted losses and removals', async () => {
    const url = await start();
    const [pinned, fallen, gone, back] = await fill(url);
    const ids = new Map<SampleZip, number>();
    for (const zip of [pinned, fallen, gone, back] as SampleZip[]) ids.set(zip, (await upload(url, zip)).json.data.id);
    await stop();
    const history = await openHistory(env.DATABASE_URL);
    try {
      const rows = () => history.em.fork().find(Backup, { id: { $gt: 0 } }, { orderBy: { id: 'asc' } });
      const pins = () =>
        history.em.fork().find(Pin, { id: { $gt: 0 } }, { fields: ['backupId', 'kind', 'releasedAt'] });
      const stores = { em: history.em, storage: folderStorage({ folder: env.STORAGE_DIR }), now: new Date() };
      const going = { removalDue: new Date(), removedBy: 'ayu', removedFor: 'old', removalKind: 'request' } as const;
      await history.em.fork().nativeUpdate(Backup, { id: ids.get(back!)! }, going);
      const copied = await rows();
      // What the copy does not have.
      for (const [zip, kind] of [
        [pinned, 'hold'],
        [fallen, 'pin'],
      ] as const)
        await pinBackup(stores, ids.get(zip!)!, { kind, reason: 'a court asks', by: 'ayu', endsAt: undefined });
      await releasePin(stores, ids.get(fallen!)!, { kind: 'pin', by: 'budi' });
      await changeRecorded(stores, ids.get(gone!)!, async ({ backup }) => {
        Object.assign(backup, going, { removedAt: new Date(), removalDue: null });
        return { isChanged: true, result: undefined };
      });
      await unlink(pathOf(gone!));
      await changeRecorded(stores, ids.get(back!)!, async ({ backup }) => {
        Object.assign(backup, { removalDue: null, removedBy: null, removedFor: null, removalKind: null });
        return { isChanged: true, result: undefined };
      });
      const [decided, decidedPins] = [await rows(), await pins()];
      const em = history.em.fork();
      await em.nativeDelete(Pin, { id: { $gt: 0 } });
      for (const { id, removedAt, removalDue, removedBy, removedFor, removalKind } of copied) {
        const removal = { removedAt, removalDue, removedBy, removedFor, removalKind };
        await em.nativeUpdate(Backup, { id }, { ...removal, acceptedAt: null, acceptedBy: null, acceptedFor: null });
      }
      const { code, counts, lines } = await rebuild();
      expect({ code, counts }).to.deep.equal({ code: 0, counts: nothing });
      expect(lines.at(-1).caught_up).to.equal(5);
      const shown = (all: Backup[]) => all.map(row => ({ ...row, database: undefined }));
      expect(shown(await rows())).to.deep.equal(shown(decided));
      const bare = (all: Awaited<ReturnType<typeof pins>>) => all.map(({ id: _, ...pin }) => pin);
      expect(bare(await pins()))
        .to.have.deep.members(bare(decidedPins))
        .and.have.length(2);
      expect((await rebuild()).lines.at(-1).caught_up, 'the second time').to.equal(0);
    } finally {
      await history.close(true);
    }
  });

  it('restores a lost history with the same answers, and new ids follow the old ones', async function () {
    this.timeout(60_000);
    let url = await start();
    const zips = await fill(url);
    const before = await answers(url);
    expect(JSON.stringify(before))
      .to.contain('SHRUNK')
      .and.contain('on purpose')
      .and.contain('BROKEN_VIEW')
      .and.contain('END_MARKER_MISSING');
    await stop();
    env.DATABASE_URL = await freshStore();
    const { code, counts, output } = await rebuild();
    expect({ code, counts }, output).to.deep.equal({ code: 0, counts: { ...nothing, from_record: zips.length } });
    expect((await rebuild()).counts).to.deep.equal(nothing);
    url = await start();
    expect(await answers(url)).to.deep.equal(before);
    const ids = before.flatMap(answer => JSON.stringify(answer).match(/"id":(\d+)/g) ?? []);
    const highest = Math.max(...ids.map(text => Number(text.slice(5))));
    const next = await upload(url, sampleZip());
    expect(next.json.data.id).to.be.greaterThan(highest);
    for (const zip of zips) expect((await upload(url, zip)).status).to.equal(200);
    // The comparison finds what the history has got back: the loss that was accepted, too.
    const later = sampleZip({ takenAt: '2023-10-08T00:00:00Z' });
    const { json } = await upload(url, later, {
      manifest: sampleManifest(later, { inventory: { tables: [table('barang', 3)] } }),
    });
    expect(json.data.findings[0].message).to.match(/^lost since backup \d+ \(2023-10-02 [^)]*\): view v$/);
  });

  it('brings back the reports of drills and restores, so that what was proven still is', async function () {
    this.timeout(60_000);
    let url = await start();
    const zip = sampleZip();
    const { json } = await upload(url, zip, { manifest: sampleManifest(zip) });
    const backup = { id: json.data.id, file_name: zip.fileName, zip_sha256: zip.sha256 };
    const headers = { 'content-type': 'application/json' };
    const post = async (path: string, body: object) =>
      expect((await request(url + path, { method: 'POST', headers, body: JSON.stringify(body) })).status).to.equal(201);
    const { database } = zip;
    await post('/-/drills', sampleDrill({ database, backup }));
    await post('/-/drills', sampleDrill({ database, backup, outcome: 'not_restorable', reason: 'a "reason"\n' }));
    await post('/-/restores', sampleRestore({ database, backup }));
    const proof = async () => [
      (await request(`${url}/-/drills`)).json,
      (await request(`${url}/-/restores`)).json,
      (
        await graphql(
          url,
          '{ databases { nodes { name lastDrill { outcome reason } } } fleetProven { databases proven notRestorable } }',
        )
      ).json,
    ];
    const before = await proof();
    expect(JSON.stringify(before)).to.contain('"restorable"').and.contain('not_restorable').and.not.contain('errors');
    await stop();
    // One that is broken costs no other.
    const drills = join(env.STORAGE_DIR, database, 'drills.json');
    expect(JSON.parse(await readFile(drills, 'utf8'))).to.have.length(2);
    await writeFile(drills, `${(await readFile(drills, 'utf8')).replace(/\n\]\n$/, '')},\n{"record_version":1\n]\n`);
    env.DATABASE_URL = await freshStore();
    const { code, output, lines } = await rebuild();
    expect({ code, reports: lines.at(-1).reports }, output).to.deep.equal({ code: 1, reports: 3 });
    expect(output).to.contain(`a report of a drill of ${database} was not added to the history`);
    expect((await rebuild()).lines.at(-1).reports).to.equal(0);
    url = await start();
    expect(await proof()).to.deep.equal(before);
  });

  it('does not change an existing history, and adds the missing backups', async () => {
    let url = await start();
    const [known, stray] = [sampleZip(), sampleZip({ database: 'stray' })];
    await upload(url, known, { manifest: sampleManifest(known) });
    const before = await answers(url);
    await stop();
    await mkdir(join(env.STORAGE_DIR, 'stray'));
    await writeFile(pathOf(stray), stray.bytes);
    expect(await rebuild()).to.deep.include({ code: 0, counts: { ...nothing, from_zip: 1 } });
    url = await start();
    expect((await request(`${url}/stray`)).json.data.histories).to.have.length(1);
    const after = await answers(url);
    for (const answer of before.slice(1, -1)) expect(after).to.deep.include(answer);
  });

  it('reads a zip without a record as if it was received at its modification time', async () => {
    const [bare, cut] = [sampleZip(), sampleZip({ content: 'cut off' })];
    await mkdir(join(env.STORAGE_DIR, 'pt_xyz'), { recursive: true });
    for (const zip of [bare, cut]) await writeFile(pathOf(zip), zip.bytes);
    await utimes(pathOf(bare), new Date(), new Date('2023-10-31T00:00:07.125Z'));
    const { code, counts, output } = await rebuild();
    expect({ code, counts }, output).to.deep.equal({ code: 0, counts: { ...nothing, from_zip: 2 } });
    const url = await start();
    const { histories } = (await request(`${url}/pt_xyz`)).json.data;
    const reports = await Promise.all(
      histories.map(async ({ id }: { id: number }) => (await request(`${url}/${id}/manifest`)).json.data),
    );
    const report = (zip: SampleZip) => reports.find(({ file_name }) => file_name === zip.fileName);
    expect(report(bare)).to.deep.include({
      state: 'unverified',
      size: bare.bytes.length,
      repr_digest: `sha-256=:${Buffer.from(bare.sha256, 'hex').toString('base64')}:`,
      dump_size: bare.dump.size,
      dump_sha256: bare.dump.sha256,
      received_at: '2023-10-31T00:00:07.125Z',
      damage: null,
      manifest: null,
    });
    expect(report(cut).state).to.equal('incomplete');
    expect((await upload(url, bare)).status).to.equal(200);
    // From now on it has a record, and so its id will last.
    const record = JSON.parse(await readFile(pathOf(bare, '.json'), 'utf8'));
    expect(record).to.include({ id: report(bare).id, received_at: '2023-10-31T00:00:07.125Z' });
  });

  it('restores a backup whose zip is missing, and accepts the zip again', async () => {
    env.ALLOW_EMPTY_STORAGE = 'on';
    let url = await start();
    const zip = sampleZip();
    const { data } = (await upload(url, zip, { manifest: sampleManifest(zip) })).json;
    await stop();
    await unlink(pathOf(zip));
    env.DATABASE_URL = await freshStore();
    expect(await rebuild()).to.deep.include({ code: 0, counts: { ...nothing, from_record: 1, gone: 1 } });
    url = await start();
    const report = (await request(`${url}/${data.id}/manifest`)).json.data;
    expect(report).to.include({ state: 'damaged', damage: 'the stored file is gone' });
    const again = await upload(url, zip);
    expect({ status: again.status, data: again.json.data }).to.deep.equal({ status: 200, data });
  });

  it('reports the files that it cannot add, does not change them, and exits with 1', async () => {
    const zip = sampleZip();
    await mkdir(join(env.STORAGE_DIR, 'pt_xyz'), { recursive: true });
    const id = '0f69a75b-9fdf-48c6-8ec9-2277934b7bb8';
    const files = {
      [sampleZip().fileName]: 'no zip',
      [`mysql-2023-02-29-00-00-00-pt_xyz-${id}.sql.zip`]: 'no such date',
      [`mysql-2023-02-28-00-00-00-pt_abc-${id}.sql.zip`]: 'another database',
      [`mysql-2023-02-28-00-00-00-pt_xyz-${id}.sql.zip.json`]: '{"record_version":1}',
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(env.STORAGE_DIR, 'pt_xyz', name), text);
    await writeFile(pathOf(zip), zip.bytes);
    await writeFile(join(env.STORAGE_DIR, 'pt_xyz', 'notes.txt'), 'not ours');
    const { code, counts, lines } = await rebuild();
    expect({ code, counts }).to.deep.equal({ code: 1, counts: { ...nothing, from_zip: 1, failed: 4 } });
    const told = lines.map(({ msg }) => msg).join('\n');
    for (const name of Object.keys(files)) expect(told).to.contain(name.replace('.json', ''));
    expect(told).to.contain('not a readable zip').and.contain('not a valid date').and.contain('the database pt_abc');
    for (const [name, text] of Object.entries(files))
      expect(await readFile(join(env.STORAGE_DIR, 'pt_xyz', name), 'utf8')).to.equal(text);
    expect(await readdir(join(env.STORAGE_DIR, 'pt_xyz'))).to.have.length(7);
  });

  it('reads the zip where the record is damaged, and keeps the damaged record', async () => {
    let url = await start();
    const zip = sampleZip();
    await upload(url, zip, { manifest: sampleManifest(zip) });
    await stop();
    await writeFile(pathOf(zip, '.json'), 'rotten');
    env.DATABASE_URL = await freshStore();
    const { code, counts, output } = await rebuild();
    expect({ code, counts }).to.deep.equal({ code: 0, counts: { ...nothing, from_zip: 1 } });
    expect(output).to.contain('its zip was read instead');
    expect(await readFile(pathOf(zip, '.json'), 'utf8')).to.equal('rotten');
    url = await start();
    expect((await request(`${url}/pt_xyz`)).json.data.histories[0].state).to.equal('unverified');
  });

  it('goes on after a record that the history cannot store, and names it; does not trust a state that its findings contradict', async () => {
    const url = await start();
    const [first, odd, better, last] = [sampleZip(), sampleZip(), sampleZip(), sampleZip()];
    const zips = [first, odd, better, last];
    for (const zip of zips)
      await upload(url, zip, { manifest: sampleManifest(zip, { findings: [finding('BROKEN_VIEW', 'x')] }) });
    await stop();
    const edit = async (zip: SampleZip, change: object) => {
      const record = JSON.parse(await readFile(pathOf(zip, '.json'), 'utf8'));
      await writeFile(pathOf(zip, '.json'), JSON.stringify({ ...record, ...change }));
    };
    await edit(odd, { received_at: '2023-99-99T00:00:00.000Z' });
    await edit(better, { state: 'complete' });
    await edit(last, { id: 2 ** 32 - 1 });
    env.DATABASE_URL = await freshStore();
    const { code, counts, output } = await rebuild();
    expect({ code, counts }).to.deep.equal({ code: 0, counts: { ...nothing, from_record: 1, from_zip: 3 } });
    for (const zip of [odd, better, last]) expect(output).to.contain(zip.fileName);
    const again = await start();
    const { histories } = (await request(`${again}/pt_xyz`)).json.data;
    expect(histories.map(({ state }: { state: string }) => state).sort()).to.deep.equal([
      ...['incomplete', 'unverified', 'unverified', 'unverified'],
    ]);
    expect((await upload(again, sampleZip())).status).to.equal(201);
  });

  it('notices at once that a file has a different size than was received', async () => {
    const url = await start();
    const zip = sampleZip();
    await upload(url, zip, { manifest: sampleManifest(zip) });
    await stop();
    await writeFile(pathOf(zip), 'cut');
    env.DATABASE_URL = await freshStore();
    expect((await rebuild()).counts).to.deep.equal({ ...nothing, from_record: 1 });
    const { state } = (await request(`${await start()}/pt_xyz`)).json.data.histories[0];
    expect(state).to.equal('damaged');
  });

  it('follows a link to the folder of a database on another disk', async () => {
    const url = await start();
    const zip = sampleZip();
    await upload(url, zip, { manifest: sampleManifest(zip) });
    await stop();
    await rename(join(env.STORAGE_DIR, 'pt_xyz'), join(env.STORAGE_DIR, '..', 'larger'));
    await symlink(join(env.STORAGE_DIR, '..', 'larger'), join(env.STORAGE_DIR, 'pt_xyz'));
    env.DATABASE_URL = await freshStore();
    expect((await rebuild()).counts).to.deep.equal({ ...nothing, from_record: 1 });
  });

  it('of two files with one id the one that was received later keeps it', async () => {
    let url = await start();
    const [older, younger, other] = [sampleZip(), sampleZip(), sampleZip()];
    for (const zip of [older, younger, other]) await upload(url, zip, { manifest: sampleManifest(zip) });
    await stop();
    // As a crash between the record and its row may leave it.
    const record = JSON.parse(await readFile(pathOf(older, '.json'), 'utf8'));
    await writeFile(pathOf(older, '.json'), JSON.stringify({ ...record, id: 2 }));
    env.DATABASE_URL = await freshStore();
    expect(await rebuild()).to.deep.include({ code: 0, counts: { ...nothing, from_record: 2, renumbered: 1 } });
    url = await start();
    const idOf = async (zip: SampleZip) => (await upload(url, zip)).json.data.id;
    expect([await idOf(younger), await idOf(other)]).to.deep.equal([2, 3]);
    const id = await idOf(older);
    expect(id).to.be.greaterThan(3);
    expect(JSON.parse(await readFile(pathOf(older, '.json'), 'utf8'))).to.deep.equal({ ...record, id });
  });

  it('gives an id of the history to no other file whose record claims it', async () => {
    let url = await start();
    const lost = sampleZip();
    await upload(url, lost);
    await stop();
    env = { ...env, DATABASE_URL: await freshStore(), ALLOW_EMPTY_HISTORY: 'on' };
    url = await start();
    const kept = sampleZip();
    expect((await upload(url, kept)).json.data.id).to.equal(1);
    await stop();
    expect(await rebuild()).to.deep.include({ code: 0, counts: { ...nothing, renumbered: 1 } });
    url = await start();
    expect((await upload(url, kept)).json.data.id).to.equal(1);
    expect((await upload(url, lost)).json.data.id).to.equal(2);
  });
});
