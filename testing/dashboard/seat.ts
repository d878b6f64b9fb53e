import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { foreign, type PageRecord, recordPages } from '../browser/browser.ts';
import type { Morning } from './mornings.ts';

/** How someone looks at the dashboard. */
export interface Viewing {
  readonly width: 390 | 1440;
  readonly language: 'en' | 'id';
  readonly scheme: 'light' | 'dark';
  readonly hasScripts: boolean;
}

export const USUAL: Viewing = { width: 1440, language: 'en', scheme: 'light', hasScripts: true };

/** What axe-core complains about: the rule, and where. */
export interface Complaint {
  readonly rule: string;
  readonly where: string;
  readonly what: string;
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Counts how far things have moved behind the first paint. */
const WATCH_SHIFTS = `window.shifts = [];
new PerformanceObserver(list => {
  for (const { value, sources } of list.getEntries())
    shifts.push(value.toFixed(4) + ' ' + sources.map(({ node }) => node?.outerHTML?.slice(0, 80) ?? node?.nodeName));
}).observe({ type: 'layout-shift', buffered: true });`;

/** Someone before a browser that shows the dashboard of a morning: one page, in a context of its own. */
export class Seat implements AsyncDisposable {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #record: PageRecord;
  readonly #url: string;
  readonly #weights: Array<Promise<{ readonly path: string; readonly bytes: number }>> = [];

  private constructor(context: BrowserContext, page: Page, url: string, record: PageRecord) {
    [this.#context, this.page, this.#url, this.#record] = [context, page, url, record];
    context.on('requestfinished', request => {
      const path = new URL(request.url()).pathname;
      this.#weights.push(request.sizes().then(({ responseBodySize: bytes }) => ({ path, bytes })));
    });
  }

  static async take(browser: Browser, { url }: Pick<Morning, 'url'>, look: Partial<Viewing> = {}): Promise<Seat> {
    const { width, language, scheme, hasScripts } = { ...USUAL, ...look };
    const context = await browser.newContext({
      viewport: { width, height: width === 390 ? 844 : 900 },
      ...{ locale: language === 'en' ? 'en-GB' : 'id-ID', timezoneId: 'Asia/Jakarta' },
      ...{ colorScheme: scheme, reducedMotion: 'reduce', javaScriptEnabled: hasScripts },
    });
    context.setDefaultTimeout(8_000);
    const record = recordPages(context);
    if (hasScripts) {
      // The service's morning is the browser's, too.
      await context.clock.setFixedTime(new Date());
      await context.addInitScript(WATCH_SHIFTS);
    }
    return new Seat(context, await context.newPage(), url, record);
  }

  /** @param path below the dashboard, or from the root */
  async open(path: string): Promise<number> {
    const answer = await this.page.goto(
      this.#url + (path.startsWith('/-/ui') ? path : `/-/ui${path === '/' ? '' : path}`),
    );
    return answer?.status() ?? 0;
  }

  /** Pastes a token, as one does once a week. */
  async signIn(token: string): Promise<void> {
    if (!this.page.url().includes('/sign-in')) await this.open('/');
    await this.page.locator('input[name=token]').fill(token);
    await this.page.locator('main form button').click();
    await this.page.waitForURL(url => !url.pathname.endsWith('/sign-in'));
  }

  /** @returns what axe-core finds on the page as it is now */
  async complaints(): Promise<Complaint[]> {
    await this.page.evaluate(AXE);
    const run = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => ({ rule: id, where: html.slice(0, 200), what: failureSummary.slice(0, 300) }))))`;
    return (await this.page.evaluate(run)) as Complaint[];
  }

  /** @returns what has moved since the page was first painted */
  async shifts(): Promise<string[]> {
    return (await this.page.evaluate('window.shifts')) as string[];
  }

  /** @returns by how many pixels the page is wider than the window */
  async overflow(): Promise<number> {
    return (await this.page.evaluate(
      'document.scrollingElement.scrollWidth - document.documentElement.clientWidth',
    )) as number;
  }

  /** @returns what has come over the wire since the last call, each answer with its path and the bytes of its body */
  weights(): Promise<ReadonlyArray<{ readonly path: string; readonly bytes: number }>> {
    return Promise.all(this.#weights.splice(0));
  }

  /** Fails where anything was asked of another origin, or the console has a complaint, such as a breach of the policy. @param except complaints that are meant */
  expectQuiet({ except }: { except?: RegExp } = {}): void {
    expect(
      foreign(
        this.#record.requests.filter(url => !url.startsWith('data:')),
        this.#url,
      ),
    ).to.deep.equal([]);
    expect(this.#record.complaints.filter(text => !except?.test(text))).to.deep.equal([]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
  }
}
