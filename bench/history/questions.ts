import { databaseName, type HistorySize, lastDay } from './history-rows.ts';
import type { Ask } from './load-plan.ts';

/** Something that both the service and the bare peer are asked. */
export interface Question {
  readonly name: string;
  readonly isGraphql: boolean;
  /** In rotation; the same at the same place in `ofPeer`. */
  readonly ofService: readonly Ask[];
  readonly ofPeer: readonly Ask[];
  /** Where in the answer its list stands, and how long that must be. */
  readonly list: readonly string[];
  readonly length: number;
  /** How many times as long it may take with many rows as with few. */
  readonly growth: number;
}

export const DAYS_ASKED = 365;
/** No more than even the short history has of each database: the answers of both are of one size. */
const LIMIT = 10;
const PAGE = 100;
const DEEP_PAGES = 20;
const DATABASES = 50;

/** @returns what is asked of a service whose history is of that size */
export async function questionsTo(url: string, size: HistorySize): Promise<Question[]> {
  const histories = spread(size.databases, DATABASES).map(at => ({ path: `/${databaseName(at)}?limit=${LIMIT}` }));
  const cursors = await deepCursors(url, size);
  return [
    {
      ...{ name: 'GET /', isGraphql: false, growth: 1.2 },
      ...{ ofService: [{ path: '/' }], ofPeer: [{ path: '/' }], list: ['data'], length: size.databases },
    },
    {
      ...{ name: `GET /{db_name}?limit=${LIMIT}`, isGraphql: false, growth: 1.2 },
      ...{ ofService: histories, ofPeer: histories, list: ['data', 'histories'], length: LIMIT },
    },
    {
      ...{ name: 'GraphQL, the fleet', isGraphql: true, growth: 1.2 },
      ...{ ofService: [graphql(FLEET)], ofPeer: [{ path: '/-fleet' }] },
      ...{ list: ['data', 'databases', 'nodes'], length: size.databases },
    },
    {
      ...{ name: `GraphQL, ${PAGE} deep`, isGraphql: true, growth: 1.2 },
      ofService: cursors.map(after => graphql(BACKUPS, { after })),
      ofPeer: cursors.map(after => ({ path: `/-backups?after=${after}` })),
      ...{ list: ['data', 'backups', 'nodes'], length: PAGE },
    },
    {
      ...{ name: 'GraphQL, statistics of a year', isGraphql: true, growth: 3 },
      ...{ ofService: [graphql(STATISTICS)], ofPeer: [{ path: '/-statistics' }] },
      ...{ list: ['data', 'statistics', 'days'], length: DAYS_ASKED },
    },
  ];
}

/** The question that makes the service read all of its history, the first time. */
export const STATISTICS = `query Year { statistics(days: ${DAYS_ASKED}) {
  databases backups bytes damaged
  days { day backups bytes dumpBytes complete incomplete unverified damaged failures }
} }`;

const FLEET = `query Fleet { databases(first: 1000) {
  nodes {
    name
    latestBackup { id timestamp state size }
    latestCompleteBackup { id timestamp state size downloadUrl }
  }
  pageInfo { hasNextPage endCursor }
} }`;

const BACKUPS = `query Backups($after: String) { backups(first: ${PAGE}, after: $after) {
  nodes { id database { name } fileName timestamp size state }
  pageInfo { hasNextPage endCursor }
} }`;

export function graphql(query: string, variables?: Record<string, string>): Ask {
  return { path: '/graphql', body: JSON.stringify({ query, variables }) };
}

/** In the middle half of the list. @returns cursors, each of the last backup before a day */
async function deepCursors(url: string, { days }: HistorySize): Promise<string[]> {
  const [from, to] = [Math.ceil(days / 4), Math.floor((days * 3) / 4)];
  const cursors: string[] = [];
  for (const at of spread(to - from + 1, DEEP_PAGES)) {
    const day = new Date((lastDay() - days + 1 + from + at) * 86_400_000).toISOString();
    const query = `{ backups(first: 1, filter: { takenBefore: "${day}" }) { pageInfo { endCursor } } }`;
    const headers = { 'Content-Type': 'application/json' };
    const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
    const { data } = (await answer.json()) as { data: { backups: { pageInfo: { endCursor: string } } } };
    cursors.push(data.backups.pageInfo.endCursor);
  }
  return cursors;
}

/** @returns so many numbers from 0 to `count` - 1, or all, far from each other */
function spread(count: number, wanted: number): number[] {
  const taken = Math.min(count, wanted);
  return Array.from({ length: taken }, (_, at) => Math.floor((at * count) / taken));
}
