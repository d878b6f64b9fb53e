import { can } from '../../../auth/policy.ts';
import { ANYONE } from '../../../auth/principal.ts';
import type { WatchedRow } from '../../../freshness/read-facts.ts';
import type { SentForm } from '../../forms/attempt.ts';
import { localIn } from '../../forms/local-instant.ts';
import { sentField } from '../../forms/sent-field.ts';
import { form } from '../../shell/forms.ts';
import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import { DATABASE_TEXTS } from './texts.ts';

interface Deciding {
  readonly name: string;
  readonly watched: WatchedRow | null;
  /** A form that came back. */
  readonly sent: SentForm | undefined;
}

const WEEK_MS = 7 * 86_400_000;

/** What a person may decide about a database: nothing is shown to one who may not. */
export function decideSection(view: View, { name, watched, sent }: Deciding): Html | undefined {
  if (!can(view.principal, 'watch', name)) return undefined;
  const t = DATABASE_TEXTS[view.language];
  const isIdle = watched?.state === 'paused' || watched?.state === 'retired';
  const isRetired = watched?.state === 'retired';
  return html`<section aria-labelledby="decide"><h2 id="decide">${t.decide}</h2>
${isIdle && form(view, { action: actionLink(view, name, 'resume'), submit: t.resume })}
${!isRetired && pauseForm(view, name, sent)}
${!isRetired && retireForm(view, name, sent)}</section>`;
}

/** @returns where a form of the page of a database is sent */
function actionLink(view: View, name: string, action: 'pause' | 'resume' | 'retire'): string {
  return view.link(`/databases/${encodeURIComponent(name)}/${action}`);
}

function pauseForm(view: View, name: string, sent: SentForm | undefined): Html {
  const t = DATABASE_TEXTS[view.language];
  const inAWeek = localIn(view.zone, new Date(view.now.getTime() + WEEK_MS));
  const fields = [
    sentField(view, sent, {
      ...{ form: 'pause', name: 'until', label: t.pauseUntil(view.zone), type: 'datetime-local' },
      ...{ value: inAWeek, isRequired: true },
    }),
    sentField(view, sent, { form: 'pause', name: 'reason', label: t.pauseWhy, isRequired: true, maxLength: 1000 }),
    ...byField(view, 'pause', sent),
  ];
  return html`<details class="fold" id="pause"${sent?.name === 'pause' && html` open`}><summary>${t.pause}</summary><p>${t.pauseNote}</p>${form(view, { action: actionLink(view, name, 'pause'), fields, submit: t.pause })}</details>`;
}

function retireForm(view: View, name: string, sent: SentForm | undefined): Html {
  const t = DATABASE_TEXTS[view.language];
  const fields = [
    sentField(view, sent, { form: 'retire', name: 'reason', label: t.retireWhy, isRequired: true, maxLength: 1000 }),
    ...byField(view, 'retire', sent),
  ];
  return html`<details class="fold" id="retire"${sent?.name === 'retire' && html` open`}><summary>${t.retire}</summary><p>${t.retireNote}</p>${form(view, { action: actionLink(view, name, 'retire'), fields, submit: t.retire, kind: 'danger' })}</details>`;
}

/** An open service knows no names. */
function byField(view: View, form: string, sent: SentForm | undefined): Html[] {
  if (view.principal !== ANYONE) return [];
  const label = DATABASE_TEXTS[view.language].by;
  return [sentField(view, sent, { form, name: 'by', label, isRequired: true, maxLength: 255 })];
}
