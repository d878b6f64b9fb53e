import { isKeyOf } from '../../../../protocol/texts/is-key-of.ts';
import { instantIn } from '../../forms/local-instant.ts';
import { choice, field, form } from '../../shell/forms.ts';
import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import type { AlertShown } from './load-alerts.ts';
import { ALERTS_TEXTS } from './texts.ts';

/** What stands in the fields of the form, and what is wrong with it. */
export interface AcknowledgeForm {
  readonly reason?: string;
  readonly end?: string;
  readonly until?: string;
  /** Whether the other alarms of the same cause are meant, too. */
  readonly isTogether: boolean;
  readonly mistakes?: AcknowledgeMistakes;
}

export interface AcknowledgeMistakes {
  readonly reason?: string;
  readonly end?: string;
  readonly until?: string;
}

/** What was sent, understood. */
export interface WantedAcknowledgement {
  readonly reason: string;
  /** Undefined means until it is over. */
  readonly until: Date | undefined;
}

const HOUR_MS = 3_600_000;

/** How long an alarm can be silent by one choice, in milliseconds. */
const SPANS = { h8: 8 * HOUR_MS, d1: 24 * HOUR_MS, d3: 72 * HOUR_MS, d7: 168 * HOUR_MS } as const;
const ENDS = ['over', 'h8', 'd1', 'd3', 'd7', 'at'] as const;

const LONGEST_REASON = 1_000;

/** The form that notes that someone sees to an alarm. */
export function acknowledgeForm(view: View, { alarm, cause, isExplained }: AlertShown, typed: AcknowledgeForm): Html {
  const t = ALERTS_TEXTS[view.language];
  const others = isExplained ? 0 : (cause?.alarms.length ?? 1) - 1;
  const { reason, end = 'over', until, isTogether, mistakes = {} } = typed;
  const fields = html`${field({ name: 'reason', label: t.reason, hint: t.reasonHint, value: reason, mistake: mistakes.reason, type: 'area', isRequired: true, maxLength: LONGEST_REASON })}
${choice({ name: 'end', label: t.end, options: ENDS.map(one => [one, t.ends[one]] as const), value: end, mistake: mistakes.end })}
${field({ name: 'until', label: t.endAt(view.zone), hint: t.endAtHint, value: until, mistake: mistakes.until, type: 'datetime-local' })}
${others > 0 && html`<p class="field"><label><input type="checkbox" name="together" value="1"${isTogether && html` checked`}> ${t.together(others)}</label></p>`}`;
  const action = view.link(`/alerts/${alarm.id}/acknowledge`);
  return html`<section aria-labelledby="acknowledge"><h2 id="acknowledge">${t.acknowledge}</h2>
${typed.mistakes && html`<p class="mistake" role="alert">${t.mistake}</p>`}
<p>${t.acknowledgeHint}</p>
${form(view, { action, fields, submit: t.acknowledge })}</section>`;
}

/** Reads what the form has sent. @returns what is wanted, or the form with its mistakes */
export function readAcknowledgement(view: View, sent: URLSearchParams): WantedAcknowledgement | AcknowledgeForm {
  const t = ALERTS_TEXTS[view.language];
  const [reason, end, until] = ['reason', 'end', 'until'].map(name => sent.get(name) ?? '') as [string, string, string];
  const typed = { reason, end, until, isTogether: sent.get('together') === '1' };
  const trimmed = reason.trim();
  const wanted = endIn(view, end, until);
  const mistakes = {
    ...((trimmed === '' || trimmed.length > LONGEST_REASON) && { reason: t.mistakes.reason }),
    ...(!(wanted instanceof Date) && wanted),
  };
  if (Object.keys(mistakes).length > 0) return { ...typed, mistakes };
  return { reason: trimmed, until: wanted instanceof Date ? wanted : undefined };
}

/** @returns when it ends, an empty object where it does not, or the mistake */
function endIn(view: View, end: string, until: string): Date | AcknowledgeMistakes {
  const t = ALERTS_TEXTS[view.language].mistakes;
  if (end === 'over' || end === '') return {};
  if (end === 'at') {
    const at = instantIn(view.zone, until);
    if (!at) return { until: t.time };
    return at <= view.now ? { until: t.past } : at;
  }
  return isKeyOf(SPANS, end) ? new Date(view.now.getTime() + SPANS[end]) : { end: t.end };
}
