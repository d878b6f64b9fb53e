import { restoreCommand } from '../../../backups/losses/restore-command.ts';
import { command } from '../../forms/command.ts';
import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import type { BackupFacts } from './load-backup.ts';
import { BACKUP_TEXTS } from './texts.ts';

/** How to get at what is in the backup: the command that restores it, and the download. */
export function takeSection(view: View, { backup, neighbours }: BackupFacts): Html {
  const t = BACKUP_TEXTS[view.language];
  const { id, size, state, removedAt, damage, database } = backup;
  const restored = damage ? neighbours.instead?.id : id;
  const isInDoubt = !damage && state !== 'complete';
  const restore =
    restored !== undefined &&
    html`<p>${damage && html`${t.restoreOther} `}${isInDoubt && html`${t.restoreInDoubt} `}${t.restoreNote}</p>${command(view, restoreCommand(database.name, restored, isInDoubt), 'restore-command')}`;
  const download = html`<p>${t.downloadNote} <a href="${view.link(`/backups/${id}/download`)}" download>${t.download(view.format.bytes(size))}</a></p>`;
  return html`<section aria-labelledby="take"><h2 id="take">${t.take}</h2>${removedAt ? html`<p>${t.gone}</p>` : [restore, download]}</section>`;
}
