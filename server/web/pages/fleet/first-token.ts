import { ANYONE } from '../../../auth/principal.ts';
import { AppError } from '../../../errors/errors.ts';
import { wantedToken } from '../../../tokens/wanted-token.ts';
import { html } from '../../shell/html.ts';
import type { FormRequest, FormRoute, Page } from '../../shell/page.ts';
import { firstDay, withToken } from './first-day.ts';
import { FIRST_DAY_TEXTS } from './first-day-texts.ts';

/** Makes a token with which a machine may upload, and shows it once. */
export const FIRST_TOKEN_FORM: FormRoute = {
  path: '/first-token',
  action: 'tokens',
  async submit(request, { tokens, audit }) {
    const { form, actor, view } = request;
    const name = form.get('name') ?? '';
    const t = FIRST_DAY_TEXTS[view.language];
    // With the first token the service is closed: a token that only uploads shows no pages.
    if (view.principal === ANYONE) return again(request, { name, mistake: t.openMistake });
    try {
      const wanted = wantedToken({ name, role: 'upload', scope: ['*'] });
      const detail = { name, role: 'upload', scope: wanted.scope };
      const { text } = await audit.change({ actor, action: 'token_create', detail }, () => tokens.create(wanted));
      return { title: t.made(name), body: withToken(request, { name, text }) };
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      return again(request, { name, mistake: error.errors[0]?.message ?? error.message });
    }
  },
};

function again(request: FormRequest, tried: { readonly name: string; readonly mistake: string }): Page {
  const { heading } = FIRST_DAY_TEXTS[request.view.language];
  return {
    title: heading,
    status: 400,
    body: html`<h1>${heading}</h1><p class="note bad">${tried.mistake}</p>${firstDay(request, tried)}`,
  };
}
