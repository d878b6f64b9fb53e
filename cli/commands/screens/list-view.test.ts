import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import type { BackupSummary, DatabaseList } from '../../../protocol/responses.ts';
import { renderList } from './list-screen.ts';
import { viewOf } from './list-view.ts';

type Listed = DatabaseList['data'][number];

describe('the backup that sade list proposes to restore', () => {
  const backup = (id: number, more: Partial<BackupSummary> = {}) =>
    ({
      ...{ id, file_name: `${id}.sql.zip`, timestamp: '2026-11-28 01:30:00', state: 'complete', size: 1 },
      ...more,
    }) as BackupSummary;
  const proposed = (more: Partial<Listed>) => {
    const answer = {
      database_name: 'pt_xyz',
      latest_backup: backup(34),
      latest_complete: backup(34),
      ...more,
    } as Listed;
    return viewOf(answer, undefined, { now: new Date('2026-11-28T02:00Z'), staleMs: 1e9 }).restorable?.id;
  };
  const failed = (backup_id: number) =>
    ({ id: 1, at: '2026-11-28T01:40:00Z', outcome: 'not_restorable', backup_id, reason: 'r' }) as Listed['last_drill'];

  it('is the newest complete one', () => {
    expect(proposed({})).to.equal(34);
    expect(proposed({ last_drill: failed(33) })).to.equal(34);
  });

  it('is not one that a drill found not restorable', () => {
    expect(proposed({ last_drill: failed(34) })).to.equal(undefined);
  });

  it('is not one that lacks what only a backup made before a restore has', () => {
    const latest_backup = backup(35, { made_for: 'restore' });
    expect(proposed({ latest_backup, latest_complete: backup(34, { loss: 'superseded' }) })).to.equal(undefined);
    expect(proposed({ latest_backup, latest_complete: backup(34, { loss: 'unaccepted' }) })).to.equal(undefined);
    expect(proposed({ latest_backup, latest_complete: backup(34, { loss: 'accepted' }) })).to.equal(34);
  });
});

describe('whether backups come as they are due, in sade list', () => {
  const latest = { id: 34, file_name: '34.sql.zip', timestamp: '2026-11-28 01:30:00', state: 'complete', size: 1 };
  const view = (name: string, freshness?: object, now = '2026-11-28T02:00Z') =>
    viewOf({ database_name: name, latest_backup: latest, latest_complete: latest, freshness } as Listed, undefined, {
      ...{ now: new Date(now), staleMs: 26 * 3_600_000 },
    });
  const watched = (state: string) => ({ state, due_at: null, paused_until: null });
  const screen = (databases: ReturnType<typeof view>[]) => {
    const stdout = new PassThrough() as unknown as NodeJS.WriteStream;
    const now = new Date('2026-11-28T02:00Z');
    const all = { databases, total: databases.length, staleMs: 26 * 3_600_000, olderThan: '26h', now };
    return renderList({ ...all, isWide: false, server: undefined, withoutList: undefined }, stdout);
  };

  it('stands beside each database, and is counted, once one of them does not', () => {
    const text = screen([view('a', watched('late')), view('b', watched('ok')), view('c', watched('paused'))]);
    expect(text).to.match(/^database +state .* due /m);
    expect(text).to.match(/^a +complete .* LATE /m);
    expect(text).to.match(/^b +complete .* ok /m);
    expect(text).to.match(/^c +complete .* paused /m);
    expect(text).to.include('3 databases: 3 complete; 1 LATE, 1 paused');
  });

  it('is left out for an earlier service, and while all is well', () => {
    for (const freshness of [undefined, watched('ok')])
      expect(screen([view('a', freshness), view('b')])).to.not.match(/\bdue\b/);
  });

  it('is a matter to look at for one that is late, and none for one that is old and paused', () => {
    expect(view('a', watched('late')).isFine).to.equal(false);
    expect(view('a', watched('ok')).isFine).to.equal(true);
    const days = '2026-12-05T02:00Z';
    expect([view('a', watched('paused'), days).isFine, view('a', watched('ok'), days).isFine]).to.deep.equal([
      true,
      false,
    ]);
    expect(view('a', watched('resting')).freshness, 'of a later service').to.equal('resting');
  });
});
