import { createHash } from 'node:crypto';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import type { Manifest } from '../../../../protocol/manifest.ts';
import type { BrowserHere } from '../../../../testing/service/browser-here.ts';
import { removeNow } from '../../../../testing/service/removing.ts';
import { request, upload } from '../../../../testing/service/requests.ts';
import type { RunningApp } from '../../../../testing/service/running-app.ts';
import { sampleDrill } from '../../../../testing/service/sample-reports.ts';
import { sampleOutcome, sampleRun } from '../../../../testing/service/sample-runs.ts';
import { auditOf, browserOf, headersOf, runWithViewers, textOf } from '../../../../testing/service/web-scene.ts';
import { until } from '../../../../testing/until.ts';
import { sampleManifest, table } from '../../../../testing/zips/sample-manifest.ts';
import { type SampleZip, sampleZip } from '../../../../testing/zips/sample-zip.ts';
import { Backup } from '../../../entities/backup.entity.ts';
import { scheduleRemoval } from '../../../removal/schedule-removal.ts';

/** Every name that MySQL allows is the name of a database. */
const HOSTILE = `pt_<b onclick="x()">'&"`;

const TRIGGERS = {
  ...{ code: 'TRIGGERS_NOT_GRANTED', severity: 'incomplete' as const },
  message: 'The triggers of 2 tables are missing: <i>faktur</i>, barang',
  advice: "GRANT TRIGGER ON `pt_xyz`.* TO 'sade'@'%';",
};

