import { openDownload } from '../../../backups/open-download.ts';
import { idIn } from '../../../backups/queries/find-backup.ts';
import type { FileRoute } from '../../shell/page.ts';

/** The zip of a backup: the same bytes, with the same headers and the same entries of the audit trail, as from REST. */
export const DOWNLOAD: FileRoute = {
  path: '/backups/:id/download',
  action: 'download',
  open: ({ em, scope, params, actor }, { storage, events, audit }) =>
    openDownload({ em, scope, storage, events, audit, actor }, idIn(params.id!)),
};
