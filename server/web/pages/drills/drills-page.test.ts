import { expect } from 'chai';
import { addBackup } from '../../../../testing/freshness/watched-history.ts';
import { fillReports } from '../../../../testing/history/filled-reports.ts';
import type { BrowserHere } from '../../../../testing/service/browser-here.ts';
import { browserOf, READER_ACCESS } from '../../../../testing/service/readers.ts';
import { request } from '../../../../testing/service/requests.ts';
import { describeOnAnyStore, type RunningApp, runApp } from '../../../../testing/service/running-app.ts';
import { sampleDrill, sampleRestore } from '../../../../testing/service/sample-reports.ts';

const HOSTILE = '<img src=x onerror=alert(1)>"\'';
const DAY = 86_400_000;

describeOnAnyStore('the page of the drills', store => {
  let app: RunningApp;
  let operator: BrowserHere;
  const now = Date.now();
  const ids = new Map<string, number>();
  const ago = (days: number) => new Date(now - days * DAY);

  before(async () => {
    app = await runApp(store, { access: READER_ACCESS });
    operator = browserOf(app.url, 'operator');
  });
  after(() => app[Symbol.asyncDispose]());

  async function report(path: string, body: object): Promise<void> {
    const headers = { 'content-type': 'application/json', authorization: 'Bearer admin' };
    const { status, text } = await request(app.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(status, text).to.equal(201);
  }

  const shown = async (query = '', browser = operator) => (await browser.get(`/-/ui/drills${query}`)).text;
  const rowsOf = (text: string) => {
    const table = text.slice(text.indexOf('id="databases"'), text.indexOf('id="times"'));
    return [
      ...table.matchAll(/<tr><th scope="row"><a href="[^"]*">([^<]*)<\/a><\/th><td>.*?<\/svg> ([^<]*)<\/span>/g),
    ].map(([, name, standing]) => `${name}: ${standing}`);
  };

  it('shows how to make a first backup where there is nothing to drill', async () => {
    expect(await shown())
      .to.contain('there is nothing to drill')
      .and.contain(`sade backup --server ${app.url}`);
  });

  it('sorts databases by what their drills showed, the worst first, then those that have waited longest', async () => {
    const names = ['acme_bad', 'acme_untested', 'acme_never', 'acme_old', 'pt_older', 'acme_fine', "pt_o'brien"];
    for (const database of names)
      ids.set(database, await addBackup(app.history, { database, receivedAt: ago(60), fileName: `${database}.zip` }));
    const drill = (
      databaseName: string,
      days: number,
      outcome: 'restorable' | 'not_restorable' | 'could_not_test',
    ) => ({
      ...{ databaseName, backupId: ids.get(databaseName)!, endedAt: ago(days), outcome },
    });
    await fillReports(app.history, [
      ...[
        drill('acme_bad', 9, 'restorable'),
        drill('acme_bad', 3, 'not_restorable'),
        drill('acme_bad', 1, 'could_not_test'),
      ],
      ...[
        drill('acme_untested', 2, 'could_not_test'),
        drill('acme_old', 40, 'restorable'),
        drill('pt_older', 50, 'restorable'),
      ],
      ...[
        drill('acme_fine', 29, 'restorable'),
        drill('acme_fine', 1, 'could_not_test'),
        drill("pt_o'brien", 5, 'not_restorable'),
      ],
    ]);
    const text = await shown();
    expect(text).to.contain('1 of 7 databases (14 %) were proven restorable within 30 days.');
    expect(rowsOf(text)).to.deep.equal([
      'pt_o&#39;brien: not restorable',
      'acme_bad: not restorable',
      'acme_untested: could not be tested',
      'acme_never: never drilled',
      'pt_older: not lately',
      'acme_old: not lately',
      'acme_fine: proven',
    ]);
    expect(rowsOf(await shown('?standing=old'))).to.deep.equal(['pt_older: not lately', 'acme_old: not lately']);
    expect(text)
      .to.match(/standing=failed#databases">not restorable <b>2<\/b>/)
      .and.contain('<title>(2) Drills');
  });

  it('shows what failed before all else, with its reason and a command that no shell reads otherwise', async () => {
    const text = await shown();
    const failed = text.slice(text.indexOf('id="failed"'), text.indexOf('id="databases"'));
    expect(failed).to.contain('2 backups could not be restored').and.contain('<span lang="en">a reason</span>');
    expect(failed).to.contain(`sade backup --only acme_bad --server ${app.url} &amp;&amp; sade drill --only`);
    expect(failed).to.contain('--only &#39;pt_o&#39;\\&#39;&#39;brien&#39;').and.contain('/-/ui/backups/');
    expect(failed).to.contain(`<code>sade drill --sample 10 --server ${app.url}</code>`);
  });

  it('shows what was not tested, the newest drills, and the restores that were reported', async () => {
    const of = (database: string) => ({
      ...{ database, backup: { id: ids.get(database)!, file_name: `${database}.zip`, zip_sha256: null } },
    });
    const ended = { started_at: new Date(now - 120_000).toISOString(), ended_at: new Date(now - 60_000).toISOString() };
    const without = { dump_again: null, not_tested: ['users and grants', `events of ${HOSTILE}`] } as const;
    await report('/-/drills', sampleDrill({ ...ended, ...without, ...of('acme_fine') } as never));
    await report('/-/drills', sampleDrill({ ...ended, ...without, ...of('pt_older') } as never));
    const target = { host: `10.0.0.1${HOSTILE}`, database: 'acme_copy', kind: 'new' } as const;
    await report('/-/restores', sampleRestore({ ...ended, target, ...of('acme_fine') } as never));
    const failed = { outcome: 'failed', reason: `no space ${HOSTILE}`, rto_seconds: null } as const;
    await report('/-/restores', sampleRestore({ ...ended, target, ...failed, ...of('pt_older') } as never));
    const text = await shown();
    const notTested = text.slice(text.indexOf('id="not-tested"'), text.indexOf('id="recent"'));
    expect(notTested).to.match(/users and grants<\/span> \(<a [^>]*>acme_fine<\/a>, <a [^>]*>pt_older<\/a>\)/);
    const restores = text.slice(text.indexOf('id="real"'));
    expect(restores).to.contain('agrees').and.contain('failed').and.contain('/ acme_copy').and.contain('no space');
    expect(restores).to.contain('1 min 15 s');
    expect(text).to.contain('&lt;img').and.not.contain('<img');
  });

  it('shows how long restores took by the size of the dump, as points and as a table', async () => {
    const text = await shown();
    const times = text.slice(text.indexOf('id="times"'), text.indexOf('id="not-tested"'));
    expect(times).to.match(/<th scope="row">below 10.0 MiB<\/th><td[^>]*>9<\/td><td[^>]*>1 min<\/td>/);
    expect(times).to.match(/<th scope="row">below 100.0 MiB<\/th><td[^>]*>3<\/td>/);
    expect(times.match(/<circle class="drill"/g)).to.have.length(11);
    expect(times.match(/<circle class="restore"/g)).to.have.length(1);
    for (const [, x, y] of times.matchAll(/cx="(-?\d+)" cy="(-?\d+)"/g)) {
      expect(Number(x)).to.be.within(0, 640);
      expect(Number(y)).to.be.within(0, 240);
    }
  });

  it('shows a scope of some databases their drills and restores only', async () => {
    const text = await shown('', browserOf(app.url, 'acme'));
    expect(text).to.contain('1 of 5 databases').and.contain('acme_bad').and.contain('acme_copy');
    for (const foreign of ['pt_older', 'brien', 'no space']) expect(text, foreign).to.not.contain(foreign);
    expect(text.match(/<circle class="(?:drill|restore)"/g)).to.have.length(9);
  });

  it('has pages, and speaks Indonesian', async () => {
    for (let at = 0; at < 60; at++)
      await addBackup(app.history, { database: `many_${String(at).padStart(2, '0')}`, receivedAt: ago(1) });
    const first = await shown('?standing=never');
    expect(rowsOf(first)).to.have.length(50);
    expect(first).to.contain('standing=never&amp;page=2#databases');
    expect(rowsOf(await shown('?standing=never&page=2'))).to.have.length(11);
    for (const page of ['99', '-1', 'x', '1e9'])
      expect((await operator.get(`/-/ui/drills?page=${page}`)).status).to.equal(200);
    expect(await shown('', browserOf(app.url, 'operator', 'id'))).to.contain('terbukti dapat dipulihkan dalam 30 hari');
  });
});
