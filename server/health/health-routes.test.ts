import { statfs } from 'node:fs/promises';
import { expect } from 'chai';
import manifest from '../../package.json' with { type: 'json' };
import { serviceStatus } from '../../protocol/responses.ts';
import { expectError, request, upload } from '../../testing/service/requests.ts';
import { describeOnAnyStore, runApp } from '../../testing/service/running-app.ts';
import { scrubbed } from '../../testing/service/scrubbing.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';

describeOnAnyStore('/-/ready', store => {
  it('is 200 to all who ask at once, and leaves nothing in the history', async () => {
    await using app = await runApp(store);
    const answers = await Promise.all(Array.from({ length: 20 }, () => request(`${app.url}/-/ready`)));
    expect(answers.map(({ status }) => status)).to.deep.equal(Array(20).fill(200));
    expect((await request(app.url)).json.data).to.deep.equal([]);
  });
});

describeOnAnyStore('/-/status', store => {
  it('shows the version, the clock, the space and the last scrub', async () => {
    const before = Date.now();
    await using app = await runApp(store);
    await upload(app.url, sampleZip());
    const scrub = await scrubbed(app.url, '?all=true');
    const asked = Date.now();
    const { status, json } = await request(`${app.url}/-/status`);
    expect(status).to.equal(200);
    const { data } = await serviceStatus.validate(json, { strict: true });
    expect(data).to.deep.include({ version: manifest.version, verify_uploads: true, scrub });
    expect(data.limits).to.deep.equal({ max_upload_bytes: null, max_dump_bytes: 1024 ** 4 });
    expect(Date.parse(data.time)).to.be.within(asked, Date.now());
    expect(Date.parse(data.started_at)).to.be.within(before, asked);
    const { blocks, bavail, bsize } = await statfs(app.storageDir);
    expect(data.storage.total_bytes).to.equal(blocks * bsize);
    // Others write to that disk, too.
    expect(data.storage.free_bytes).to.be.closeTo(bavail * bsize, blocks * bsize * 0.05);
  });

  it('says when the content of uploads is not read', async () => {
    await using app = await runApp(store, { verifyUploads: false });
    expect((await request(`${app.url}/-/status`)).json.data.verify_uploads).to.equal(false);
  });

  it('answers 503 when the disk cannot be read', async () => {
    const space = async () => {
      throw Object.assign(new Error('statfs /srv/backups'), { code: 'ENOENT' });
    };
    await using app = await runApp(store, { storage: { space, checkUsable: async () => {} } as never });
    const answer = await request(`${app.url}/-/status`);
    expectError(answer, 503, 'STORAGE_UNAVAILABLE');
    expect(answer.text).to.not.contain('/srv');
  });
});
