import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import type { Backup } from '../pipeline/under-way.ts';
import { LiveView } from './live-view.ts';

describe('live-view', () => {
  const backup = { database: 'd', fileName: 'd.sql.zip' } as Backup;
  const GB = 1e9;

  /** @returns the last line that was drawn while that happened */
  const drawnAfter = async (happen: (view: LiveView) => void): Promise<string> => {
    const written: string[] = [];
    const stream = new Writable({ write: (piece, _encoding, done) => done(void written.push(String(piece))) });
    {
      using view = new LiveView(Object.assign(stream, { columns: 120, rows: 30, isTTY: true }) as never);
      happen(view);
      await sleep(300);
    }
    return stripVTControlCharacters(written.join('')).trim().split('\n').at(-1)!;
  };
  const speedOf = (line: string) => /, ([\d.,]+ \S+)\/s/.exec(line)![1]!;

  it('shows a zip that has followed its dump where it is, and its speed since then', async () => {
    const line = await drawnAfter(view => {
      view.began(backup, 'dump', { path: '/nowhere' });
      view.moved(backup, 50 * GB);
      view.began(backup, 'zip', { path: '/nowhere', bytes: 100 * GB });
    });
    expect(line).to.contain('zip').and.contain('(50 %)');
    expect(speedOf(line)).to.match(/^0 B$/);
  });

  it('shows the speed of a zip that has begun anew, and of the upload behind it', async () => {
    const anew = await drawnAfter(view => {
      view.began(backup, 'dump', { path: '/nowhere' });
      view.moved(backup, 50 * GB);
      view.began(backup, 'zip', { path: '/nowhere', bytes: 100 * GB });
      view.moved(backup, 1000);
    });
    expect(speedOf(anew))
      .to.match(/^[\d.,]+ [kK]?i?B$/)
      .and.not.match(/-/);
    const upload = await drawnAfter(view => {
      view.began(backup, 'zip', { path: '/nowhere', bytes: 100 * GB });
      view.moved(backup, 100 * GB);
      view.began(backup, 'upload', { path: '/nowhere', bytes: 1000 });
      view.moved(backup, 500);
    });
    expect(upload).to.contain('(50 %)');
  });
});
