import type { Context } from 'koa';
import { NO_ONE } from '../../auth/principal.ts';
import { layout } from '../shell/layout.ts';
import type { Page } from '../shell/page.ts';
import type { Query } from '../shell/view.ts';
import type { Assets } from './assets.ts';
import { pathBelow, queryOf, type Readers, readerOf } from './reader.ts';

/** What the frame of all pages needs. */
export interface Frames extends Readers {
  readonly assets: Assets;
  /** The paths of all pages, for the navigation. */
  readonly paths: ReadonlySet<string>;
}

/** Nothing but what the service itself sends, and no script or style within a page. */
export const POLICY = [
  ...["default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self' data:", "connect-src 'self'"],
  ...["form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"],
].join('; ');

/** Answers with a page in its frame. */
export async function sendPage(ctx: Context, page: Page, frames: Frames): Promise<void> {
  // With `no-referrer`, which all else has, a browser would say that its forms come from the origin `null`, and they were refused.
  ctx.set({ 'Content-Security-Policy': POLICY, 'Referrer-Policy': 'same-origin' });
  ctx.status = page.status ?? 200;
  const text = await frame(ctx, page, frames);
  ctx.type = 'text/html';
  ctx.body = text;
}

/** @returns a page in its frame */
async function frame(ctx: Context, page: Page, frames: Frames): Promise<string> {
  const { view, zone, serviceZone } = readerOf(ctx, frames);
  const files = await frames.assets.addresses();
  return layout(page, {
    ...{ view, zone, serviceZone, path: pathBelow(ctx), query: plain(queryOf(ctx)) },
    assets: {
      style: view.link(files.style),
      scripts: files.scripts.map(path => view.link(path)),
    },
    pages: frames.paths,
    hasAddress: ctx.method !== 'POST',
    isLive: ctx.method !== 'POST' && ctx.status < 400 && ctx.state.principal !== NO_ONE,
    hasSession: ctx.state.session !== undefined,
  });
}

/** @returns the query for a link that changes a part of it; what is too long for that is left out */
function plain(query: URLSearchParams): Query {
  const names = [...new Set(query.keys())].slice(0, 20).filter(name => name.length <= 64);
  return Object.fromEntries(names.map(name => [name, query.getAll(name).slice(0, 20)]));
}
