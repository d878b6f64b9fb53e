import { field } from '../../shell/forms.ts';
import { html } from '../../shell/html.ts';
import type { Page } from '../../shell/page.ts';
import type { View } from '../../shell/view.ts';
import { SIGN_IN_TEXTS } from './texts.ts';

interface SignIn {
  /** Where it leads then, below the dashboard. */
  readonly next: string;
  /** Whether a session has just ended. */
  readonly hasEnded?: boolean;
  readonly mistake?: string | undefined;
  /** 200 when left out. */
  readonly status?: number;
}

/** Asks for a token, once. It never comes back into the page. */
export function signInPage(view: View, { next, hasEnded, mistake, status = 200 }: SignIn): Page {
  const t = SIGN_IN_TEXTS[view.language];
  const token = { name: 'token', label: t.token, hint: t.hint, type: 'password', isRequired: true, mistake } as const;
  return {
    title: t.heading,
    status,
    body: html`<h1>${t.heading}</h1>
${hasEnded && html`<p class="note warn" role="status">${t.ended}</p>`}
<form method="post" action="${view.link('/sign-in')}" class="plain"><input type="hidden" name="next" value="${next}">${field(token)}<button>${t.button}</button></form>
<p class="quiet">${t.how}</p>`,
  };
}

/** Says why a token may not be sent here, and what to do. @param wasSent whether one was sent anyway */
export function insecurePage(view: View, wasSent: boolean): Page {
  const t = SIGN_IN_TEXTS[view.language];
  return {
    title: t.insecure,
    status: 403,
    body: html`<h1>${t.insecure}</h1>
<p>${t.why}</p>
${wasSent && html`<p class="note bad">${t.wasSent}</p>`}
<h2>${t.remedies}</h2>
<ul><li>${t.useTls}</li><li>${t.useProxy}</li><li>${t.useTunnel}</li></ul>`,
  };
}

/** Says that no session can be stored, and what to do. @param isFull whether the disk of the history is full; otherwise it takes no writes */
export function noSessionPage(view: View, isFull: boolean): Page {
  const t = SIGN_IN_TEXTS[view.language];
  return {
    title: t.noSession,
    status: 503,
    body: html`<h1>${t.noSession}</h1>
<p class="note bad" role="alert">${isFull ? t.historyFull : t.historyRefuses}</p>
<h2>${t.remedies}</h2>
<ul><li>${isFull ? t.makeRoom : t.letWrite}</li><li>${t.stillAnswers} <code>sade list</code>, <code>curl -H "Authorization: Bearer $SADE_TOKEN" …/-/status</code></li><li>${t.others}</li></ul>
<p><a href="${view.link('/sign-in')}">${t.again}</a></p>`,
  };
}
