import { can } from '../../../auth/policy.ts';
import type { TestedChannel } from '../../../notifications/channel-tests.ts';
import { command } from '../../forms/command.ts';
import { form } from '../../shell/forms.ts';
import { type Html, html } from '../../shell/html.ts';
import { status } from '../../shell/status.ts';
import type { View } from '../../shell/view.ts';
import type { ChannelShown } from './channels.ts';
import { ALERTS_TEXTS } from './texts.ts';

/** How a test went, or that it was too soon for one. */
export type TestShown = TestedChannel | { readonly name: string; readonly tooSoon: string };

/** The channels, each with a button that tries it. @param tested what the button that was pressed has shown */
export function channelsTable(view: View, channels: readonly ChannelShown[], tested?: TestShown): Html {
  const t = ALERTS_TEXTS[view.language];
  const canTest = can(view.principal, 'testChannel');
  if (channels.length === 0)
    return section(
      view,
      html`<p>${t.noChannels}</p>
${command(view, 'sudo lumbung notify test CHANNEL', 'command-test')}`,
    );
  return section(
    view,
    html`${tested && resultOf(view, tested)}
<div class="scroll"><table><caption>${t.channelsCaption}</caption>
<thead><tr><th scope="col">${t.channel}</th><th scope="col">${t.type}</th><th scope="col">${t.delivered}</th><th scope="col">${t.waiting}</th><th scope="col">${t.problem}</th>${canTest && html`<th scope="col">${t.test}</th>`}</tr></thead>
<tbody>${channels.map(channel => row(view, channel, canTest))}</tbody></table></div>`,
  );
}

function section(view: View, body: Html): Html {
  const t = ALERTS_TEXTS[view.language];
  return html`<section aria-labelledby="channels"><h2 id="channels">${t.channels}</h2>${body}</section>`;
}

function row(view: View, channel: ChannelShown, canTest: boolean): Html {
  const t = ALERTS_TEXTS[view.language];
  const { name, type, host, lastDeliveredAt, failingSince, lastError, waiting } = channel;
  const action = view.link(`/alerts/channels/${encodeURIComponent(name)}/test`);
  return html`<tr><th scope="row">${name}</th><td>${type}${host !== undefined && html` <small>${host}</small>`}</td>
<td>${lastDeliveredAt ? view.format.ago(lastDeliveredAt) : t.noDelivery}</td><td class="number">${view.format.number(waiting)}</td>
<td>${failingSince && html`${status('damaged', t.failing)} ${view.format.at(failingSince)}`}${lastError !== null && html` <span lang="en">${lastError}</span>`}${!failingSince && lastError === null && t.noProblem}</td>
${canTest && html`<td>${form(view, { action, submit: t.testOf(name), kind: 'quiet' })}</td>`}</tr>`;
}

function resultOf(view: View, tested: TestShown): Html {
  const t = ALERTS_TEXTS[view.language];
  const { name } = tested;
  if ('tooSoon' in tested)
    return html`<div class="note" role="status"><p>${t.tooSoon(name)} <span lang="en">${tested.tooSoon}</span></p></div>`;
  const { answer, problem } = tested;
  const said = answer === null ? t.refused(name) : problem === null ? t.taken(name) : t.partly(name);
  return html`<div class="${problem === null ? 'note good' : 'note bad'}" role="status"><p>${status(problem === null ? 'complete' : 'damaged', said)}</p>
${answer !== null && html`<p>${t.answered} <code>${answer}</code></p>`}${problem !== null && html`<p lang="en"><code>${problem}</code></p>`}
${answer !== null && html`<p>${t.takenHint}</p>`}</div>`;
}
