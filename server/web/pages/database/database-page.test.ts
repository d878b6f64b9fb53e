import { expect } from 'chai';
import { finding } from '../../../../protocol/finding.ts';
import { addToRoster } from '../../../../testing/freshness/watched-history.ts';
import { BrowserHere } from '../../../../testing/service/browser-here.ts';
import { removeNow, scheduleNow } from '../../../../testing/service/removing.ts';
import { request, upload } from '../../../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../../../testing/service/running-app.ts';
import { sampleFailure, sampleOutcome, sampleRun } from '../../../../testing/service/sample-runs.ts';
import { auditOf, browserOf, headersOf, runWithViewers, textOf } from '../../../../testing/service/web-scene.ts';
import { sampleManifest, table } from '../../../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../../../testing/zips/sample-zip.ts';
import { configurationOf } from '../../../configuration/reading/configuration-of.ts';
import { Alarm } from '../../../entities/alarms/alarm.entity.ts';
import { Backup } from '../../../entities/backup.entity.ts';
import { WatchedDatabase } from '../../../entities/freshness/watched-database.entity.ts';
import { evaluateFreshness } from '../../../freshness/evaluate-freshness.ts';
import { pinBackup } from '../../../pins/pin-backup.ts';

/** Every name that MySQL allows is the name of a database. */
const HOSTILE = `pt_<b onclick="x()">'&"`;

const NOW = Date.now();
const DAY_MS = 86_400_000;

/** Beyond any pause. */
const FAR = `${new Date().getUTCFullYear() + 2}-01-01T00:00`;

const CONFIGURATION = {
  timezone: 'Asia/Jakarta',
  retention: { enabled: true, policies: { default: { last: 2, daily: 3 } } },
};

