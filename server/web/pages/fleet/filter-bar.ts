import type { Fleet } from '../../../fleet/read-fleet.ts';
import { chips, choice, field, filterForm, hidden } from '../../shell/forms.ts';
import { type Html, html } from '../../shell/html.ts';
import type { View } from '../../shell/view.ts';
import { type Filters, isFiltered, queryOf } from './filters.ts';
import { FLEET_TEXTS } from './texts.ts';

type Change = Partial<Filters>;

const NONE: Filters = {
  ...{ search: '', states: [], freshness: [], noCompleteForHours: undefined, hasUnacceptedLoss: undefined },
  ...{ notProvenForDays: undefined, group: undefined, all: false },
};

/** The filters of the matrix, as links and as a form: all of them are in the URL, and those that are on go off. */
export function filterBar(view: View, filters: Filters, { verdict, groups, matrix }: Fleet): Html {
  const t = FLEET_TEXTS[view.language];
  const plain = !isFiltered(filters);
  const chip = (label: string, change: Change, isOn: boolean, count?: number) => ({
    ...{ label, isOn, count },
    href: view.link('/', queryOf({ ...filters, all: false, ...(isOn ? off(change) : change) })),
  });
  const state = (one: Filters['states'][number], label: string) =>
    chip(label, { states: [one] }, filters.states.length === 1 && filters.states[0] === one);
  const watched = (label: string, ...freshness: Filters['freshness']) =>
    chip(label, { freshness }, freshness.join() === filters.freshness.join(), countOf(verdict, freshness));
  const { chips: words } = t;
  const isAll = plain && !matrix.isNeeding;
  // What no database is, no one looks for.
  const idle = (['dropped', 'paused', 'retired'] as const)
    .filter(one => verdict.standings[one] !== undefined || filters.freshness.includes(one))
    .map(one => watched(words[one], one));
  return html`<nav class="fleet-filters" aria-label="${t.filters}">${chips(view, t.filters, [
    { label: words.needing, href: view.link('/'), isOn: plain && !isAll, count: verdict.needing },
    {
      ...{ label: words.all, href: view.link('/', { all: 'true' }), isOn: isAll },
      count: verdict.databases + (verdict.standings.paused ?? 0),
    },
    watched(words.late, 'late', 'critical'),
    ...[state('incomplete', words.incomplete), state('damaged', words.damaged), state('unverified', words.unverified)],
    ...[watched(words.never, 'never'), ...idle],
    chip(words.loss, { hasUnacceptedLoss: true }, filters.hasUnacceptedLoss === true),
    chip(words.unproven, { notProvenForDays: 30 }, filters.notProvenForDays === 30),
  ])}
<details${!plain && html` open`}><summary>${t.moreFilters}</summary>${form(view, filters, groups)}</details></nav>`;
}

/** Where a filter leads that is on already. */
function off(change: Change): Change {
  return Object.fromEntries(Object.keys(change).map(key => [key, NONE[key as keyof Filters]]));
}

function countOf({ standings }: Fleet['verdict'], freshness: Filters['freshness']): number | undefined {
  const [only, ...more] = freshness;
  const isStanding = only === 'paused' || only === 'retired' || only === 'dropped';
  return isStanding && more.length === 0 ? (standings[only] ?? 0) : undefined;
}

/** It has fields for what chips can't say, and keeps what they do say. */
function form(view: View, filters: Filters, groups: readonly string[]): Html {
  const t = FLEET_TEXTS[view.language].fields;
  const { search, noCompleteForHours, notProvenForDays, group } = filters;
  const kept = queryOf({
    ...NONE,
    states: filters.states,
    freshness: filters.freshness,
    hasUnacceptedLoss: filters.hasUnacceptedLoss,
  });
  const options: Array<[string, string]> = [['', t.anyGroup], ...groups.map((name): [string, string] => [name, name])];
  return filterForm({
    action: view.link('/'),
    submit: t.submit,
    fields: html`${hidden(kept)}${field({ name: 'search', label: t.search, value: search, type: 'search', maxLength: 64 })}${groups.length > 0 && choice({ name: 'group', label: t.group, value: group, options })}${field({ name: 'noCompleteForHours', label: t.noCompleteForHours, value: text(noCompleteForHours), type: 'number' })}${field({ name: 'notProvenForDays', label: t.notProvenForDays, value: text(notProvenForDays), type: 'number' })}`,
  });
}

function text(number: number | undefined): string {
  return number === undefined ? '' : String(number);
}
