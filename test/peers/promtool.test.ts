import { join } from 'node:path';
import { expect } from 'chai';
import { HISTORY_STORES } from '../../testing/history/history-stores.ts';
import { hasPromtool, runPromtool } from '../../testing/notifications/sid-program.ts';
import { request, upload } from '../../testing/service/requests.ts';
import { runApp } from '../../testing/service/running-app.ts';
import { sampleZip } from '../../testing/zips/sample-zip.ts';

const RULES = join(import.meta.dirname, '../../deploy/prometheus');

describe('promtool', () => {
  before(function () {
    if (!hasPromtool()) this.skip();
  });

  it('finds nothing wrong with the metrics of a service', async () => {
    await using app = await runApp(HISTORY_STORES[0]!);
    await upload(app.url, sampleZip());
    const { status, text } = await request(`${app.url}/-/metrics`);
    expect(status).to.equal(200);
    expect(text).to.include('lumbung_');
    expect(await runPromtool(['check', 'metrics'], text)).to.deep.equal({ code: 0, output: '' });
  });

  it('finds a mistake in metrics when there is one', async () => {
    const { code, output } = await runPromtool(['check', 'metrics'], 'lumbung_seconds_total{a="1"} 1\nlumbung_x{ 2\n');
    expect(code).to.not.equal(0);
    expect(output).to.not.equal('');
  });

  it('reads the alert rules that are shipped', async () => {
    const { code, output } = await runPromtool(['check', 'rules', join(RULES, 'lumbung.rules.yml')]);
    expect(code, output).to.equal(0);
    expect(output).to.match(/SUCCESS: \d+ rules found/);
  });

  it('sees the alerts fire as their tests say', async () => {
    const { code, output } = await runPromtool(['test', 'rules', join(RULES, 'lumbung.rules.test.yml')]);
    expect(code, output).to.equal(0);
    expect(output).to.contain('SUCCESS');
  });
});