describe('the page of a backup', () => {
  let app: RunningApp;
  let boss: BrowserHere;
  /** By what is special about them. */
  const ids: Record<string, number> = {};
  const zips: Record<string, SampleZip> = {};

  async function keep(key: string, database: string, day: string, wish?: Parameters<typeof sampleManifest>[1]) {
    const zip = sampleZip({ database, takenAt: `2026-11-${day}T01:30:00Z`, content: `-- ${key}\n-- Dump completed\n` });
    const manifest: Manifest | undefined = wish && sampleManifest(zip, wish);
    const { json, status, text } = await upload(app.url, zip, { manifest, headers: headersOf('boss') });
    expect(status, text).to.equal(201);
    ids[key] = json.data.id;
    zips[key] = zip;
  }

  before(async () => {
    app = await runWithViewers({ configuration: { timezone: 'Asia/Jakarta' } });
    boss = browserOf(app, 'boss');
    await keep('visible', 'acme_shop', '20', { inventory: { tables: [table('x', 1)] } });
    // Ids that stand nowhere else in a page.
    await app.history.em.getConnection().execute("update sqlite_sequence set seq = 54000 where name = 'backups'");
    const both = { tables: [table('faktur', 5000), table('barang', 1000)], views: ['v_faktur'] };
    await keep('whole', 'pt_xyz', '20', { inventory: both });
    await keep('shrunk', 'pt_xyz', '21', { inventory: { tables: [table('barang', 1200), table('pajak', 7)] } });
    await keep('incomplete', 'pt_xyz', '22', { inventory: both, findings: [TRIGGERS] });
    await keep('unverified', 'pt_xyz', '23');
    await keep('oldest', 'pt_xyz', '17', { inventory: both });
    await keep('damaged', 'pt_xyz', '19', { inventory: both });
    await keep('removed', 'pt_xyz', '18', { inventory: both });
    await keep('hostile', HOSTILE, '20', { inventory: { tables: [table('<script>alert(1)</script>', 3)] } });
    const em = app.history.em.fork();
    const damage = 'its bytes have changed: <u>another</u> SHA-256';
    await em.nativeUpdate(Backup, { id: ids.damaged! }, { damage });
    const now = new Date();
    const wanted = { backupId: ids.removed!, dueAt: now, by: 'token boss', why: 'a <test>', kind: 'request' } as const;
    await scheduleRemoval({ em: app.history.em.fork(), storage: app.storage, now }, wanted);
    expect((await removeNow(app)).removed).to.equal(1);
    const outcome = sampleOutcome('pt_xyz', {
      ...{ backup_id: ids.whole!, file_name: zips.whole!.fileName },
      ...{ started_at: '2026-11-20T01:30:00.000Z', ended_at: '2026-11-20T01:31:00.000Z' },
    });
    const times = { started_at: '2026-11-20T01:30:00.000Z', ended_at: '2026-11-20T01:31:00.000Z' };
    await send('/-/runs', sampleRun(['pt_xyz'], { ...times, outcomes: [outcome] }));
    const backup = { id: ids.whole!, file_name: zips.whole!.fileName, zip_sha256: zips.whole!.sha256 };
    await send('/-/drills', sampleDrill({ backup, started_at: '2026-11-24T05:00:00.000Z' }));
  });
  after(() => app[Symbol.asyncDispose]());

  async function send(path: string, report: object) {
    const headers = { ...headersOf('boss'), 'content-type': 'application/json' };
    const { status, text } = await request(app.url + path, { method: 'POST', headers, body: JSON.stringify(report) });
    expect(status, text).to.equal(201);
  }

  const page = (key: string, query = '') => boss.get(`/-/ui/backups/${ids[key]}${query}`);
  const read = async (key: string, query = '') => textOf(await page(key, query));

  it('says in one sentence what a backup is worth, and what there is to know before it is used', async () => {
    const whole = await read('whole');
    expect(whole).to.contain('Complete: everything that its source showed is in it.');
    expect(whole).to.match(/A drill restored it \d+ \w+ ago/);
    expect(await read('shrunk')).to.match(
      /Complete, with 1 warning\. .*It has lost something that no one has accepted : lost since backup \d+ .*table faktur \(5,000 rows\)/,
    );
    expect(await read('incomplete')).to.contain('Incomplete: 1 finding below says what is missing, and what to do.');
    expect(await read('unverified')).to.contain('Unverified: no one can tell whether it is complete.');
    expect(await read('damaged')).to.contain(
      'Damaged: its bytes have changed: <u>another</u> SHA-256 . Do not restore',
    );
    expect(await read('removed')).to.match(/Removed .* by token boss: a <test>\. Its file is gone\./);
  });

  it('checks whether its file is there, and marks the backup as damaged when it is gone', async () => {
    await keep('gone', 'pt_gone', '23', { inventory: { tables: [table('barang', 1)] } });
    expect(await read('gone')).to.contain('Complete:');
    await unlink(join(app.storageDir, 'pt_gone', zips.gone!.fileName));
    expect(await read('gone'))
      .to.contain('Damaged: the stored file is gone . Do not restore it.')
      .and.not.contain(`--at ${ids.gone}`);
  });

  it('names the statement that fixes a finding', async () => {
    const text = await read('incomplete');
    expect(text).to.contain(
      'TRIGGERS_NOT_GRANTED incomplete The triggers of 2 tables are missing: <i>faktur</i>, barang',
    );
    expect(text).to.contain(TRIGGERS.advice);
    expect((await page('incomplete')).text).to.match(/<div class="command"[^>]*><pre [^>]*><code>GRANT TRIGGER ON/);
  });

  it('has a button that copies for one statement that only grants, and for no other advice: any uploader writes that', async () => {
    const statements = [
      "GRANT SELECT ON `a\\_;b`.* TO 'x'@'%';",
      'SET GLOBAL sql_mode = DEFAULT; -- in the configuration, too',
    ];
    const others = [
      ...['DROP DATABASE pt_xyz;', 'GRANT X ON y TO z; DROP DATABASE y;', 'GRANT X ON y TO z;\n\\! reboot\n;'],
      ...['GRANT X ON y TO z\\! reboot ;', 'GRANT X ON y TO z; -- a\nsystem reboot;', 'GRANT X ON y TO z\u202e;'],
      ...["GRANT ALL ON *.* TO 'evil'@'%';", "GRANT X ON *.* TO 'evil'@'%' IDENTIFIED BY 'x';"],
      "GRANT X ON *.* TO 'a'@'%' WITH GRANT OPTION;",
    ];
    const findings = [...statements, ...others].map(advice => ({ ...TRIGGERS, advice }));
    await keep('strange', 'pt_strange', '22', { findings });
    const { text } = await page('strange');
    const copied = [...text.matchAll(/id="advice-\d+"><code>([^<]*)</g)].map(([, code]) =>
      code!.replaceAll('&#96;', '`'),
    );
    expect(copied.map(code => code.replaceAll('&#39;', "'"))).to.deep.equal(statements);
    expect(text).to.contain('<p lang="en" class="remedy">DROP DATABASE pt_xyz;</p>').and.contain('z⟨U+202E⟩;');
  });

  it('has the command that restores it, or the last sound one before it, and the digests', async () => {
    const text = await read('whole');
    expect(text).to.contain(`sade restore pt_xyz --into pt_xyz_restored --at ${ids.whole}`).and.not.contain('--force');
    expect(await read('unverified'), 'sade refuses it without')
      .to.contain(`sade restore pt_xyz --into pt_xyz_restored --force --at ${ids.unverified}`)
      .and.contain('It is not complete: --force');
    expect(text).to.contain(zips.whole!.sha256);
    expect(text).to.contain(zips.whole!.dump.sha256);
    expect(await read('removed'))
      .to.contain('it can be neither restored nor downloaded')
      .and.not.contain('sade restore pt');
    const instead = `sade restore pt_xyz --into pt_xyz_restored --at ${ids.oldest}`;
    expect(await read('damaged'))
      .to.contain(instead)
      .and.not.contain(`--at ${ids.damaged}`);
  });

  it('shows what happened to it in that order, with how long it took', async () => {
    expect(await read('whole')).to.match(
      /Dumped 20 Nov 2026, 08:30 GMT\+7 , 900 ms Zipped, while it was dumped , 14 s Uploaded , 6 s Received .* Checked: .* Drilled .* , 1 min 15 s : restorable The run that sent it/,
    );
    expect(await read('removed')).to.match(/Received .* Removed .*, by token boss: a <test>/);
  });

  it('lists what it contains, searched, sorted and by kind, and leads to the other backups with a table', async () => {
    expect(await read('whole')).to.match(/6,000 rows in all\. .*Tables 2 .*Views 1/);
    const found = await page('whole', '?object=FAK');
    expect(textOf(found)).to.contain('faktur 5,000 48.8 KiB').and.not.contain('barang 1,000');
    expect(found.text).to.contain(`/-/ui/databases/pt_xyz/tables?table=faktur`);
    expect(textOf(await page('whole', '?by=rows')).indexOf('faktur')).to.be.below(
      textOf(await page('whole', '?by=rows')).indexOf('barang'),
    );
    expect(await read('whole', '?kind=views')).to.contain('v_faktur');
    expect(await read('unverified')).to.contain('It has no manifest: no one knows what it contains.');
    for (const query of ['?kind=x', '?by=x', '?skip=-1']) expect((await page('whole', query)).status).to.equal(422);
  });

  it('shows a huge inventory page by page', async () => {
    const tables = Array.from({ length: 20_000 }, (_, at) => table(`table_${String(at).padStart(5, '0')}`, at));
    await keep('huge', 'pt_large', '20', { inventory: { tables } });
    const first = await page('huge');
    expect(first.text.length).to.be.below(60_000);
    expect(textOf(first)).to.contain('1 to 50 of 20,000').and.contain('table_00049').and.not.contain('table_00050');
    expect(await read('huge', '?skip=19950')).to.contain('table_19999');
    expect(await read('huge', '?object=00777'))
      .to.contain('table_00777')
      .and.not.contain(' of 20,000');
    await keep('larger', 'pt_large', '21', { inventory: { tables: [...tables.slice(300), table('more', 1)] } });
    const compared = await boss.get(`/-/ui/backups/${ids.larger}/compare`);
    expect(compared.text.length).to.be.below(60_000);
    expect(textOf(compared)).to.contain('Lost: 300').and.contain('The first 100 of 300').and.contain('Gained: 1');
  });

  it('compares with the last complete one before it, or with another one', async () => {
    const compared = textOf(await boss.get(`/-/ui/backups/${ids.shrunk}/compare`));
    expect(compared).to.contain(`backup ${ids.whole} of pt_xyz`);
    expect(compared).to.match(/Lost: 2 table faktur \(5,000 rows\) view v_faktur/);
    expect(compared).to.match(/Gained: 1 table pajak \(7 rows\)/);
    expect(compared).to.match(/Other number of rows: 1 .*barang 1,000 1,200 \+200/);
    const other = await boss.get(`/-/ui/backups/${ids.shrunk}/compare/${ids.hostile}`);
    expect(textOf(other)).to.contain('table <script>alert(1)</script> (3 rows)');
    expect(other.text).to.not.contain('<script>alert');
    const unknown = textOf(await boss.get(`/-/ui/backups/${ids.unverified}/compare`));
    expect(unknown).to.contain(`No one can tell what differs. Backup ${ids.unverified} has no manifest`);
    expect(textOf(await boss.get(`/-/ui/backups/${ids.hostile}/compare`))).to.contain('nothing to compare it with');
  });

  it('finds the backups that hold a table', async () => {
    const found = textOf(await boss.get('/-/ui/databases/pt_xyz/tables?table=faktur'));
    expect(found).to.match(/Which backups of pt_xyz hold the table faktur \?/);
    expect(found.match(/faktur 5,000/g)).to.have.length(4);
    expect(found).to.contain('6 backups were looked at. Of 1 no one knows what they contain.');
    for (const [table, status] of [
      ['..', 200],
      ['', 422],
      ['a/b%00', 200],
    ] as const)
      expect((await boss.get(`/-/ui/databases/pt_xyz/tables?table=${table}`)).status, table).to.equal(status);
  });

  it('sends the zip with the bytes, the digest and the ranges of REST, and says of a removed one that it is gone', async () => {
    const path = `/-/ui/backups/${ids.whole}/download`;
    const whole = await fetch(app.url + path, { headers: headersOf('reader') });
    expect(whole.status).to.equal(200);
    const bytes = Buffer.from(await whole.arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).to.equal(zips.whole!.sha256);
    const byRest = await fetch(`${app.url}/${ids.whole}/download`, { headers: headersOf('reader') });
    await byRest.arrayBuffer();
    for (const name of [
      'repr-digest',
      'etag',
      'content-type',
      'content-disposition',
      'accept-ranges',
      'content-length',
    ])
      expect(whole.headers.get(name), name).to.equal(byRest.headers.get(name)).and.not.equal(null);
    const part = await fetch(app.url + path, { headers: { ...headersOf('reader'), range: 'bytes=2-5' } });
    expect([part.status, Buffer.from(await part.arrayBuffer())]).to.deep.equal([206, bytes.subarray(2, 6)]);
    const gone = await boss.get(`/-/ui/backups/${ids.removed}/download`);
    expect(gone.status).to.equal(410);
    expect(gone.headers.get('content-type')).to.contain('text/html');
    expect(gone.headers.get('content-disposition')).to.equal(null);
    expect(textOf(gone)).to.contain('was removed on');
    const entry = { token: 'reader', backupId: String(ids.whole), result: 'done', database: 'pt_xyz' };
    await until('the entry of the download', async () =>
      (await auditOf(app, 'download')).some(found => isDeepStrictEqual(found, entry)),
    );
  });

  it('escapes what strangers have written', async () => {
    for (const key of ['hostile', 'damaged', 'incomplete', 'removed']) {
      const { text, status } = await page(key);
      expect(status).to.equal(200);
      expect(text, key).to.not.match(/<script>alert|<b onclick|<i>faktur|<u>another|<test>/);
    }
    expect(await read('hostile')).to.contain(`Backup ${ids.hostile} of ${HOSTILE}`);
    expect(await read('hostile')).to.contain(`sade restore 'pt_<b onclick="x()">'\\''&"'`);
  });

  it('is in Indonesian for those who read that', async () => {
    const text = textOf(await browserOf(app, 'reader', 'id').get(`/-/ui/backups/${ids.whole}`));
    expect(text).to.contain('Lengkap: semua yang ditunjukkan sumbernya ada di dalamnya.');
    expect(text).to.match(/Uji pemulihan berhasil memulihkannya .* yang lalu/);
  });

  it('looks the same for a hidden backup and for one that is not there, on each of its pages', async () => {
    const curious = browserOf(app, 'curious');
    const hidden = ids.whole!;
    const missing = 54_999;
    const seen = async (path: string, id: number) => {
      const { status, text } = await curious.get(path.replaceAll('ID', String(id)));
      return { status, text: text.replaceAll(String(id), 'ID').replace(/Request [\w-]+|Made [^<]*/g, '') };
    };
    for (const path of [
      '/-/ui/backups/ID',
      '/-/ui/backups/ID/download',
      '/-/ui/backups/ID/compare',
      `/-/ui/backups/${ids.visible}/compare/ID`,
      `/-/ui/backups/${ids.visible}/compare?other=ID`,
      `/-/ui/backups/ID/compare/${ids.visible}`,
    ]) {
      const [one, other] = [await seen(path, hidden), await seen(path, missing)];
      expect(one.status, path).to.equal(404);
      expect(one, path).to.deep.equal(other);
    }
    const names = await Promise.all(
      ['pt_xyz', 'pt_abc'].map(name => curious.get(`/-/ui/databases/${name}/tables?table=x`)),
    );
    expect(names.map(({ status }) => status)).to.deep.equal([404, 404]);
    expect((await curious.get(`/-/ui/backups/${ids.visible}`)).status).to.equal(200);
  });
});
