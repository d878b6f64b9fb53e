import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { EXAMPLES } from './examples.ts';
import type { Page } from './graphiql-page.ts';

// Else a tab that is clicked at for the first time jumps away from under the mouse, and stays unopened.
const STYLE = '.graphiql-tab { transform: none !important; }';

const html = renderGraphiQL({
  title: 'Lumbung',
  defaultTabs: EXAMPLES.map(query => ({ query })),
  // To POST to the page's own URL would have the browser forget the page (RFC 9111, section 4.4).
  endpoint: '?graphiql',
  // Subscriptions too: the URL that they would GET is made wrong of a relative one.
  method: 'POST',
}).replace('</style>', `${STYLE}</style>`);
const policy = contentSecurityPolicy(html);
const gzipped = gzipSync(html);
const digest = createHash('sha256').update(policy).update(gzipped).digest('base64url');
// Weak, since the packed page and the plain one share it.
parentPort!.postMessage({ gzipped, etag: `W/"${digest}"`, policy } satisfies Page);

/** @returns all that the page does by itself, without another origin: a script that came with a query's answer would not run */
function contentSecurityPolicy(html: string): string {
  const [, script] = /<script>(.*)<\/script>/s.exec(html)!;
  return [
    "default-src 'none'",
    `script-src 'sha256-${createHash('sha256').update(script!).digest('base64')}'`,
    // The editor writes its styles while it runs.
    "style-src 'unsafe-inline'",
    // Its workers, its fonts and its icons are within the page.
    'worker-src blob:',
    'font-src data:',
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
