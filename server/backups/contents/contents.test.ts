import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { upload } from '../../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../../testing/service/running-app.ts';
import { sampleManifest, table } from '../../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../../testing/zips/sample-zip.ts';
import { Backup } from '../../entities/backup.entity.ts';
import { manifestTurn } from '../losses/manifest-turns.ts';
import { compareContents } from './compare-contents.ts';
import { readContents } from './read-contents.ts';

const WANTED = { kind: 'tables', search: '', by: 'name', skip: 0, limit: 5 } as const;
const LARGE = 5_000_000;

describe('the contents of backups', () => {
  let app: RunningApp;
  const ids: number[] = [];
  before(async () => {
    app = await runApp(historyStores[0]!);
    for (const day of ['20', '21', '22']) {
      const zip = sampleZip({ takenAt: `2026-11-${day}T01:30:00Z` });
      const manifest = sampleManifest(zip, { inventory: { tables: [table('faktur', Number(day))] } });
      ids.push((await upload(app.url, zip, { manifest })).json.data.id);
    }
    const later = JSON.stringify({ manifest_version: 3, contents: [] });
    await app.history.em.fork().nativeUpdate(Backup, { id: ids[2]! }, { manifest: later });
  });
  after(() => app[Symbol.asyncDispose]());

  const stored = (at: number, manifestBytes = LARGE) => ({ id: ids[at]!, manifestBytes });
  const em = () => app.history.em.fork();

  it('are read only while no other large manifest is', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const other = manifestTurn(LARGE, () => promise);
    const done: string[] = [];
    const reading = [
      readContents({ em: em() }, stored(0), WANTED).then(() => done.push('read')),
      compareContents({ em: em() }, { before: stored(0), after: stored(1), search: '', limit: 5 }).then(() =>
        done.push('compared'),
      ),
    ];
    await sleep(50);
    expect(done).to.deep.equal([]);
    resolve();
    await Promise.all([other, ...reading]);
    expect(done).to.deep.equal(['read', 'compared']);
  });

  it('are not known without a manifest, and by one of a later version', async () => {
    expect(await readContents({ em: em() }, stored(0, 0), WANTED)).to.equal(null);
    expect(await readContents({ em: em() }, stored(2), WANTED)).to.equal(null);
    const asked = { search: '', limit: 5 };
    const compare = (before: number, after: number) =>
      compareContents({ em: em() }, { before: stored(before), after: stored(after), ...asked });
    expect(await compare(0, 2)).to.deep.equal({ unknown: 'after' });
    expect(await compare(2, 0)).to.deep.equal({ unknown: 'before' });
    expect(await compare(0, 1)).to.deep.include({
      changed: { all: 1, first: [{ name: 'faktur', before: 20, after: 21 }] },
    });
  });
});
