import type { Contestant, Match } from '../case.ts';
import type { Scene } from '../scene.ts';
import { filledHistory, historyStand, type StoreKind } from './history-stand.ts';
import { loadContestant } from './load-contestant.ts';

/** Those who look in the morning, and one alone: from the question to the last byte of the page. */
const READERS = [1, 16];

/** Filters that look at the backups of all databases, and a page that is not the first. */
const ASKS = {
  'what needs someone': '/-/ui',
  'all databases': '/-/ui?all=true',
  'latest backup incomplete': '/-/ui?states=incomplete',
} as const;

/** @returns what the work is, for the table */
export function fleetTitle({ sizes: { fleet } }: Scene, store: string): string {
  const [databases, days] = [fleet.databases, fleet.days].map(value => value.toLocaleString('en'));
  return `show the page of a fleet of ${databases} databases × ${days} backups in ${store}`;
}

/** The dashboard's first page, for one reader and for several at once. */
export async function fleetMatch(scene: Scene, kind: StoreKind): Promise<Match> {
  const { seconds, ...size } = scene.sizes.fleet;
  const stand = await historyStand(scene, kind, size);
  const { servers } = await filledHistory(scene, kind, size);
  const contestants: Contestant[] = Object.entries(ASKS).flatMap(([what, path]) =>
    READERS.map(clients =>
      loadContestant(scene, {
        ...{ name: nameOf(what, clients), role: 'ours', servers: [stand.meter, ...servers] },
        plan: { url: stand.url, asks: [{ path }], list: [], length: 0, text: '<table class="matrix', clients, seconds },
      }),
    ),
  );
  return {
    contestants,
    isLoad: true,
    targets: results =>
      Object.keys(ASKS).flatMap(what => [
        {
          ...{ what: `${what}: the page, for one reader (p50)`, unit: 'ms', atMost: 200 },
          value: results.of(nameOf(what, 1))?.latency?.p50,
        },
        {
          ...{ what: `${what}: its size`, unit: 'kB', atMost: 300 },
          value: kilobytes(results.of(nameOf(what, 1))?.outputBytes),
        },
      ]),
    notes: [
      'One of ten databases has no complete backup from last night, so that every page is one of a bad morning.',
      'The times are to the last byte; the first comes with it, since a page is made as a whole.',
    ],
  };
}

function nameOf(what: string, clients: number): string {
  return `${what}, ${clients === 1 ? 'one reader' : `${clients} readers at once`}`;
}

function kilobytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / 1000;
}
