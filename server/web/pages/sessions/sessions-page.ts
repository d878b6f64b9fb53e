import { can } from '../../../auth/policy.ts';
import type { Session } from '../../../entities/session.entity.ts';
import { Token } from '../../../entities/token.entity.ts';
import { notFound } from '../../../errors/errors.ts';
import { endSession, IDLE_MS, LONGEST_MS, listSessions } from '../../sessions/sessions.ts';
import { form } from '../../shell/forms.ts';
import { type Html, html } from '../../shell/html.ts';
import type { FormRoute, PageRequest, PageRoute } from '../../shell/page.ts';
import { settingsNavigation } from '../settings/navigation.ts';
import { SESSION_TEXTS } from './texts.ts';

/** The browsers that are signed in: to one who manages tokens all of them, to others those of the own token. */
export const SESSIONS_PAGE: PageRoute = {
  path: '/settings/sessions',
  action: 'list',
  async show(request) {
    const { view, em } = request;
    const t = SESSION_TEXTS[view.language];
    const which = await visibleTo(request);
    const sessions = which === 'none' ? [] : await listSessions({ em, now: view.now }, which.tokenHash);
    const { duration } = view.format;
    return {
      title: t.heading,
      body: html`${settingsNavigation(view, '/settings/sessions')}<h1>${t.heading}</h1>
<p>${t.intro(duration(IDLE_MS), duration(LONGEST_MS))}${!can(view.principal, 'tokens') && html` ${t.onlyOwn}`}</p>
${sessions.length === 0 ? html`<p>${t.none}</p>` : table(request, sessions)}`,
    };
  },
};

/** Ends a session, of another browser usually: its next page leads to the sign-in. */
export const END_SESSION: FormRoute = {
  path: '/settings/sessions/:id/end',
  action: 'list',
  async submit(request, { audit }) {
    const { view, em, params, actor } = request;
    const which = await visibleTo(request);
    const id = /^[1-9]\d{0,8}$/.test(params.id!) ? Number(params.id) : 0;
    const ended = which === 'none' ? undefined : await endSession({ em }, id, which.tokenHash);
    if (!ended) throw notFound('SESSION_NOT_FOUND', `No session has the id ${params.id}: it may have ended meanwhile`);
    void audit.record({ actor, action: 'sign_out', result: 'done', detail: { session: id, of: ended.token } });
    return { goTo: view.link('/settings/sessions') };
  },
};

/** @returns whose sessions may be seen and ended; without `tokenHash` all */
async function visibleTo({ view, em, tokenHash }: PageRequest): Promise<{ readonly tokenHash?: string } | 'none'> {
  const { principal } = view;
  if (can(principal, 'tokens')) return {};
  if (tokenHash !== undefined) return { tokenHash };
  const token = principal.tokenId === undefined ? null : await em.findOne(Token, { id: principal.tokenId });
  return token ? { tokenHash: token.hash } : 'none';
}

function table({ view, sessionId }: PageRequest, sessions: readonly Session[]): Html {
  const t = SESSION_TEXTS[view.language];
  const heads = [t.token, t.began, t.seen, t.from, t.browser];
  const row = ({ id, token, createdAt, lastSeenAt, address, browser }: Session) =>
    html`<tr><th scope="row">${token}${id === sessionId && html` <small>(${t.this})</small>`}</th><td>${view.format.at(createdAt)}</td><td>${view.format.ago(lastSeenAt)}</td><td>${address}</td><td>${browser}</td><td>${form(
      view,
      {
        ...{ action: view.link(`/settings/sessions/${id}/end`), kind: 'danger' },
        ...{ fields: html`<span class="hidden">${t.endOf(id)}</span>`, submit: t.end },
      },
    )}</td></tr>`;
  return html`<div class="scroll"><table><caption>${t.caption(sessions.length)}</caption><thead><tr>${heads.map(
    head => html`<th scope="col">${head}</th>`,
  )}<td></td></tr></thead><tbody>${sessions.map(row)}</tbody></table></div>`;
}
