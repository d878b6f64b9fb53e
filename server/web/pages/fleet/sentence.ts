import { isEverything } from '../../../auth/scope.ts';
import type { ChannelFacts, FleetFacts } from '../../../fleet/read-facts.ts';
import { STANDINGS, WITHOUT } from '../../../fleet/standing.ts';
import type { Verdict } from '../../../fleet/verdict.ts';
import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import { clock } from './clock.ts';
import { FLEET_TEXTS } from './texts.ts';

const TONES = { critical: 'bad', warning: 'warn', well: 'good', empty: 'empty' } as const;

/** The one sentence: how the night went, in the colour of the worst of it. */
export function sentence({ language }: View, verdict: Verdict): Html {
  return html`<h1 class="verdict ${TONES[verdict.tone]}">${sentenceText(language, verdict)}</h1>`;
}

/** @returns the same as a text */
function sentenceText(language: View['language'], verdict: Verdict): string {
  const { databases, without, forgiven, standings, alsoOpen, isNightly, tone } = verdict;
  const t = FLEET_TEXTS[language];
  if (tone === 'empty') return `${t.sentence.empty}.`;
  const counts = (wanted: (standing: (typeof STANDINGS)[number]) => boolean) =>
    STANDINGS.filter(one => wanted(one) && standings[one]).map(one => together(t.standings[one](standings[one]!)));
  const short = counts(one => WITHOUT.has(one)).join(', ');
  const well = databases - (standings.waiting ?? 0);
  const late = forgiven > 0 ? [t.sentence.forgiven(forgiven, databases)] : [];
  const first = without > 0 ? `${t.sentence.short(without, databases, isNightly)}: ${short}` : t.sentence.allWell(well);
  const idle = counts(one => one === 'waiting' || one === 'paused');
  const parts = [
    ...(well > 0 && (without > 0 || forgiven === 0) ? [first] : []),
    ...late,
    ...idle,
    ...(alsoOpen > 0 ? [t.sentence.alsoOpen(alsoOpen)] : []),
  ];
  return `${parts.join('; ')}.`;
}

/** A number stays on the line of what it counts. */
function together(text: string): string {
  return text.replace(' ', '\u00a0');
}

/** What stands beside the sentence. */
export function facts(view: View, { lastRun, storage, proven, channels }: FleetFacts): Html {
  const { format, principal, language } = view;
  const t = FLEET_TEXTS[language].facts;
  const isBehind = lastRun !== undefined && lastRun.complete < lastRun.databases;
  const run = lastRun
    ? html`<a href="${view.link(`/runs/${lastRun.id}`)}">${format.ago(lastRun.startedAt)}</a>: ${clock(view, lastRun.startedAt)}–${format.time(lastRun.endedAt)}, <span${isBehind && html` class="warn"`}>${t.ofDatabases(format.number(lastRun.complete), format.number(lastRun.databases))}</span>`
    : t.noRun;
  const share = t.ofAll(format.number(proven.proven), format.number(proven.databases));
  return html`<dl class="facts fleet-facts">
<dt>${t.lastRun}</dt><dd>${run}</dd>
${storage && html`<dt>${t.storage}</dt><dd>${storage === 'away' ? html`<strong class="bad">${t.away}</strong>` : room(view, storage)}</dd>`}
<dt>${t.proven}</dt><dd><a href="${view.link('/drills')}">${share}</a>${proven.databases > 0 && html` (${format.percent(proven.proven / proven.databases)})`}</dd>
${isEverything(principal.scope) && channels && html`<dt>${t.channels}</dt><dd>${channelText(view, channels)}</dd>`}
</dl>`;
}

/** A month ahead is soon enough to order a disk; what is years ahead is no forecast. */
const [SOON_DAYS, FAR_DAYS] = [30, 3 * 365];

function room({ format, language }: View, storage: Exclude<FleetFacts['storage'], 'away' | undefined>): Html {
  const t = FLEET_TEXTS[language].facts;
  const { free, total, fullInDays } = storage;
  const isSoon = fullInDays !== undefined && fullInDays < SOON_DAYS;
  return html`${t.room(format.bytes(free), format.bytes(total))}${fullInDays !== undefined && fullInDays < FAR_DAYS && html`, <span${isSoon && html` class="warn"`}>${t.fullIn(fullInDays)}</span>`}`;
}

function channelText(view: View, { channels, failing, untried }: ChannelFacts): Html {
  const t = FLEET_TEXTS[view.language].facts;
  if (channels === 0) return html`<span class="warn">${t.noChannel}</span>`;
  const link = `${view.link('/alerts')}#channels`;
  if (failing.length > 0) return html`<a class="bad" href="${link}">${t.failing(failing.join(', '))}</a>`;
  if (untried.length > 0) return html`<a class="warn" href="${link}">${t.untried(untried.join(', '))}</a>`;
  return html`<a href="${link}">${t.allDeliver(channels)}</a>`;
}
