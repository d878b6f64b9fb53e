import type { Context } from 'koa';
import type { AppError } from '../../errors/errors.ts';
import { html } from '../shell/html.ts';
import type { Page } from '../shell/page.ts';
import type { View } from '../shell/view.ts';
import { COMMON_TEXTS } from '../texts/common-texts.ts';
import { ERROR_TEXTS } from '../texts/error-texts.ts';

/** @returns an error as a page: what happened, in the reader's language, then the sentence that clients get */
export function errorPage({ state }: Context, error: AppError, view: View): Page {
  const t = ERROR_TEXTS[view.language];
  const heading = headingOf(error.status, t);
  const canSignIn = error.status === 401;
  return {
    title: heading,
    status: error.status,
    body: html`<h1>${heading}</h1>
<p lang="en">${error.message}</p>
<p>${canSignIn ? html`<a href="${view.link('/sign-in')}">${t.signIn}</a>` : html`<a href="${view.link('/')}">${t.home}</a>`}</p>
<p class="quiet">${COMMON_TEXTS[view.language].requestId(state.requestId)}</p>`,
  };
}

function headingOf(status: number, t: (typeof ERROR_TEXTS)['en']): string {
  if (status === 401) return t.signedOut;
  if (status === 403) return t.refused;
  if (status === 404) return t.notFound;
  if (status === 410) return t.gone;
  if (status === 429 || status === 503) return t.later;
  return status >= 500 ? t.failed : t.notUnderstood;
}
