import { expect } from 'chai';
import { request, upload } from '../../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { sampleDrill } from '../../../testing/service/sample-reports.ts';
import { sampleManifest } from '../../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';
import { ConfigurationError } from '../../errors.ts';
import { Service } from '../../service/service.ts';
import { chooseStored, type StoredChoice } from './choose-stored.ts';

describe('the choice among stored backups, where a drill could not restore the newest one', () => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(historyStores[0]!);
  });
  after(() => app[Symbol.asyncDispose]());

  const stored = async (database: string, takenAt: string) => {
    const zip = sampleZip({ database, takenAt });
    const { json } = await upload(app.url, zip, { manifest: sampleManifest(zip) });
    return { id: json.data.id as number, file_name: zip.fileName, zip_sha256: zip.sha256 };
  };
  const drill = async (database: string, backup: Awaited<ReturnType<typeof stored>>, fields: object = {}) => {
    const body = JSON.stringify(sampleDrill({ database, backup, ...fields }));
    const headers = { 'content-type': 'application/json' };
    expect((await request(`${app.url}/-/drills`, { method: 'POST', headers, body })).status).to.equal(201);
  };
  const FAILED = { outcome: 'not_restorable', reason: 'the view laba is missing' };
  const choose = (label: string, ask?: StoredChoice['ask']) =>
    chooseStored({
      ...{ service: new Service({ server: new URL(`${app.url}/`) }), label, isForced: false, ask },
      at: { kind: 'latest' },
    });
  const refusal = async (label: string) => {
    const error = await choose(label).catch((error: unknown) => error);
    if (!(error instanceof ConfigurationError)) throw error;
    return `${error.message} ${error.advice}`;
  };

  it('is a question that names both, and a refusal without a person, until a drill of it is good', async () => {
    const older = await stored('shop', '2026-10-01T00:00:00Z');
    const newer = await stored('shop', '2026-10-02T00:00:00Z');
    await drill('shop', newer, FAILED);
    expect(await refusal('shop'))
      .to.match(
        new RegExp(`backup ${newer.id} of shop \\(.*\\) was not restorable in the drill of .*: the view laba`, 'i'),
      )
      .and.contain(`sade show ${newer.id} shows what differs`)
      .and.contain(`--at ${older.id} (the newest that no drill found not restorable) or --at ${newer.id} (`);
    const asked: string[] = [];
    const answered = (answer: number) =>
      choose('shop', async (question, choices) => {
        asked.push(question, ...choices);
        return answer;
      });
    const { from, notes } = await answered(0);
    expect(from).to.deep.equal({ id: older.id });
    expect(notes.join('\n')).to.contain(`newer, but its drill could not restore it: backup ${newer.id} (`);
    expect(asked.join('\n')).to.contain('the view laba is missing. Which one?').and.contain(`backup ${older.id}, `);
    expect((await answered(1)).from).to.deep.equal({ id: newer.id });
    await drill('shop', newer);
    expect((await choose('shop')).from).to.deep.equal({ id: newer.id });
  });

  it('is a refusal where there is no other, with the way to take it anyway', async () => {
    const only = await stored('alone', '2026-10-01T00:00:00Z');
    await drill('alone', only, FAILED);
    expect(await refusal('alone'))
      .to.match(/the only complete backup of alone there, \d+ \(.*\), was not restorable in the drill/i)
      .and.contain(`To restore it: --at ${only.id}`);
  });
});
