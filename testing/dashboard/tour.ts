import { PAGES } from '../../server/web/all-pages.ts';
import { request } from '../service/requests.ts';
import { bearer } from '../service/tokens.ts';
import type { Morning } from './mornings.ts';

/** So many addresses of each page are looked at: the links on its others are of the same kinds. */
const MOST_OF_A_PAGE = 6;

/** What someone comes to who follows links. */
export interface Tour {
  /** For each route of the dashboard the first addresses that links lead to, below `/-/ui`. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  /** Links that lead to an error, with the page that has them. */
  readonly dead: readonly string[];
}

/** Goes from page to page, beginning with the fleet, by the links that stand there. */
export async function takeTour({ url, token }: Pick<Morning, 'url' | 'token'>): Promise<Tour> {
  const from = new Map([['/', 'the beginning']]);
  const addresses = new Map<string, string[]>(PAGES.map(({ path }) => [path, []]));
  const dead: string[] = [];
  const asked = new Map<string | undefined, number>();
  for (const [address, origin] of from) {
    const route = routeOf(address);
    const times = (asked.get(route) ?? 0) + 1;
    if (times > MOST_OF_A_PAGE && route) continue;
    asked.set(route, times);
    const { status, headers, text } = await request(urlOf(url, address), {
      headers: { ...bearer(token), accept: 'text/html' },
    });
    if (status >= 400) dead.push(`${address} (on ${origin}): ${status}`);
    if (status !== 200 || !headers.get('content-type')?.startsWith('text/html')) continue;
    if (route) addresses.get(route)!.push(address);
    for (const link of [...linksIn(text), ...formsIn(text)]) if (!from.has(link)) from.set(link, address);
  }
  return { addresses, dead };
}

function urlOf(url: string, address: string): string {
  return `${url}/-/ui${address === '/' ? '' : address}`;
}

/** @returns where forms lead that only search or show, with what stands in their fields, or the name of a table */
function formsIn(text: string): string[] {
  return [...text.matchAll(/<form method="get" action="\/-\/ui([^"]*)"[^>]*>(.*?)<\/form>/gs)].map(
    ([, action, fields]) => {
      const query = new URLSearchParams();
      for (const [tag, name] of fields!.matchAll(/<(?:input|select)[^>]*\sname="(\w+)"[^>]*>/g))
        query.set(name!, /\svalue="([^"]*)"/.exec(tag)?.[1] ?? (tag.startsWith('<input') ? 'faktur' : ''));
      return `${action || '/'}?${query}`;
    },
  );
}

/** @returns where links lead, below the dashboard and without what stands behind a `#` */
function linksIn(text: string): string[] {
  const found = [...text.matchAll(/\shref="(\/-\/ui[^"#]*)/g)].map(([, href]) => href!.replaceAll('&amp;', '&'));
  const isChoice = (href: string) =>
    /[?&](?:lang|zone)=/.test(href) || href.includes('/assets/') || href.endsWith('/download');
  return found.filter(href => !isChoice(href)).map(href => href.slice('/-/ui'.length) || '/');
}

/** @returns the route of a page that an address belongs to */
export function routeOf(address: string): string | undefined {
  const path = address.split('?')[0]!;
  return PAGES.find(({ path: route }) => new RegExp(`^${route.replace(/:\w+/g, '[^/]+')}$`).test(path))?.path;
}
