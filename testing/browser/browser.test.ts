import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect } from 'chai';
import { portOf } from '../free-port.ts';
import { until } from '../until.ts';
import { foreign, recordPages, startBrowser } from './browser.ts';

describe('the record of what a page does', function () {
  this.timeout(60_000);

  it('has all that leads elsewhere, and none of it gets there', async () => {
    const asked: string[] = [];
    const server = createServer(({ headers, socket }, response) => {
      asked.push(headers.host!);
      response.setHeader('content-type', 'text/html').end(straying(socket.localPort!));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const host = `127.0.0.1:${portOf(server)}`;
    await using browser = await startBrowser();
    const context = await browser.newContext();
    const record = recordPages(context);
    try {
      const page = await context.newPage();
      await page.goto(`http://${host}`);
      const strayed = () => foreign(record.requests, `http://${host}`).map(url => new URL(url).pathname);
      await until('five requests that stray', () => strayed().length >= 5);
      expect(strayed().sort()).to.deep.equal(['/fetch', '/image', '/script', '/socket', '/worker']);
      expect(await page.evaluate('outcome')).to.equal('TypeError: Failed to fetch');
      expect(record.requests).to.include(`http://${host}/`);
      expect(new Set(asked)).to.deep.equal(new Set([host]));
      expect(record.complaints).to.include('Error: a mistake of the page');
      expect(record.complaints.join()).to.include('Failed to load resource');
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

/** A page that asks for much of another origin; that it would be had there is nothing to the browser. */
function straying(port: number): string {
  const elsewhere = `localhost:${port}`;
  return `<!doctype html><img src="http://${elsewhere}/image"><script>
    const outcome = fetch('http://${elsewhere}/fetch').catch(String);
    new WebSocket('ws://${elsewhere}/socket');
    new Worker(URL.createObjectURL(new Blob(["fetch('http://${elsewhere}/worker')"])));
    setTimeout(() => { throw new Error('a mistake of the page'); });
  </script><script src="http://${elsewhere}/script"></script>`;
}
