import { hash } from 'node:crypto';
import type { Principal } from '../../server/auth/principal.ts';
import { BrowserHere, type Shown } from './browser-here.ts';
import { request } from './requests.ts';
import { type HistoryStore, historyStores, type Overrides, type RunningApp, runApp } from './running-app.ts';

/** Who looks at the dashboard in a test: each name is the text of a token, too. */
const PRINCIPALS = {
  boss: { tokenId: 1, name: 'boss', role: 'admin', scope: ['*'] },
  operator: { tokenId: 2, name: 'operator', role: 'operator', scope: ['*'] },
  reader: { tokenId: 3, name: 'reader', role: 'read', scope: ['*'] },
  curious: { tokenId: 4, name: 'curious', role: 'operator', scope: ['acme_*'] },
} as const satisfies Record<string, Principal>;

export type Viewer = keyof typeof PRINCIPALS;

/** The service with a few tokens. @param overrides of the app @param store SQLite when left out */
export function runWithViewers(
  overrides: Overrides = {},
  store: Pick<HistoryStore, 'name' | 'url'> = historyStores[0]!,
): Promise<RunningApp> {
  const find = async (text: string) =>
    Object.hasOwn(PRINCIPALS, text) ? { principal: PRINCIPALS[text as Viewer] } : { refusal: 'no token is known' };
  const access = {
    isOpen: async () => false,
    find,
    findByHash: async (shown: string) => {
      const text = Object.keys(PRINCIPALS).find(one => hash('sha256', one) === shown);
      return text === undefined ? { refusal: 'no token is known' } : find(text);
    },
    refusesForwarded: false,
  };
  return runApp(store, { access, ...overrides });
}

/** @returns the headers with which a viewer sends requests */
export function headersOf(viewer: Viewer): { authorization: string } {
  return { authorization: `Bearer ${viewer}` };
}

/** @returns what shows pages to a viewer, and sends the forms on them */
export function browserOf({ url }: Pick<RunningApp, 'url'>, viewer: Viewer, language = 'en'): BrowserHere {
  return new BrowserHere(url, { ...headersOf(viewer), 'accept-language': language });
}

/** @returns the entries of the audit trail about an action, newest first */
export async function auditOf(app: RunningApp, action: string): Promise<object[]> {
  await app.audit.checkStored();
  const entries = `auditEntries(first: 100, filter: { action: ${action} }) { nodes { token backupId database result } }`;
  const headers = { ...headersOf('boss'), 'content-type': 'application/json' };
  const body = JSON.stringify({ query: `{ ${entries} }` });
  const { json, text } = await request(`${app.url}/graphql`, { method: 'POST', headers, body });
  if (!json.data) throw new Error(text);
  return json.data.auditEntries.nodes;
}

/** @returns the text of a page as it is read, without its head, its frame and its tags */
export function textOf({ text }: Pick<Shown, 'text'>): string {
  const [, main = ''] = /<main[^>]*>(.*)<\/main>/s.exec(text) ?? [];
  const plain = main.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', '#39': "'", '#96': '`', amp: '&' };
  return plain.replace(/&(lt|gt|quot|#39|#96|amp);/g, (_, name: string) => entities[name]!).trim();
}
