import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';

/** What Debian and others call it. */
const NAMES = ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser', 'chrome'];

/**
 * Starts the system's own Chromium without a window. It finds no other machine, for any request of a page or its own, and
 * goes without its sandbox, which not every machine allows: it shows no page but ours.
 * @param names that lead to this machine for it
 * @throws Error saying what to do when no browser is installed
 */
export function startBrowser({ names = [] }: { names?: readonly string[] } = {}): Promise<Browser> {
  const here = names.map(name => `MAP ${name} 127.0.0.1, `).join('');
  const args = [`--host-resolver-rules=${here}MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`];
  return chromium.launch({ executablePath: findChromium(), args });
}

function findChromium(): string {
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)];
  const found = NAMES.flatMap(name => folders.map(folder => join(folder, name))).find(isExecutable);
  if (found) return found;
  throw new Error(
    `there is no Chromium, neither in /usr/bin nor in PATH (${NAMES.join(', ')}): run scripts/setup test, or install it yourself`,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What the pages of a browser did that can be seen from outside. */
export interface PageRecord {
  /** The URL of everything that they asked for, whether it was had or not. */
  readonly requests: string[];
  /** The errors and warnings of their scripts, and those of the browser about them. */
  readonly complaints: string[];
}

/** Begins to write down what the pages of a context do, their workers too. */
export function recordPages(context: BrowserContext): PageRecord {
  const record: PageRecord = { requests: [], complaints: [] };
  context.on('request', request => record.requests.push(request.url()));
  context.on('page', page => page.on('websocket', socket => record.requests.push(socket.url())));
  context.on('weberror', thrown => record.complaints.push(String(thrown.error())));
  context.on('console', message => {
    if (['error', 'warning'].includes(message.type())) record.complaints.push(message.text());
  });
  return record;
}

/** @returns those of the URLs that lead elsewhere than to this origin */
export function foreign(urls: readonly string[], origin: string): string[] {
  // A blob's origin is that of the page which made it.
  return urls.filter(url => new URL(url).origin.replace(/^ws/, 'http') !== origin);
}
