import { type Fleet, readFleet } from '../../../fleet/read-fleet.ts';
import { SharedWork } from '../../../process/shared-work.ts';
import { recentBytesPerDay } from '../../../statistics/bytes-per-day.ts';
import type { PageRequest, WebParts } from '../../shell/page.ts';
import { type Doubts, doubted, doubtsOf } from './doubts.ts';
import { type Filters, filtersIn, placeIn, searchOf } from './filters.ts';

/** What the page shows, and what it was asked for. */
export interface LoadedFleet {
  readonly fleet: Fleet;
  readonly filters: Filters;
  readonly doubts: Doubts;
}

/** So many rows keep a page below 300 kB, each with 30 days. */
const ROWS = 40;

/** @throws AppError 422 for filters that mean nothing */
export async function loadFleet({ view, em, scope, query }: PageRequest, parts: LoadParts): Promise<LoadedFleet> {
  const { now, zone } = view;
  const filters = filtersIn(query);
  const { storage, totals, notifications, configuration, scheduler } = parts;
  const after = placeIn(query);
  const read = () =>
    readFleet(
      {
        ...{ em, scope, now, zone, configuration: configuration.current() },
        space: () => storage.space(),
        bytesPerDay: () => recentBytesPerDay(totals, em, now),
        channelStates: em => notifications.delivery.states(em),
      },
      { search: searchOf(filters, now), after, limit: ROWS },
    );
  const fleet = await sharedBy(parts).run(JSON.stringify([scope, zone, filters, after]), read);
  const doubts = doubtsOf(scheduler.status(), fleet.facts.storage, now);
  return { fleet: { ...fleet, verdict: doubted(fleet.verdict, doubts) }, filters, doubts };
}

/** Each minute all open pages ask for the same at once, and a fleet of 10,000 takes a tenth of a second. */
function sharedBy(parts: LoadParts): SharedWork<Fleet> {
  const shared = ofServices.get(parts) ?? new SharedWork<Fleet>();
  ofServices.set(parts, shared);
  return shared;
}

/** Of each service in this process. */
const ofServices = new WeakMap<LoadParts, SharedWork<Fleet>>();

type LoadParts = Pick<WebParts, 'storage' | 'totals' | 'notifications' | 'configuration' | 'scheduler'>;
