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
export function fleetTitle({ sizes: { fleets } }: Scene, store: string): string {
  return `show the page of a fleet of ${fleets.map(inWords).join(', and of ')} in ${store}`;
}

/** The dashboard's first page, for one reader and for several at once. */
export async function fleetMatch(scene: Scene, kind: StoreKind): Promise<Match> {
  const { fleets } = scene.sizes;
  const contestants: Contestant[] = [];
  for (const fleet of fleets) contestants.push(...(await readersOf(scene, kind, fleet)));
  const asked = fleets.flatMap(fleet => Object.keys(ASKS).map(what => ({ what: askOf(what, fleet), fleet })));
  return {
    contestants,
    isLoad: true,
    targets: results =>
      asked.flatMap(({ what, fleet }) => [
        ...READERS.map(clients => ({
          ...{
            what: `${nameOf(what, clients)}: the page (p50)`,
            unit: 'ms',
            atMost: fleet.databases > 1000 ? 200 : 100,
          },
          value: results.of(nameOf(what, clients))?.latency?.p50,
        })),
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

type Fleet = Scene['sizes']['fleets'][number];

async function readersOf(scene: Scene, kind: StoreKind, fleet: Fleet): Promise<Contestant[]> {
  const { seconds, ...size } = fleet;
  const stand = await historyStand(scene, kind, size);
  const { servers } = await filledHistory(scene, kind, size);
  return Object.entries(ASKS).flatMap(([what, path]) =>
    READERS.map(clients =>
      loadContestant(scene, {
        ...{ name: nameOf(askOf(what, fleet), clients), role: 'ours', servers: [stand.meter, ...servers] },
        plan: { url: stand.url, asks: [{ path }], list: [], length: 0, text: '<table class="matrix', clients, seconds },
      }),
    ),
  );
}

function inWords({ databases, days }: Fleet): string {
  return `${databases.toLocaleString('en')} databases × ${days.toLocaleString('en')} backups`;
}

function askOf(what: string, { databases, days }: Fleet): string {
  return `${databases.toLocaleString('en')} × ${days.toLocaleString('en')}, ${what}`;
}

function nameOf(what: string, clients: number): string {
  return `${what}, ${clients === 1 ? 'one reader' : `${clients} readers at once`}`;
}

function kilobytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / 1000;
}
