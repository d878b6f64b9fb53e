import { expect } from 'chai';
import { upload } from '../../../../testing/service/requests.ts';
import type { RunningApp } from '../../../../testing/service/running-app.ts';
import { browserOf, headersOf, runWithViewers, textOf } from '../../../../testing/service/web-scene.ts';
import { sampleManifest } from '../../../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../../../testing/zips/sample-zip.ts';
import { Backup } from '../../../entities/backup.entity.ts';

const PAGE = '/-/ui/settings/policies';

describe('the page of the policies', () => {
  let app: RunningApp;
  before(async () => {
    app = await runWithViewers({
      configuration: {
        timezone: 'Asia/Jakarta',
        groups: { secret_client: { databases: ['pt_*'], every: '6h', retention: 'long' } },
        databases: { acme_erp: { retention: 'of_acme' } },
        retention: {
          policies: {
            default: { daily: 14, last: 3 },
            long: { daily: 4000 },
            of_acme: { daily: 9 },
            of_other: { daily: 8 },
          },
        },
      },
    });
    for (let day = 1; day <= 10; day += 1) {
      const takenAt = `2026-10-${String(day).padStart(2, '0')}T18:30:00Z`;
      const zip = sampleZip({ takenAt });
      await upload(app.url, zip, { manifest: sampleManifest(zip), headers: headersOf('boss') });
    }
    // As if each had come in its night: what comes long after its dump displaces no other.
    const em = app.history.em.fork();
    for (const backup of await em.find(Backup, { id: { $gt: 0 } }))
      await em.nativeUpdate(Backup, { id: backup.id }, { receivedAt: backup.takenAt! });
  });
  after(() => app[Symbol.asyncDispose]());

  const simulate = (query: string, viewer: 'boss' | 'curious' = 'boss', language = 'en') =>
    browserOf(app, viewer, language).get(`${PAGE}?${query}`);
  const ZERO = 'hourly=0&weekly=0&monthly=0&yearly=0&last=0';

  it('shows how often backups are due and what each policy keeps, in words', async () => {
    const text = textOf(await simulate(''));
    expect(text).to.contain('A complete backup is due every 1 d, and is late 2 h after that.');
    expect(text).to.contain('secret_client pt_* every 6 h long');
    expect(text).to.match(/default \(for all that have no other\) 3 – 14 – – – Asia\/Jakarta/);
    expect(text).to.contain('Off: nothing is removed by itself.');
  });

  it('draws what a policy would keep, by the rules of the retention, and changes nothing', async () => {
    const { text, status } = await simulate(`database=pt_xyz&${ZERO}&daily=4`);
    expect(status).to.equal(200);
    expect(text).to.contain('6 of 10 backups would be removed');
    const struck = [...text.matchAll(/<td class="goes" title="([^"]+)"/g)].map(([, title]) => title);
    // The evening in UTC is the next day in Jakarta.
    expect(struck).to.deep.equal([2, 3, 4, 5, 6, 7].map(day => `${day} Oct 2026: 0 stay, 1 to be removed`));
    expect(text.match(/<td class="stays"/g)).to.have.length(4);
    expect(text).to.contain('no rule of its policy keeps it');
    expect(await app.history.em.fork().count(Backup, { removalDue: { $ne: null } })).to.equal(0);
    expect(textOf(await simulate(`database=pt_xyz&${ZERO}&daily=4`, 'boss', 'id'))).to.contain(
      'Dari 10 cadangan 6 akan dihapus',
    );
  });

  it('always keeps three complete ones, in the days of the zone that is asked for', async () => {
    const { text } = await simulate(`database=pt_xyz&${ZERO}&daily=1&timezone=America/New_York`);
    expect(text).to.contain('7 of 10 backups would be removed');
    expect(text).to.contain('title="1 Oct 2026: 0 stay, 1 to be removed"');
    expect((await simulate('database=pt_xyz&timezone=aMERICA/new_york')).text).to.contain('value="America/New_York"');
  });

  it('begins with the numbers that hold for the database', async () => {
    const { text } = await simulate('database=pt_xyz');
    expect(text).to.contain('id="daily" name="daily" value="4000"');
    expect(text).to.contain('None of 10 backups would be removed');
  });

  it('names what is wrong beside its field, and simulates nothing then', async () => {
    for (const [query, field] of [
      ['daily=-1', 'daily'],
      ['daily=1.5', 'daily'],
      ['yearly=100001', 'yearly'],
      ['timezone=Nowhere/City', 'timezone'],
    ] as const) {
      const { status, text } = await simulate(`database=pt_xyz&${query}`);
      expect(status, query).to.equal(400);
      expect(text, query).to.contain(`id="${field}-mistake"`).and.not.contain('class="calendar"');
    }
  });

  it('shows one with a scope the policies of its databases alone: the names of the others may be those of clients', async () => {
    const policies = async (viewer: 'boss' | 'curious') =>
      [...(await simulate('', viewer)).text.matchAll(/<tr><th scope="row">(default|long|of_acme|of_other)\b/g)].map(
        ([, name]) => name,
      );
    expect(await policies('boss')).to.deep.equal(['default', 'long', 'of_acme', 'of_other']);
    expect(await policies('curious'), 'no database is known').to.deep.equal(['default']);
    const zip = sampleZip({ database: 'acme_erp' });
    await upload(app.url, zip, { headers: headersOf('boss') });
    expect(await policies('curious')).to.deep.equal(['of_acme']);
  });

  it('shows one with a scope nothing of other databases: neither backups, nor groups, nor their policy', async () => {
    const hidden = await simulate('database=pt_xyz', 'curious');
    const missing = await simulate('database=pt_abc', 'curious');
    expect([hidden.status, missing.status]).to.deep.equal([404, 404]);
    expect(textOf(hidden)).to.equal(textOf(missing));
    expect(hidden.text.replaceAll('pt_xyz', 'pt_abc')).to.contain('value="14"').and.not.contain('4000"');
    expect(textOf(hidden)).to.not.contain('secret_client');
  });
});
