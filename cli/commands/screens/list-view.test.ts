import { expect } from 'chai';
import type { BackupSummary, DatabaseList } from '../../../protocol/responses.ts';
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
