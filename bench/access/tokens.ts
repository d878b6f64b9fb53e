import type { BenchCase, Contestant, Match, Target } from '../case.ts';
import { databaseName } from '../history/history-rows.ts';
import { loadContestant } from '../history/load-contestant.ts';
import { generatedZip } from '../material.ts';
import type { Results } from '../results/results.ts';
import type { Scene } from '../scene.ts';
import { HISTORY, type TokenStand, tokenStand, UPLOADED } from './token-stand.ts';
import { uploadContestant } from './upload-contestant.ts';

const MIB = 1024 ** 2;
const CLIENTS = 16;
const LIMIT = 10;
/** The ratio is near 1: more rounds, and longer ones, tell it from chance. */
const TIMES = 3;

const READ = `GET /{db_name}?limit=${LIMIT}`;
const UPLOAD = 'an upload of a small zip';
const withToken = (what: string) => `${what}: with a token`;
const without = (what: string) => `${what}: without, at an open service`;

/** What it costs that the service asks who it is. */
export default {
  name: 'tokens',
  title: () => `answer ${CLIENTS} clients at once, and take small uploads, with tokens and without`,
  prepare,
} satisfies BenchCase;

async function prepare(scene: Scene): Promise<Match> {
  const closed = await tokenStand(scene, { withTokens: true });
  const open = await tokenStand(scene, { withTokens: false });
  const zip = await generatedZip(scene, { database: UPLOADED, bytes: 4 * MIB });
  return {
    contestants: [
      reader(scene, closed, { name: withToken(READ), against: without(READ) }),
      reader(scene, open, { name: without(READ) }),
      uploadContestant(scene, { name: withToken(UPLOAD), against: without(UPLOAD), stand: closed, zip }),
      uploadContestant(scene, { name: without(UPLOAD), stand: open, zip }),
    ],
    rounds: asked => (scene.sizes.history.seconds < 0.5 ? asked : asked * TIMES),
    isLoad: true,
    targets,
    notes: [
      'Both services have the same history in SQLite (100 databases × 100 backups), each a copy of its own. The token to read has the scope `client_*`, the one to upload `tokens_*`.',
      'The service is restarted before each reading, and answers for a while before the clock runs: two starts of the same service differ by as much as a token costs.',
      'The zips have about 1 MiB, and the service reads the dumps in them. CPU is that of the service alone.',
    ],
  };
}

function reader(scene: Scene, stand: TokenStand, names: Pick<Contestant, 'name' | 'against'>): Contestant {
  const { url, meter, tokens } = stand;
  const seconds = scene.sizes.history.seconds * TIMES;
  const asks = Array.from({ length: HISTORY.databases }, (_, at) => ({
    path: `/${databaseName(at)}?limit=${LIMIT}`,
  }));
  const plan = {
    url,
    asks,
    token: tokens?.read,
    list: ['data', 'histories'],
    length: LIMIT,
    clients: CLIENTS,
    seconds,
  };
  const restart = async () => {
    await stand.restart();
    return { url: stand.url, servers: [stand.meter] };
  };
  return loadContestant(scene, { ...names, role: 'ours', plan, servers: [meter], restart });
}

function targets(results: Results): Target[] {
  return [READ, UPLOAD].flatMap(what => {
    const pair = [withToken(what), without(what)] as const;
    const most = what === READ ? { atMost: 1.1 } : {};
    return [
      { what: `${what}: time with a token / without`, value: results.ratio(...pair), ...most, unit: 'x' },
      { what: `${what}: CPU with a token / without`, value: results.cpuRatio(...pair), ...most, unit: 'x' },
    ];
  });
}
