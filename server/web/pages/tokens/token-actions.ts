import { validationError } from '../../../errors/errors.ts';
import { createToken, revokeToken, rotateToken } from '../../../tokens/change-tokens.ts';
import type { MadeToken } from '../../../tokens/token-store.ts';
import { attempt } from '../../forms/attempt.ts';
import { command } from '../../forms/command.ts';
import { fieldName } from '../../forms/sent-field.ts';
import { html } from '../../shell/html.ts';
import type { FormRequest, FormRoute, Page, PageRequest, Submitted, WebParts } from '../../shell/page.ts';
import { TOKEN_TEXTS } from './texts.ts';
import { tokensPage } from './tokens-page.ts';

/** What the forms of the tokens do: the same as GraphQL's mutations. */
export const TOKEN_ACTIONS: readonly FormRoute[] = [
  { path: '/settings/tokens', action: 'tokens', submit: make },
  { path: '/settings/tokens/:name/rotate', action: 'tokens', submit: rotate },
  { path: '/settings/tokens/:name/revoke', action: 'tokens', submit: revoke },
];

async function make(request: FormRequest, parts: WebParts): Promise<Submitted> {
  const text = (name: string) => request.form.get(fieldName('make', name))?.trim() ?? '';
  const scope = text('scope')
    .split(/[\s,]+/)
    .filter(Boolean);
  const given = { name: text('name'), role: text('role'), expires: text('expires') || undefined };
  // An admin has all databases, and need not say so.
  const wanted = { ...given, scope: given.role === 'admin' && scope.length === 0 ? undefined : scope };
  return once('make', request, parts, () => createToken(partsOf(request, parts), wanted));
}

async function rotate(request: FormRequest, parts: WebParts): Promise<Submitted> {
  const name = request.params.name!;
  const form = `rotate-${name}`;
  const overlap = request.form.get(fieldName(form, 'overlap'))?.trim();
  return once(form, request, parts, () => rotateToken(partsOf(request, parts), { name, overlap }));
}

async function revoke(request: FormRequest, parts: WebParts): Promise<Submitted> {
  const { form: values, view, params } = request;
  const name = params.name!;
  const form = `revoke-${name}`;
  const sent = await attempt({ name: form, values }, async () => {
    if (values.get(fieldName(form, 'confirmed')) !== 'on')
      throw validationError([{ field: 'confirmed', message: 'must be ticked' }]);
    await revokeToken(partsOf(request, parts), name);
  });
  return sent ? tokensPage(request, parts, sent) : { goTo: view.link('/settings/tokens', { revoked: name }) };
}

function partsOf({ actor }: FormRequest, { tokens, audit }: WebParts) {
  return { tokens, audit, actor };
}

/** @returns the page with the text of the token that was made, or the form with what is wrong */
async function once(form: string, request: FormRequest, parts: WebParts, act: () => Promise<MadeToken>): Promise<Page> {
  let made: MadeToken | undefined;
  const sent = await attempt({ name: form, values: request.form }, async () => {
    made = await act();
  });
  return sent ? tokensPage(request, parts, sent) : shownOnce(request, made!);
}

/** The only page that ever has the text of a token: no one can ask for it again. */
function shownOnce({ view, serviceUrl }: PageRequest, { text, token }: MadeToken): Page {
  const t = TOKEN_TEXTS[view.language];
  const file = '~/.config/lumbung/token';
  const save = `(umask 077; mkdir -p ~/.config/lumbung; cat > ${file})`;
  return {
    title: t.made(token.name),
    body: html`<h1>${t.made(token.name)}</h1>
<p class="note warn" role="status">${t.once}</p>
<h2>${t.text}</h2>
${command(view, text, 'token')}
<h2>${t.usage}</h2>
${command(view, save, 'save')}
${command(view, `export SADE_SERVER=${serviceUrl} SADE_TOKEN_FILE=${file}`, 'use')}
<p><a href="${view.link('/settings/tokens')}">${t.back}</a></p>`,
  };
}
