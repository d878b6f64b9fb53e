import type { Fleet } from '../../../fleet/read-fleet.ts';
import { type Html, html } from '../../shell/html.ts';
import { markWithWord } from '../../shell/marks.ts';
import type { PageRequest, PageRoute } from '../../shell/page.ts';
import type { View } from '../../shell/view.ts';
import { causeList } from './causes.ts';
import { doubtNotes } from './doubts.ts';
import { filterBar } from './filter-bar.ts';
import { cursorOf, type Filters, isFiltered, queryOf } from './filters.ts';
import { firstDay } from './first-day.ts';
import { type LoadedFleet, loadFleet } from './load-fleet.ts';
import { matrixTable } from './matrix.ts';
import { facts, sentence } from './sentence.ts';
import { FLEET_TEXTS } from './texts.ts';

/** How the night went: one sentence, what needs someone, and 30 days of each database. */
export const FLEET_PAGE: PageRoute = {
  path: '/',
  action: 'list',
  async show(request, parts) {
    const { view } = request;
    const loaded = await loadFleet(request, parts);
    const { verdict } = loaded.fleet;
    const isEmpty = verdict.tone === 'empty' && !isFiltered(loaded.filters);
    return {
      title: FLEET_TEXTS[view.language].title,
      attention: verdict.without + verdict.alsoOpen,
      body: isEmpty ? emptyBody(request, loaded.fleet) : body(view, loaded),
    };
  },
};

function emptyBody(request: PageRequest, { verdict }: Fleet): Html {
  return html`${sentence(request.view, verdict)}${firstDay(request)}`;
}

function body(view: View, { fleet, filters, doubts }: LoadedFleet): Html {
  const { verdict, causes } = fleet;
  const t = FLEET_TEXTS[view.language];
  // A run has just reported it, or a grace has just passed. Where there are doubts, their notes say more.
  const isFound = verdict.without > 0 && !doubts.notLookedSince && !doubts.isStorageAway;
  return html`${sentence(view, verdict)}
${doubtNotes(view, doubts)}
${facts(view, fleet.facts)}
${causeList(view, causes, isFound ? t.causesSoon : t.noCauses)}
${databases(view, fleet, filters)}`;
}

function databases(view: View, fleet: Fleet, filters: Filters): Html {
  const t = FLEET_TEXTS[view.language];
  const { matrix, verdict } = fleet;
  const links = {
    group: (name: string | undefined) => view.link('/', queryOf({ ...filters, group: name ?? '', all: true })),
  };
  const isAtAll = filters.all || !matrix.isNeeding;
  const { fine } = verdict;
  return html`<section aria-labelledby="databases"><h2 id="databases">${t.databases}</h2>
${filterBar(view, filters, fleet)}
${matrix.total === 0 ? html`<p>${t.noMatch} <a href="${view.link('/', { all: 'true' })}">${t.noFilters}</a></p>` : matrixTable(view, fleet, links)}
<p class="pages">${matrix.next && html`<a rel="next" href="${view.link('/', { ...queryOf(filters), after: cursorOf(matrix.next) })}">${t.nextRows}</a> `}${!isAtAll && fine > 0 && html`<a href="${view.link('/', { all: 'true' })}">${t.andFine(fine)}</a>`}</p>
${legend(view)}</section>`;
}

function legend(view: View): Html {
  const marks = [
    'complete',
    'incomplete',
    'damaged',
    'missing',
    'none-due',
    'paused',
    'unverified',
    'pinned',
    'drilled',
  ] as const;
  return html`<ul class="legend" aria-label="${FLEET_TEXTS[view.language].legend}">${marks.map(one => html`<li>${markWithWord(view, one)}</li>`)}</ul>`;
}
