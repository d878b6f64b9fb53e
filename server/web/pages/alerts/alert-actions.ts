import { acknowledgeAlarm } from '../../../alarms/acknowledge.ts';
import type { ListedAlarm } from '../../../alarms/search-alarms.ts';
import { whoDecides } from '../../../decisions/who-decides.ts';
import { AppError } from '../../../errors/errors.ts';
import { testChannel } from '../../../notifications/channel-tests.ts';
import type { FormRequest, FormRoute, WebParts } from '../../shell/page.ts';
import { readAcknowledgement, type WantedAcknowledgement } from './acknowledge-form.ts';
import { showAlert } from './alert-page.ts';
import { showAlerts } from './alerts-page.ts';
import { loadAlert } from './load-alerts.ts';

/** Notes that someone sees to an alarm, or to all of one cause, until an end if one is wanted. */
export const ACKNOWLEDGE: FormRoute = {
  path: '/alerts/:id/acknowledge',
  action: 'acknowledge',
  async submit(request, parts) {
    const { view, em, scope, params, form } = request;
    const wanted = readAcknowledgement(view, form);
    if ('isTogether' in wanted) return showAlert(request, wanted);
    const { alarm, cause, isExplained } = await loadAlert({ em, scope }, params.id!, view.now);
    const together = form.get('together') === '1' && cause !== undefined && !isExplained;
    const alarms = together ? cause.alarms : [alarm];
    for (const one of alarms)
      await acknowledge(request, parts, one, wanted).catch(error => {
        // Of many, one may be over meanwhile: that is well.
        if (alarms.length === 1 || !(error instanceof AppError) || error.code !== 'ALARM_CLOSED') throw error;
      });
    return { goTo: view.link(alarms.length > 1 ? '/alerts' : `/alerts/${alarm.id}`) };
  },
};

/** Sends a test through a channel, and shows what the other side answered. */
export const TEST_CHANNEL: FormRoute = {
  path: '/alerts/channels/:name/test',
  action: 'testChannel',
  async submit(request, parts) {
    const { view, params, actor } = request;
    const { notifications, audit } = parts;
    const name = params.name!;
    // What is shown beside the result is the page without filters.
    const page = { ...request, query: new URLSearchParams() };
    try {
      const tested = await testChannel({ tests: notifications.tests, audit, actor }, name, view.now);
      return await showAlerts(page, parts, tested);
    } catch (error) {
      if (!(error instanceof AppError) || error.status !== 429) throw error;
      return { ...(await showAlerts(page, parts, { name, tooSoon: error.message })), status: 429 };
    }
  },
};

function acknowledge(
  { view, em, scope, actor }: FormRequest,
  { audit }: WebParts,
  { id, kind, subject, databaseName }: ListedAlarm,
  { reason, until }: WantedAcknowledgement,
): Promise<ListedAlarm> {
  const detail = { alarm: id, kind, subject, reason, until: until ?? null };
  const deed = { actor, action: 'alarm_acknowledge', database: databaseName ?? undefined, detail } as const;
  const by = whoDecides(actor);
  return audit.change(deed, () => acknowledgeAlarm({ em, scope }, id, { by, reason, until }, view.now));
}
