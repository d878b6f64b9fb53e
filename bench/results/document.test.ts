import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { inMarkdown, type Report, writeDocument } from './document.ts';

describe('writeDocument', () => {
  const machine = { cores: 2, cpu: 'a CPU', memoryGib: 8, system: 'Linux 6', versions: { Node: '24.0.0' } };
  const wallSeconds = { median: 1.5, min: 1, max: 2 };
  const known = { peakBytes: 50 * 1024 ** 2, serverPeakBytes: undefined, outputBytes: undefined, rounds: 3 };
  const summary = { wallSeconds, cpuSeconds: 1.25, ...known };
  const rows = [{ name: 'sade', role: 'ours', ratio: 1, summary, seconds: 1.5 } as const];
  const targets = [
    { what: 'zip -6 / ours', value: 2.5, atLeast: 2.3, unit: 'x' },
    { what: 'memory', value: 201, atMost: 200, unit: 'MiB' },
    { what: 'pigz / ours', value: undefined, atLeast: 1, unit: 'x' },
    { what: 'reading the dump', value: 4, unit: 'x' },
  ];
  const cases = [{ name: 'zip', title: 'zip a dump', rows, targets, notes: ['Mind the gap.'] }];
  const report: Report = { measuredAt: new Date('2026-01-02T03:04:05Z'), size: 'usual', rounds: 3, machine, cases };

  it('puts the figures, the machine and the verdicts between the marks, and again in their place', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lumbung-test-'));
    const path = join(folder, 'page.md');
    await writeFile(path, 'before\n<!-- bench -->\nold\n<!-- /bench -->\nbehind\n');
    await writeDocument(path, report);
    await writeDocument(path, report);
    const text = await readFile(path, 'utf8');
    await rm(folder, { recursive: true });

    expect(text).to.match(
      /^before\n<!-- bench -->\nMeasured on 2026-01-02 with `npm run bench`, each contestant 3 times/,
    );
    expect(text).to.match(/<!-- \/bench -->\nbehind\n$/);
    expect(text.replaceAll('\n', ' ')).to.contain('2 cores (a CPU), 8 GiB of memory, Linux 6; Node 24.0.0');
    expect(text).to.contain('\n### zip: zip a dump\n\n|  | median s | min–max |');
    expect(text).to.contain('| sade | 1.50 | 1.00–2.00 | 1.00 | 1.25 | 50 |  |  |  |');
    expect(text).to.contain('- met: zip -6 / ours: 2.50 x (wanted >= 2.3 x)');
    expect(text).to.contain('- **missed**: memory: 201 MiB (wanted <= 200 MiB)');
    expect(text).to.contain('- not judged: pigz / ours: a contestant was missing (wanted >= 1 x)');
    expect(text).to.contain('- figure: reading the dump: 4.00 x');
    expect(text).not.to.contain('old');
  });

  it('shows answers and latencies where many clients ask', () => {
    const latency = { p50: 12.5, p95: 31 };
    const loaded = { ...summary, wallSeconds: { median: 0.002, min: 0.001, max: 0.004 }, latency, outputBytes: 2048 };
    const row = {
      name: 'service',
      role: 'ours',
      ratio: 1,
      summary: { ...loaded, cpuSeconds: 0.003 },
      seconds: 0.002,
    } as const;
    const load = { name: 'history', title: 'ask', rows: [row], targets: [], notes: [], isLoad: true };
    const text = inMarkdown({ ...report, cases: [load] });
    expect(text).to.contain('\n### history: ask\n\n|  | answers/s | min–max | time x ours | p50 ms | p95 ms |');
    expect(text).to.contain('| service | 500 | 250–1000 | 1.00 | 12.5 | 31.0 | 3.00 |  | 2.00 |');
  });
});
