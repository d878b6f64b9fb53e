import type { ScrubState } from '../../protocol/responses.ts';
import type { ScrubProgress } from './scrub.ts';

/** How the scrub goes, in the answers of `/-/scrub` and `/-/status`. */
export function presentScrub({ run, filesDue, backupsDamaged }: ScrubProgress): ScrubState {
  return {
    state: run && run.endedAt === null ? 'running' : 'idle',
    started_at: run?.startedAt.toISOString() ?? null,
    ended_at: run?.endedAt?.toISOString() ?? null,
    files_checked: run?.filesChecked ?? 0,
    files_damaged: run?.filesDamaged ?? 0,
    files_unreadable: run?.filesUnreadable ?? 0,
    files_healed: run?.filesHealed ?? 0,
    bytes_read: run?.bytesRead ?? 0,
    files_due: filesDue,
    backups_damaged: backupsDamaged,
    last_error: run?.lastError ?? null,
  };
}
