import { expect } from 'chai';
import { upload } from '../../../../testing/service/requests.ts';
import type { RunningApp } from '../../../../testing/service/running-app.ts';
import { auditOf, browserOf, headersOf, runWithViewers, textOf } from '../../../../testing/service/web-scene.ts';
import { sampleManifest, table } from '../../../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../../../testing/zips/sample-zip.ts';

const NEXT_YEAR = new Date().getUTCFullYear() + 1;

describe('a decision about a backup on its page', () => {
  let app: RunningApp;
  let id: number;
  let shrunk: number;

  before(async () => {
    app = await runWithViewers({ configuration: { timezone: 'Asia/Jakarta' } });
    id = await keep('2026-11-20', [table('faktur', 5000)]);
    shrunk = await keep('2026-11-21', [table('barang', 5000)]);
  });
  after(() => app[Symbol.asyncDispose]());

  async function keep(day: string, tables: ReturnType<typeof table>[]): Promise<number> {
    const zip = sampleZip({ takenAt: `${day}T01:30:00Z` });
    const manifest = sampleManifest(zip, { inventory: { tables } });
    const { json } = await upload(app.url, zip, { manifest, headers: headersOf('boss') });
    return json.data.id;
  }

  const operator = () => browserOf(app, 'operator');
  const pageOf = (backup = id) => `/-/ui/backups/${backup}`;
  const read = async (backup = id) => textOf(await operator().get(pageOf(backup)));

  async function send(form: string, fields: Record<string, string>, backup = id) {
    const { status, location, text } = await operator().post(`${pageOf(backup)}/${form}`, fields, pageOf(backup));
    return { status, location, text };
  }

  async function expectDone(form: string, fields: Record<string, string> = {}, backup = id) {
    const { status, location, text } = await send(form, fields, backup);
    expect([status, location], text).to.deep.equal([303, `${pageOf(backup)}#decide`]);
  }

  async function expectAudited(action: string, backup = id) {
    const entry = { token: 'operator', backupId: String(backup), database: 'pt_xyz', result: 'done' };
    expect(await auditOf(app, action)).to.deep.include(entry);
  }

  it('is a pin until a time in the zone of the page, which someone ends', async () => {
    await expectDone('pin', { pin_reason: 'the <audit>', pin_until: `${NEXT_YEAR}-01-31T12:00` });
    expect(await read()).to.match(
      new RegExp(`Pin by token operator, .*: the <audit>\\. until 31 Jan ${NEXT_YEAR}, 12:00 GMT\\+7`),
    );
    expect(await read()).to.contain(`would keep it: pinned until ${NEXT_YEAR}-01-31: the <audit>`);
    expect((await send('pin', { pin_reason: 'again' })).status).to.equal(409);
    await expectDone('unpin');
    expect(await read()).to.contain('ended by token operator');
    await expectAudited('pin');
    await expectAudited('unpin');
  });

  it('is a legal hold, which someone releases', async () => {
    await expectDone('hold', { hold_reason: 'the court' });
    expect(await read()).to.match(/Legal hold by token operator, .*: the court\./);
    const refused = await send('forget', { forget_reason: 'old', forget_confirmed: 'on' });
    expect(refused.status).to.equal(409);
    expect(textOf(refused)).to.contain("is under a legal hold: it can't go before that is released");
    await expectDone('release');
    await expectAudited('hold');
    await expectAudited('release');
  });

  it('is a removal with a reason that was confirmed, and that is taken back', async () => {
    await expectDone('forget', { forget_reason: 'a test', forget_confirmed: 'on' });
    expect(await read()).to.match(
      /It will be removed .*, by token operator: a test\. It can be taken back until then\./,
    );
    await expectDone('take-back');
    expect(await read()).to.not.contain('It will be removed');
    await expectAudited('forget');
    await expectAudited('take_back');
  });

  it('is a loss that someone accepts, with a reason and the name of the token', async () => {
    const empty = await send('accept', { accept_reason: ' ' }, shrunk);
    expect([empty.status, empty.text.includes('id="accept_reason-mistake">It must say why.')]).to.deep.equal([
      422,
      true,
    ]);
    await expectDone('accept', { accept_reason: 'faktur was moved' }, shrunk);
    expect(await read(shrunk)).to.match(/Its loss was accepted .* by token operator: faktur was moved/);
    await expectAudited('accept', shrunk);
    expect(await read(shrunk)).to.not.contain('Accept the loss');
  });

  it('comes back with its mistake beside the field, and with what was typed', async () => {
    const until = await send('pin', { pin_reason: 'kept "text"', pin_until: '2020-01-01T00:00' });
    expect(until.status).to.equal(422);
    expect(until.text).to.contain('value="kept &quot;text&quot;"').and.contain('value="2020-01-01T00:00"');
    expect(until.text).to.match(
      /aria-describedby="pin_until-mistake" aria-invalid="true"[^>]*>.*?<strong class="mistake" id="pin_until-mistake">It must be a time in the future/s,
    );
    expect(until.text).to.match(/<details class="fold" id="pin" open>/);
    const [reason, noTime, unconfirmed] = [
      await send('hold', { hold_reason: ' ' }),
      await send('pin', { pin_reason: 'x', pin_until: 'tomorrow' }),
      await send('forget', { forget_reason: 'typed' }),
    ];
    expect([reason, noTime, unconfirmed].map(({ status }) => status)).to.deep.equal([422, 422, 422]);
    expect(reason.text).to.contain('id="hold_reason-mistake">It must be a text of 1 to 1000 characters.');
    expect(noTime.text).to.contain('id="pin_until-mistake">It must be a time such as 2026-11-30T07:05.');
    expect(unconfirmed.text)
      .to.contain('id="forget_confirmed-mistake">It must be ticked.')
      .and.contain('value="typed"');
    const indonesian = browserOf(app, 'operator', 'id');
    const { text } = await indonesian.post(`${pageOf()}/hold`, { hold_reason: '' }, pageOf());
    expect(text).to.contain('Harus berupa teks dari 1 sampai 1000 karakter.');
    expect((await read()).match(/Legal hold by token/g), 'nothing more is held').to.have.length(1);
  });

  it('lets the last complete backup go only for one who ticks that, too', async () => {
    const zip = sampleZip({ database: 'pt_one', takenAt: '2026-11-20T01:30:00Z' });
    const manifest = sampleManifest(zip);
    const { json } = await upload(app.url, zip, { manifest, headers: headersOf('boss') });
    const only = json.data.id;
    const fields = { forget_reason: 'all of it', forget_confirmed: 'on' };
    const refused = await send('forget', fields, only);
    expect(refused.status).to.equal(409);
    expect(textOf(refused)).to.contain('is the last complete backup of its database');
    await expectDone('forget', { ...fields, forget_evenLast: 'on' }, only);
  });

  it('is offered only to those who may decide it, and refused to all others', async () => {
    const forms = ['pin', 'unpin', 'hold', 'release', 'accept', 'forget', 'take-back'];
    const page = await browserOf(app, 'reader').get(pageOf());
    expect(page.text).to.not.match(/method="post" action="[^"]*\/backups\//);
    for (const form of forms) {
      const reader = browserOf(app, 'reader');
      expect((await reader.post(`${pageOf()}/${form}`, {}, pageOf())).status, form).to.equal(403);
      const curious = browserOf(app, 'curious');
      const fields = { [`${form}_reason`]: 'x', forget_confirmed: 'on' };
      const [hidden, missing] = [
        await curious.post(`${pageOf()}/${form}`, fields, '/-/ui/settings'),
        await curious.post(`${pageOf(9)}/${form}`, fields, '/-/ui/settings'),
      ];
      expect([hidden.status, missing.status], form).to.deep.equal([404, 404]);
    }
    expect(await read()).to.contain('ended by token operator');
  });

  it('is refused without the token of the page', async () => {
    const { status } = await operator().post(`${pageOf()}/pin`, { pin_reason: 'x' });
    expect(status).to.equal(403);
  });
});
