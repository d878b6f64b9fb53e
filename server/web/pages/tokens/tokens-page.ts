import { ROLES } from '../../../../protocol/access/roles.ts';
import type { Token } from '../../../entities/token.entity.ts';
import { isAlive, scopeOf } from '../../../tokens/token-facts.ts';
import type { SentForm } from '../../forms/attempt.ts';
import { noticeOf, sentBox, sentField } from '../../forms/sent-field.ts';
import { choice, form } from '../../shell/forms.ts';
import { type Html, html } from '../../shell/html.ts';
import type { Page, PageRequest, PageRoute, WebParts } from '../../shell/page.ts';
import type { View } from '../../shell/view.ts';
import { settingsNavigation } from '../settings/navigation.ts';
import { TOKEN_TEXTS } from './texts.ts';

/** All tokens, and the forms that make, replace and revoke them. */
export const TOKENS_PAGE: PageRoute = {
  path: '/settings/tokens',
  action: 'tokens',
  show: (request, parts) => tokensPage(request, parts),
};

/** @param sent a form that came back */
export async function tokensPage(
  { view, query }: Pick<PageRequest, 'view' | 'query'>,
  { tokens }: Pick<WebParts, 'tokens'>,
  sent?: SentForm,
): Promise<Page> {
  const t = TOKEN_TEXTS[view.language];
  const all = await tokens.list();
  const alive = all.filter(isAlive);
  const ended = all.filter(token => !isAlive(token));
  // Only what the list shows as well: anyone can write a link.
  const revoked = ended.find(({ name, revokedAt }) => revokedAt && name === query.get('revoked'));
  return {
    title: t.heading,
    status: sent?.status ?? 200,
    body: html`${settingsNavigation(view, '/settings/tokens')}<h1>${t.heading}</h1>
${noticeOf(view, sent)}<p>${t.intro}</p>
${revoked && html`<p class="note good" role="status">${t.revoked(revoked.name)}</p>`}
${table(view, alive, sent)}
${makeForm(view, sent)}
${ended.length > 0 && html`<details><summary>${t.older(ended.length)}</summary>${table(view, ended)}</details>`}`,
  };
}

function table(view: View, tokens: readonly Token[], sent?: SentForm): Html {
  const t = TOKEN_TEXTS[view.language];
  const heads = [t.name, t.role, t.scope, t.madeColumn, t.endsColumn, t.usedColumn];
  return html`<div class="scroll"><table><caption>${t.caption(tokens.length)}</caption><thead><tr>${heads.map(
    head => html`<th scope="col">${head}</th>`,
  )}<td></td></tr></thead><tbody>${tokens.map(token => row(view, token, sent))}</tbody></table></div>`;
}

function row(view: View, token: Token, sent?: SentForm): Html {
  const t = TOKEN_TEXTS[view.language];
  const { name, role, createdAt, expiresAt, lastUsedAt, revokedAt } = token;
  const { ago, at } = view.format;
  const ends = revokedAt ? html`${t.states.revoked} ${at(revokedAt)}` : expiresAt ? at(expiresAt) : '–';
  return html`<tr><th scope="row">${name}</th><td>${role}</td><td><code>${scopeOf(token).join(' ')}</code></td><td>${at(createdAt)}</td><td>${ends}</td><td>${lastUsedAt ? ago(lastUsedAt) : '–'}</td><td>${isAlive(token) && html`${rotateForm(view, name, sent)}${revokeForm(view, name, sent)}`}</td></tr>`;
}

function makeForm(view: View, sent?: SentForm): Html {
  const t = TOKEN_TEXTS[view.language];
  const of = { form: 'make' };
  const roles = ROLES.map(role => [role, t.roles[role]] as const);
  const role = sent?.name === 'make' ? (sent.values.get('make_role') ?? undefined) : undefined;
  const fields = [
    sentField(view, sent, { ...of, name: 'name', label: t.name, hint: t.nameHint, isRequired: true, maxLength: 64 }),
    choice({ name: 'make_role', label: t.role, options: roles, value: role }),
    sentField(view, sent, { ...of, name: 'scope', label: t.scope, hint: t.scopeHint, type: 'area' }),
    sentField(view, sent, {
      ...of,
      name: 'expires',
      label: t.expires,
      hint: t.expiresHint,
      value: '365d',
      maxLength: 10,
    }),
  ];
  return html`<section class="card" id="make"><h2>${t.makeHeading}</h2>${form(view, { action: view.link('/settings/tokens'), fields, submit: t.make })}</section>`;
}

function rotateForm(view: View, name: string, sent?: SentForm): Html {
  const t = TOKEN_TEXTS[view.language];
  const of = { form: `rotate-${name}`, name: 'overlap', value: '7d', maxLength: 10 };
  const overlap = sentField(view, sent, { ...of, label: t.overlap, hint: t.overlapHint });
  const action = actionOf(view, name, 'rotate');
  return fold(sent, of.form, { name, summary: t.rotate, hint: t.rotateHint }, [
    form(view, { action, fields: overlap, submit: `${t.rotate}: ${name}` }),
  ]);
}

function revokeForm(view: View, name: string, sent?: SentForm): Html {
  const t = TOKEN_TEXTS[view.language];
  const of = `revoke-${name}`;
  const fields = sentBox(view, sent, { form: of, name: 'confirmed', label: t.confirm });
  const action = actionOf(view, name, 'revoke');
  return fold(sent, of, { name, summary: t.revoke, hint: t.revokeHint(name) }, [
    form(view, { action, fields, submit: `${t.revoke}: ${name}`, kind: 'danger' }),
  ]);
}

interface Folded {
  /** Of the token, for those who hear the page: the summaries of all rows are alike. */
  readonly name: string;
  readonly summary: string;
  readonly hint: string;
}

function fold(sent: SentForm | undefined, id: string, { name, summary, hint }: Folded, forms: readonly Html[]): Html {
  return html`<details class="fold" id="${id}"${sent?.name === id && html` open`}><summary>${summary}<span class="hidden"> ${name}</span></summary><p>${hint}</p>${forms}</details>`;
}

function actionOf(view: View, name: string, what: string): string {
  return view.link(`/settings/tokens/${encodeURIComponent(name)}/${what}`);
}
