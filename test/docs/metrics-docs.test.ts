import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { ROOT } from '../../testing/docs/pages.ts';
import { HISTORY_STORES } from '../../testing/history/history-stores.ts';
import { request } from '../../testing/service/requests.ts';
import { runApp } from '../../testing/service/running-app.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const named = (text: string) => [...new Set(text.match(/\blumbung_\w+/g))];

describe('what ships for Prometheus and Grafana', () => {
  let metrics: string[];
  before(async () => {
    await using app = await runApp(HISTORY_STORES[0]!);
    const { text } = await request(`${app.url}/-/metrics`);
    metrics = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name!);
    expect(metrics.length).to.be.above(25);
  });

  it('has alert rules that use only metrics of /-/metrics', () => {
    const rules: Array<{ expr: string }> = parse(read('deploy/prometheus/lumbung.rules.yml')).groups[0].rules;
    expect(rules.length).to.be.above(10);
    for (const { expr } of rules) expect(metrics, expr).to.include.members(named(expr));
  });

  it('has a dashboard that uses only metrics of /-/metrics', () => {
    const { panels } = JSON.parse(read('deploy/grafana/lumbung.json'));
    const queries: string[] = panels.flatMap(({ targets }: { targets: Array<{ expr: string }> }) =>
      targets.map(({ expr }) => expr),
    );
    expect(queries.length).to.be.above(10);
    for (const query of queries)
      expect(metrics, query)
        .to.include.members(named(query))
        .and.satisfy(() => named(query).length > 0);
  });

  it('has a page that lists each metric, and no other', () => {
    const rows = read('docs/metrics.md').match(/^\| `lumbung_\w+/gm) ?? [];
    expect(rows.map(row => row.slice(3))).to.have.members(metrics);
  });
});
