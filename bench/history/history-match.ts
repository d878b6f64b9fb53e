import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contestant, Match, Target } from '../case.ts';
import { ServerMeter } from '../measuring/server-meter.ts';
import { type Peer, startPeer } from '../peers/start-peer.ts';
import type { Results } from '../results/results.ts';
import type { Scene } from '../scene.ts';
import { filledHistory, type HistoryStand, historyStand, type StoreKind } from './history-stand.ts';
import { loadContestant } from './load-contestant.ts';
import type { Ask } from './load-plan.ts';
import { graphql, type Question, questionsTo, STATISTICS } from './questions.ts';
import { answerTo, expectSameAnswers } from './same-answers.ts';

const CLIENTS = 16;
const FEW_DAYS = 10;

/** @returns what the work is, for the table */
export function historyTitle({ sizes: { history } }: Scene, store: string): string {
  const size = `${count(history.databases)} databases × ${count(history.days)} backups in ${store}`;
  return `answer ${CLIENTS} clients at once from a history of ${size}`;
}

/** The service over many rows, over few, and a bare peer over many: each question in turns. */
export async function historyMatch(scene: Scene, kind: StoreKind): Promise<Match> {
  const { seconds, ...manySize } = scene.sizes.history;
  const fewSize = { ...manySize, days: FEW_DAYS };
  const [many, few] = [await historyStand(scene, kind, manySize), await historyStand(scene, kind, fewSize)];
  const { url, servers } = await filledHistory(scene, kind, manySize);
  const peer = await scene.once(`${kind} bare koa`, () => startPeer('bare-koa.ts', url));
  const firstSeconds = await secondsOf(() => answerTo(many.url, graphql(STATISTICS)));
  const [ofMany, ofFew] = [await questionsTo(many.url, manySize), await questionsTo(few.url, fewSize)];
  await expectSameAnswers(ofMany, many.url, peer.url);
  const contestants = ofMany.flatMap((question, at) => {
    const names = namesOf(question, scene);
    return threeAsked(scene, { names, question, fewAsks: ofFew[at]!.ofService, many, few, peer, servers });
  });
  return {
    contestants: [...contestants, ...(await ceilings(scene, kind, { questions: ofMany, url: many.url, seconds }))],
    rounds: asked => (seconds < 1 ? Math.min(asked, 2) : asked), // there are many contestants, and a minute is enough
    isLoad: true,
    targets: results => [
      ...ofMany.flatMap(question => targetsOf(kind, question, results, namesOf(question, scene))),
      { what: 'the first statistics after a start', value: firstSeconds, unit: 's' },
      { what: 'looking for the files of all backups, after a start', value: many.straySeconds, unit: 's' },
    ],
    notes: NOTES,
  };
}

interface Asking {
  readonly names: Names;
  readonly question: Question;
  readonly fewAsks: readonly Ask[];
  readonly many: HistoryStand;
  readonly few: HistoryStand;
  readonly peer: Peer;
  /** Those that all three lean on. */
  readonly servers: readonly ServerMeter[];
}

function threeAsked(scene: Scene, { names, question, fewAsks, many, few, peer, servers }: Asking): Contestant[] {
  const { list, length, ofService, ofPeer } = question;
  const { seconds } = scene.sizes.history;
  const [ours, fewer, bare] = names;
  const plan = (url: string, asks: readonly Ask[]) => ({ url, asks, list, length, clients: CLIENTS, seconds });
  const peerMeter = new ServerMeter([peer.pid], { isOurs: false });
  return [
    loadContestant(scene, {
      ...{ name: ours, role: 'ours' },
      ...{ plan: plan(many.url, ofService), servers: [many.meter, ...servers] },
    }),
    loadContestant(scene, {
      ...{ name: fewer, role: 'ours', against: ours },
      ...{ plan: plan(few.url, fewAsks), servers: [few.meter, ...servers] },
    }),
    loadContestant(scene, {
      ...{ name: bare, role: 'peer', against: ours },
      ...{ plan: plan(peer.url, ofPeer), servers: [peerMeter, ...servers] },
    }),
  ];
}

const NOTES = [
  'Time is that of one answer: all the time, divided by the number of answers. CPU is that of the servers, with mariadbd.',
  'The peer has a plain query written by hand for each answer, and was seen to answer the same. It writes no log and knows no errors.',
  'The service keeps the sums of each day in memory; the peer adds them up each time.',
  'The rows have no manifests. node:http with the same bytes shows what the clients themselves can do: what comes near to it is not measured, but them.',
];

type Names = readonly [ours: string, few: string, peer: string];

function namesOf({ name }: Question, { sizes: { history } }: Scene): Names {
  const rows = (days: number) => `${count(history.databases * days)} rows`;
  return [
    `${name}: the service, ${rows(history.days)}`,
    `${name}: the service, ${rows(FEW_DAYS)}`,
    `${name}: bare Koa, ${rows(history.days)}`,
  ];
}

/** Of the answers a second of the bare peer. SQLite answers within the service, with no server that both wait for. */
const LEAST = { sqlite: { rest: 0.6, graphql: 0.5 }, mariadb: { rest: 0.5, graphql: 0.333 } };

function targetsOf(
  kind: StoreKind,
  { name, isGraphql, growth }: Question,
  results: Results,
  [ours, few, peer]: Names,
): Target[] {
  const atLeast = LEAST[kind][isGraphql ? 'graphql' : 'rest'];
  return [
    {
      what: `${name}: answers a second, the service / bare Koa`,
      ...{ value: results.speed(ours, peer), atLeast, unit: 'x' },
    },
    {
      what: `${name}: time with many rows / with few`,
      ...{ value: results.ratio(ours, few), atMost: growth, unit: 'x' },
    },
  ];
}

type Asked = { questions: readonly Question[]; url: string; seconds: number };

/** What the clients can do, with the shortest answers and with the longest. */
async function ceilings(scene: Scene, kind: StoreKind, { questions, url, seconds }: Asked): Promise<Contestant[]> {
  const folder = await scene.emptyFolder(`${kind}-answers`);
  const answers: Array<{ question: Question; file: string; bytes: number }> = [];
  for (const [at, question] of questions.entries()) {
    const text = await answerTo(url, question.ofService[0]!);
    await writeFile(join(folder, String(at)), text);
    answers.push({ question, file: String(at), bytes: Buffer.byteLength(text) });
  }
  const server = await scene.once(`${kind} bare http`, () => startPeer('bare-http.ts', folder));
  const servers = [new ServerMeter([server.pid], { isOurs: false })];
  answers.sort((a, b) => a.bytes - b.bytes);
  return [answers[0]!, answers.at(-1)!].map(({ question: { name, list, length }, file }) => {
    const plan = { url: server.url, asks: [{ path: `/${file}` }], list, length, clients: CLIENTS, seconds };
    return loadContestant(scene, { name: `node:http, the bytes of ${name}`, role: 'piece', plan, servers });
  });
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

function count(value: number): string {
  return value.toLocaleString('en');
}
