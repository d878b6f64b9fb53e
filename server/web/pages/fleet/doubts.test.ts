import { rm } from 'node:fs/promises';
import { expect } from 'chai';
import { BrowserHere } from '../../../../testing/service/browser-here.ts';
import { upload } from '../../../../testing/service/requests.ts';
import { historyStores, type RunningApp, runApp } from '../../../../testing/service/running-app.ts';
import { sampleManifest } from '../../../../testing/zips/sample-manifest.ts';
import { sampleZip } from '../../../../testing/zips/sample-zip.ts';
import { ANYONE } from '../../../auth/principal.ts';
import { configurationOf } from '../../../configuration/reading/configuration-of.ts';
import type { JobState } from '../../../jobs/scheduler.ts';
import { DailyTotals } from '../../../statistics/daily-totals.ts';
import type { PageRequest, WebParts } from '../../shell/page.ts';
import { viewFor } from '../../shell/view.ts';
import { FLEET_PAGE } from './fleet-page.ts';

const MINUTE = 60_000;

describe('the sentence of the fleet, while all is well as far as the service knows', () => {
  let app: RunningApp;
  before(async () => {
    app = await runApp(historyStores[0]!);
    const zip = sampleZip({ takenAt: `${new Date().toISOString().slice(0, 19)}Z` });
    expect((await upload(app.url, zip, { manifest: sampleManifest(zip) })).status).to.equal(201);
  });
  after(() => app[Symbol.asyncDispose]());

  /** The page, with the evaluation as it is given. */
  async function shown(state: Partial<JobState>, language: 'en' | 'id' = 'en') {
    const now = new Date();
    const viewer = { language, zone: 'UTC', now, principal: ANYONE, csrfToken: '', base: '' };
    const request: Partial<PageRequest> = { view: viewFor(viewer), em: app.history.em.fork(), scope: ANYONE.scope };
    const { storage, notifications } = app;
    const parts = {
      ...{ storage, notifications, totals: new DailyTotals(app.events) },
      configuration: { current: () => configurationOf({}) },
      scheduler: { status: () => [{ name: 'evaluation', lastError: null, ...state }] },
    };
    const { body, attention } = await FLEET_PAGE.show(
      { ...request, query: new URLSearchParams() } as PageRequest,
      parts as unknown as WebParts,
    );
    return { text: body.text, attention };
  }

  const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE);

  it('is green while the service looks each minute', async () => {
    for (const state of [
      { lastStartedAt: ago(1), lastEndedAt: ago(1) },
      { isRunning: true, lastStartedAt: ago(3), lastEndedAt: null },
      { lastStartedAt: null, lastEndedAt: null },
    ]) {
      const { text, attention } = await shown(state);
      expect(text).to.contain('<h1 class="verdict good">').and.to.not.contain('class="note');
      expect(attention).to.equal(0);
    }
  });

  it('is not green when the service has not looked for a while, cannot, or looks without end, and says since when', async () => {
    for (const state of [
      { lastStartedAt: ago(61), lastEndedAt: ago(60) },
      { isRunning: true, lastStartedAt: ago(60), lastEndedAt: null },
      { lastStartedAt: ago(61), lastEndedAt: ago(-60) },
      { lastStartedAt: ago(1), lastEndedAt: ago(0), lastError: 'The history store is locked' },
    ]) {
      const { text, attention } = await shown(state);
      expect(text).to.contain('<h1 class="verdict warn">').and.to.contain('1 more thing needs you');
      expect(text).to.match(/last did so <time [^>]*>[^<]+<\/time>: what is late/);
      expect(attention).to.equal(1);
    }
    expect((await shown({ lastStartedAt: ago(60), lastEndedAt: null }, 'id')).text).to.contain('terakhir kali <time');
  });

  it('is red when the storage is away', async () => {
    await rm(app.storageDir, { recursive: true, force: true });
    const { text } = await new BrowserHere(app.url).get('/-/ui');
    expect(text).to.contain('<h1 class="verdict bad">').and.to.contain('The storage cannot be reached');
    expect(text).to.contain('<title>(1) ');
  });
});
