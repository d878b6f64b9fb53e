import { authorize } from '../../../auth/policy.ts';
import { ANYONE } from '../../../auth/principal.ts';
import { type DecidingDatabase, pause, resume, retire } from '../../../decisions/decide-database.ts';
import { validationError } from '../../../errors/errors.ts';
import { attempt } from '../../forms/attempt.ts';
import { instantIn } from '../../forms/local-instant.ts';
import { fieldName } from '../../forms/sent-field.ts';
import type { FormRequest, FormRoute } from '../../shell/page.ts';
import { showDatabase } from './database-page.ts';

/** What a person decides about a database: the same, with the same entries of the audit trail, as GraphQL has it. */
export const DATABASE_ACTIONS: readonly FormRoute[] = [
  action('pause', (deciding, name, { text, view }) => {
    const until = instantIn(view.zone, text('until'));
    if (!until) throw validationError([{ field: 'until', message: 'must be a time such as 2026-11-30T07:05' }]);
    return pause(deciding, name, { until, reason: text('reason'), by: decider(view, text('by')) });
  }),
  action('resume', (deciding, name) => resume(deciding, name)),
  action('retire', (deciding, name, { text, view }) =>
    retire(deciding, name, { reason: text('reason'), by: decider(view, text('by')) }),
  ),
];

interface Form extends Pick<FormRequest, 'view'> {
  /** What was typed into a field; empty where the form has no such field. */
  text(name: string): string;
}

function action(
  form: 'pause' | 'resume' | 'retire',
  decide: (deciding: DecidingDatabase, name: string, form: Form) => Promise<unknown>,
): FormRoute {
  return {
    path: `/databases/:name/${form}`,
    action: 'watch',
    submit: async (request, parts) => {
      const { view, em, form: values, params, actor } = request;
      const name = params.name!;
      authorize(view.principal, 'watch', name);
      const { storage, audit, configuration } = parts;
      const deciding = { em, storage, audit, actor, configuration: configuration.current() };
      const text = (field: string) => values.get(fieldName(form, field)) ?? '';
      const sent = await attempt({ name: form, values }, async () => decide(deciding, name, { view, text }));
      if (sent) return showDatabase({ ...request, em: em.fork() }, parts, sent);
      return { goTo: view.link(`/databases/${encodeURIComponent(name)}`) };
    },
  };
}

/** @returns who decides, where no token says so: only an open service asks for the name */
function decider({ principal }: FormRequest['view'], typed: string): string | undefined {
  return principal === ANYONE ? typed : undefined;
}
