import type { Action } from '../../../auth/policy.ts';
import { idIn } from '../../../backups/queries/find-backup.ts';
import {
  accept,
  type DecidingBackup,
  forget,
  keepBackup,
  releaseBackup,
  takeBack,
} from '../../../decisions/decide-backup.ts';
import { acceptanceIn } from '../../../decisions/loss-validation.ts';
import { whoDecides } from '../../../decisions/who-decides.ts';
import { validationError } from '../../../errors/errors.ts';
import { attempt } from '../../forms/attempt.ts';
import { instantIn } from '../../forms/local-instant.ts';
import { fieldName } from '../../forms/sent-field.ts';
import type { FormRequest, FormRoute, WebParts } from '../../shell/page.ts';
import { showBackup } from './backup-page.ts';
import type { BackupForm } from './decide-section.ts';

/** What a person decides about a backup: the same, with the same entries of the audit trail, as GraphQL and REST have it. */
export const BACKUP_ACTIONS: readonly FormRoute[] = [
  action('pin', 'pin', async (deciding, id, { text, view }) => {
    const endsAt = untilIn(view.zone, text('until'));
    await keepBackup(deciding, id, { kind: 'pin', reason: text('reason'), endsAt });
  }),
  action('unpin', 'pin', (deciding, id) => releaseBackup(deciding, id, 'pin')),
  action('hold', 'pin', (deciding, id, { text }) => keepBackup(deciding, id, { kind: 'hold', reason: text('reason') })),
  action('release', 'pin', (deciding, id) => releaseBackup(deciding, id, 'hold')),
  action('accept', 'accept', async (deciding, id, { text }) => {
    const { actor } = deciding;
    const by = actor.token === undefined ? {} : { by: whoDecides(actor) };
    await accept(deciding, id, acceptanceIn({ reason: text('reason'), ...by }));
  }),
  action('forget', 'remove', (deciding, id, { text, configuration }) => {
    if (text('confirmed') !== 'on') throw validationError([{ field: 'confirmed', message: 'must be ticked' }]);
    const evenLast = text('evenLast') === 'on';
    return forget({ ...deciding, configuration: configuration.current() }, id, { reason: text('reason'), evenLast });
  }),
  action('take-back', 'remove', (deciding, id) => takeBack(deciding, id)),
];

interface Form extends Pick<FormRequest, 'view'>, Pick<WebParts, 'configuration'> {
  /** What was typed into a field; empty where the form has no such field. */
  text(name: string): string;
}

function action(
  form: BackupForm,
  action: Action,
  decide: (deciding: DecidingBackup, id: number, form: Form) => Promise<unknown>,
): FormRoute {
  return {
    path: `/backups/:id/${form}`,
    action,
    submit: async (request, parts) => {
      const { view, em, scope, form: values, params, actor } = request;
      const id = idIn(params.id!);
      const { storage, audit, events, configuration } = parts;
      const deciding = { em: em.fork(), scope, storage, audit, actor, events };
      const text = (field: string) => values.get(fieldName(form, field)) ?? '';
      const sent = await attempt(
        { name: form, values },
        async () => decide(deciding, id, { view, text, configuration }),
        { endsAt: 'until' },
      );
      if (sent) return showBackup(request, parts, sent);
      return { goTo: `${view.link(`/backups/${id}`)}#decide` };
    },
  };
}

/** @returns undefined for an empty field @throws AppError 422 for what is no time */
function untilIn(zone: string, text: string): Date | undefined {
  const until = instantIn(zone, text);
  if (text === '' || until) return until;
  throw validationError([{ field: 'until', message: 'must be a time such as 2026-11-30T07:05' }]);
}