describe('the page of a database', () => {
  let app: RunningApp;
  let boss: BrowserHere;
  const ids: number[] = [];

  async function keep(database: string, daysAgo: number, tables: ReturnType<typeof table>[]): Promise<number> {
    const zip = sampleZip({ database, takenAt: ago(daysAgo).toISOString() });
    const manifest = sampleManifest(zip, { inventory: { tables } });
    const { json, text } = await upload(app.url, zip, { manifest, headers: headersOf('boss') });
    expect(json.data, text).to.not.equal(undefined);
    return json.data.id;
  }

  /** An hour before a time of today, or of a day before. */
  const ago = (days: number, minutes = 0) => new Date(NOW - days * DAY_MS - 3_600_000 + minutes * 60_000);

  before(async () => {
    app = await runWithViewers({ configuration: CONFIGURATION });
    boss = browserOf(app, 'boss');
    for (let day = 17; day > 0; day--) ids.push(await keep('pt_xyz', day, [table('faktur', 1027 - day)]));
    ids.push(await keep('pt_xyz', 0, [table('barang', 2000), table('<u>x</u>', 1)]));
    await keep(HOSTILE, 3, [table('x', 1)]);
    const { storage } = app;
    const em = app.history.em.fork();
    const reason = 'the <audit> of 2026';
    await pinBackup({ em, storage, now: new Date() }, ids[1]!, { kind: 'pin', reason, by: 'token <x>' });
    await em.nativeUpdate(Backup, { id: ids[3]! }, { damage: 'its bytes have changed' });
    await scheduleNow(app, [ids[2]!]);
    expect((await removeNow(app)).removed).to.equal(1);
    const times = (days: number) => ({ started_at: ago(days).toISOString(), ended_at: ago(days, 1).toISOString() });
    const done = sampleOutcome('pt_xyz', { backup_id: ids[15]!, ...times(2) });
    const failure = sampleFailure('pt_xyz', {
      ...{ message: 'Access denied for <i>sade</i>', advice: "GRANT SELECT ON `pt_xyz`.* TO 'sade'@'%';" },
      ...times(1),
    });
    await report(sampleRun(['pt_xyz'], { ...times(2), outcomes: [done] }));
    const lie = sampleOutcome('pt_xyz', { backup_id: ids.at(-1)! + 1, ...times(3) });
    await report(sampleRun(['pt_xyz'], { ...times(3), outcomes: [lie] }));
    await report(sampleRun(['pt_xyz'], { ...times(1), outcomes: [failure], exit_code: 2 }));
    await addToRoster(app.history, ['pt_new'], { at: ago(3), source: 'db7' });
    await evaluateFreshness({ em, storage, configuration: configurationOf(CONFIGURATION), now: new Date() });
  });
  after(() => app[Symbol.asyncDispose]());

  async function report(run: object) {
    const headers = { ...headersOf('boss'), 'content-type': 'application/json' };
    const { status, text } = await request(`${app.url}/-/runs`, { method: 'POST', headers, body: JSON.stringify(run) });
    expect(status, text).to.equal(201);
  }

  const path = (name: string, query = '') => `/-/ui/databases/${encodeURIComponent(name)}${query}`;
  const read = async (name: string, query = '') => textOf(await boss.get(path(name, query)));

  it('says whether the database keeps its contract, and when the next backup is due', async () => {
    const text = await read('pt_xyz');
    expect(text).to.match(/It has its complete backup\. The next one is due in \d+ hours \(.* GMT\+7 \)\./);
    expect(text).to.contain('a complete backup every 1d (from defaults), grace 2h (from defaults)');
    expect(text).to.match(new RegExp(`Newest complete backup Backup ${ids[17]}`));
  });

  it('shows what needs someone: a loss that no one has accepted, the last attempt that failed', async () => {
    const page = await boss.get(path('pt_xyz'));
    const text = textOf(page);
    expect(page.text).to.contain('<p class="note worth warn">').and.contain('<title>(2) Database pt_xyz');
    expect(text).to.match(/The last attempt failed \d+ hours ago : Access denied for <i>sade<\/i> GRANT SELECT ON/);
    expect(text).to.contain('It has lost something that no one has accepted : lost since backup');
    expect(text).to.contain('Nothing is removed for now: its newest complete backup');
  });

  it('lists the backups with why each is kept, and those that were removed', async () => {
    const text = await read('pt_xyz');
    expect(text).to.contain('Kept because');
    expect(text).to.match(/newest of day \d{4}-\d\d-\d\d \(daily \d of 3\)/);
    expect(text).to.contain('removals are held; without that it would be removed: no rule of its policy keeps it');
    expect(text).to.contain('pinned: the <audit> of 2026');
    expect(text).to.match(/complete removed none .* removed .* by retention: goes because a test says so/);
    expect(text).to.contain('damaged');
    expect(text).to.contain('loss not accepted');
  });

  it('lists older backups on the next page', async () => {
    for (let day = 40; day > 0; day--) await oneOfMany(ago(day).toISOString());
    const first = await boss.get(path('pt_many'));
    const [, next] = /rel="next" href="([^"#]+)#backups"/.exec(first.text)!;
    const second = await boss.get(next!);
    const rows = ({ text }: { text: string }) =>
      /<table class="backups">.*?<\/table>/s.exec(text)![0].match(/<tr/g)!.length - 1;
    expect([rows(first), rows(second)]).to.deep.equal([30, 10]);
    expect(second.text).to.contain('Newest backups').and.not.contain('rel="next"');
    for (const before of ['x', String(ids[0])])
      expect((await boss.get(path('pt_many', `?before=${before}`))).status, before).to.equal(422);
  });

  async function oneOfMany(takenAt: string) {
    await upload(app.url, sampleZip({ database: 'pt_many', takenAt }), { headers: headersOf('boss') });
  }

  it('draws size, rows and duration, marks what is not as it should be, and has the same as a table', async () => {
    const { text } = await boss.get(path('pt_xyz'));
    expect(text.match(/<svg class="series"/g)).to.have.length(3);
    expect(text).to.match(/aria-label="Rows: from 1,010 to 2,001, at last 2,001"/);
    expect(text).to.contain('class="point damaged"').and.contain('class="point warning"');
    expect(text).to.match(/aria-label="Duration, [^"]*: from 20 s to 20 s/);
    const [series] = /<details id="series-table">.*?<\/details>/s.exec(text)!;
    expect(series.match(/<tr>/g)).to.have.length(1 + ids.length);
    expect(series).to.not.match(/\sstyle=/);
  });

  it('shows what the newest backup has lost and gained against the last complete one before it', async () => {
    const text = await read('pt_xyz');
    expect(text).to.contain(`Backup ${ids[17]} beside the last complete one before it, Backup ${ids[16]} :`);
    expect(text).to.contain('Lost: 1 object (table faktur)');
    expect(text).to.contain('Gained: 2 objects (table <u>x</u>, table barang)');
    expect(text).to.contain('Rows in all: 1,026 → 2,001');
  });

  it('shows the last attempts, each failure with what to do, and leads to no backup of another database', async () => {
    const { text } = await boss.get(path('pt_xyz'));
    const [attempts] = /<table class="attempts">.*?<\/table>/s.exec(text)!;
    const links = [...attempts.matchAll(/\/backups\/(\d+)/g)].map(([, id]) => Number(id));
    expect(links).to.deep.equal([ids[15]]);
    expect(textOf({ text })).to.match(
      /failed at the dump .*Access denied for <i>sade<\/i> GRANT SELECT ON `pt_xyz`\.\* TO 'sade'@'%';/,
    );
  });

  it('is there for a database that was never backed up, with what to do', async () => {
    const text = await read('pt_new');
    expect(text).to.contain('It was never backed up On db7, check what a backup needs, then make one:');
    expect(text).to.contain('sade doctor --only pt_new').and.contain('sade backup --only pt_new');
    expect(text).to.match(/It has never had a complete backup\. The first one was due|No complete backup counts yet/);
  });

  it('shows what needs someone: an open alarm with what to do, and a newest backup that is not complete', async () => {
    expect(await read('pt_many')).to.contain('What needs someone Its newest backup is not complete: unverified .');
    const now = new Date();
    const row = {
      ...{ kind: 'incomplete', subject: 'pt_many', alarmKey: 'incomplete:pt_many', openKey: 'incomplete:pt_many' },
      ...{ groupKey: 'x', databaseName: 'pt_many', source: null, severity: 'warning', since: now, openedAt: now },
      ...{ toldCount: 0, summary: 'The newest backup of <pt_many> is incomplete', detail: '{"advice":"Look <here>"}' },
    };
    await app.history.em.fork().insert(Alarm, row as never);
    const { text } = await boss.get(path('pt_many'));
    expect(textOf({ text })).to.contain('The newest backup of <pt_many> is incomplete Look <here>');
    expect(text).to.not.match(/<pt_many>|<here>|Its newest backup is/);
  });

  it('shows what its newest backup lacks, with the statement that fixes it to be copied', async () => {
    const zip = sampleZip({ database: 'pt_gap', takenAt: ago(0).toISOString() });
    const grant = 'GRANT TRIGGER ON `pt_gap`.* TO lumbung@localhost;';
    const manifest = sampleManifest(zip, { findings: [finding('TRIGGERS_NOT_GRANTED', 'lacks <TRIGGER>', grant)] });
    await upload(app.url, zip, { manifest, headers: headersOf('boss') });
    const { text } = await boss.get(path('pt_gap'));
    expect(textOf({ text })).to.match(
      /What needs someone Backup \d+ TRIGGERS_NOT_GRANTED lacks <TRIGGER> GRANT TRIGGER/,
    );
    expect(text).to.contain('<pre tabindex="0" id="fix-0"><code>GRANT TRIGGER ON').and.not.contain('<TRIGGER>');
  });

  it('says that a backup is due while its grace goes on', async () => {
    const times = { state: 'ok' as const, dueAt: ago(0, 30), lateAt: ago(-1) };
    await app.history.em.fork().nativeUpdate(WatchedDatabase, { databaseName: 'pt_new' }, times);
    expect(await read('pt_new')).to.match(
      /The next complete backup was due 30 minutes ago \(.*\)\. It is late from .* GMT\+7 on\./,
    );
  });

  it('escapes what strangers have written', async () => {
    for (const name of [HOSTILE, 'pt_xyz']) {
      const { text, status } = await boss.get(path(name));
      expect(status).to.equal(200);
      expect(text).to.not.match(/<b onclick|<audit>|<u>x|<i>sade|token <x>/);
    }
    expect(textOf(await boss.get(path(HOSTILE)))).to.match(/^pt_<b onclick="x\(\)">'&" /);
  });

  it('is in Indonesian for those who read that', async () => {
    const text = textOf(await browserOf(app, 'reader', 'id').get(path('pt_xyz')));
    expect(text).to.contain('Cadangan lengkapnya ada.').and.contain('Disimpan karena');
    expect(text).to.contain('Hilang: 1 objek (tabel faktur)');
    expect(text).to.match(/terbaru pada harinya \(\d dari 3\)/);
  });

  it('looks the same for a hidden database and for one that is not there', async () => {
    const curious = browserOf(app, 'curious');
    const seen = async (name: string) => {
      const { status, text } = await curious.get(path(name));
      return { status, text: text.replaceAll(name, 'NAME').replace(/Request [\w-]+|Made [^<]*/g, '') };
    };
    const missing = await seen('pt_abc');
    expect(missing.status).to.equal(404);
    for (const name of ['pt_xyz', 'pt_new']) expect(await seen(name), name).to.deep.equal(missing);
  });

  describe('decides', () => {
    const send = async (form: string, fields: Record<string, string>, name = 'pt_new') =>
      browserOf(app, 'operator').post(`${path(name)}/${form}`, fields, path(name));

    it('a pause until a time in the zone of the page, and its end', async () => {
      const until = ago(-5).toISOString().slice(0, 10);
      const { status, location, text } = await send('pause', {
        pause_until: `${until}T12:00`,
        pause_reason: '<moves>',
      });
      expect([status, location], text).to.deep.equal([303, path('pt_new')]);
      expect(await read('pt_new')).to.match(/Paused until .*, 12:00 GMT\+7 by token operator: <moves>/);
      expect((await send('resume', {})).status).to.equal(303);
      expect(await read('pt_new')).to.not.contain('Paused until');
      const again = await send('resume', {});
      expect(again.status).to.equal(409);
      expect(textOf(again)).to.contain('Nothing was changed. The database pt_new is neither paused nor retired');
      for (const action of ['pause', 'resume'])
        expect(await auditOf(app, action)).to.deep.include({
          ...{ token: 'operator', backupId: null, database: 'pt_new', result: 'done' },
        });
    });

    it('a retirement', async () => {
      expect((await send('retire', { retire_reason: 'the client has left' })).status).to.equal(303);
      expect(await read('pt_new')).to.match(/Retired .* by token operator: the client has left/);
      const refused = await send('pause', { pause_until: ago(-5).toISOString().slice(0, 16), pause_reason: 'x' });
      expect(refused.status).to.equal(409);
      expect(textOf(refused)).to.contain('The database pt_new is retired: resume it first.');
      expect((await send('resume', {})).status).to.equal(303);
    });

    it('nothing with a mistake: the form comes back with it beside its field, and with what was typed', async () => {
      const far = await send('pause', { pause_until: FAR, pause_reason: 'typed <text>' });
      expect(far.status).to.equal(422);
      expect(far.text).to.contain('id="pause_until-mistake">It must be within the next 90 days.');
      expect(far.text).to.contain(`value="${FAR}"`).and.contain('value="typed &lt;text&gt;"');
      const none = await send('pause', { pause_until: 'soon', pause_reason: 'x' });
      expect(none.text).to.contain('id="pause_until-mistake">It must be a time such as 2026-11-30T07:05.');
      const empty = await send('retire', { retire_reason: '' });
      expect(empty.text).to.contain(
        'id="retire_reason-mistake">It must be a text of 1 to 1000 characters in one line.',
      );
      expect(empty.text).to.match(/<details class="fold" id="retire" open>/);
    });

    it('nothing for those who may not', async () => {
      expect((await browserOf(app, 'reader').get(path('pt_xyz'))).text).to.not.match(
        /method="post" action="[^"]*\/databases\//,
      );
      for (const form of ['pause', 'resume', 'retire']) {
        const reader = browserOf(app, 'reader');
        expect((await reader.post(`${path('pt_xyz')}/${form}`, {}, path('pt_xyz'))).status).to.equal(403);
        const fields = { pause_until: FAR, pause_reason: 'x', retire_reason: 'x' };
        for (const name of ['pt_xyz', 'pt_abc']) {
          const { status } = await browserOf(app, 'curious').post(`${path(name)}/${form}`, fields, '/-/ui/settings');
          expect(status, `${form} ${name}`).to.equal(404);
        }
      }
    });
  });
});

describe('the page of a database of a service without tokens', () => {
  it('asks who decides, and what is missing comes back beside its field', async () => {
    await using app = await runApp(historyStores[0]!);
    await upload(app.url, sampleZip());
    const browser = new BrowserHere(app.url);
    const send = (by: string) =>
      browser.post('/-/ui/databases/pt_xyz/retire', { retire_reason: 'it moved', retire_by: by }, PAGE);
    const refused = await send('');
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('id="retire_by-mistake">It must be a text of 1 to 255 characters in one line.');
    expect((await send('Budi <b>')).status).to.equal(303);
    expect(textOf(await browser.get(PAGE))).to.match(/Retired .* by Budi <b>: it moved/);
  });

  const PAGE = '/-/ui/databases/pt_xyz';
});
