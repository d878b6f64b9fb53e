import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { renderFound } from './found-screen.ts';

describe('the screen of sade find', () => {
  const backup = (id: number, rows: number, loss: 'unaccepted' | 'superseded' | undefined, name = 'stock') => ({
    ...{ id, timestamp: '2026-11-28 01:30:00', file_name: 'x', state: 'complete' as const, size: 1, dump_size: 1 },
    ...{ dump_rows: 1, table_count: 1, finding_count: 0, worst_finding: null, loss, loss_findings: null },
    table: { name, rows, bytes: 1 },
  });
  const render = (...backups: ReturnType<typeof backup>[]) => {
    const stdout = Object.assign(new PassThrough(), { isTTY: false, columns: 200 }) as unknown as NodeJS.WriteStream;
    const found = { table: 'stock', backups, looked_at: backups.length, unknown: 0, has_more: false };
    return renderFound(found, { label: 'shop', server: undefined }, stdout);
  };

  it('offers the newest with the most rows of those without a loss, also where one with a loss has more', () => {
    const screen = render(
      backup(5, 2029, 'superseded'),
      backup(4, 9, 'unaccepted'),
      backup(3, 20, undefined),
      backup(2, 20, undefined),
    );
    expect(screen).to.contain('sade restore shop --replace --tables stock --at 3');
    expect(render(backup(5, 7, 'unaccepted'))).to.contain('--at 5 ');
  });

  it('offers a command that can be typed also for a table whose name begins like an option', () => {
    expect(render(backup(3, 20, undefined, '--all'))).to.contain("sade restore shop --replace '--tables=--all' --at 3");
  });
});
