import { expect } from 'chai';
import { request, upload } from '../../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { sampleDrill } from '../../../testing/service/sample-reports.ts';
import { sampleManifest } from '../../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';
import { Service } from '../../service/service.ts';
import { describeStored } from './describe-stored.ts';

describe('a stored backup that is to be restored', () => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(historyStores[0]!);
  });
  after(() => app[Symbol.asyncDispose]());

  it('comes with a note when a drill found it not restorable, until a later drill is good', async () => {
    const zip = sampleZip({ database: 'shop' });
    const { json } = await upload(app.url, zip, { manifest: sampleManifest(zip) });
    const backup = { id: json.data.id, file_name: zip.fileName, zip_sha256: zip.sha256 };
    const notes = async (fields?: object) => {
      const body = fields && JSON.stringify(sampleDrill({ database: 'shop', backup, ...fields }));
      const headers = { 'content-type': 'application/json' };
      if (body) expect((await request(`${app.url}/-/drills`, { method: 'POST', headers, body })).status).to.equal(201);
      const asked = { id: backup.id, label: 'shop', isNamed: true };
      return (await describeStored(new Service({ server: new URL(`${app.url}/`) }), asked)).notes;
    };
    expect(await notes()).to.deep.equal([]);
    const failed = { outcome: 'not_restorable', reason: 'the view laba is missing' };
    const [note, ...more] = await notes(failed);
    expect(note).to.match(/^backup \d+ was not restorable in the drill of .*: the view laba is missing$/);
    expect(more).to.deep.equal([]);
    expect(await notes({ outcome: 'could_not_test', reason: 'no mariadbd' })).to.have.lengthOf(1);
    expect(await notes({})).to.deep.equal([]);
  });
});
