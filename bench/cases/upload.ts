import { rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import process from 'node:process';
import { sha256Of } from '../backups/contents.ts';
import { freshZip } from '../backups/fresh-zip.ts';
import type { BenchCase, Contestant, Match, Target } from '../case.ts';
import { generatedZip } from '../material.ts';
import { ServerMeter } from '../measuring/server-meter.ts';
import { curlUpload } from '../measuring/shell.ts';
import { startPeer } from '../peers/start-peer.ts';
import type { Results } from '../results/results.ts';
import { inMib } from '../results/units.ts';
import type { Scene } from '../scene.ts';

const DATABASE = 'upload';
const UPLOAD_ONCE = join(import.meta.dirname, '../contestants/upload-once.ts');
const SADE = "sade's upload to the service";
const CURL = 'curl -F to the service';
const CURL_VERIFIED = 'curl -F to the service, which reads the dump';
const SADE_VERIFIED = "sade's upload to the service, which reads the dump";
const NGINX = 'curl -T to nginx (PUT)';
const NGINX_SYNCED = 'curl -T to nginx, then fsync';
const BUSBOY = 'curl -F to bare busboy';

/** The way of one zip over loopback onto the disk. */
export default {
  name: 'upload',
  title: ({ sizes }) => `upload the zip of a dump of ${inMib(sizes.upload)}`,
  prepare,
} satisfies BenchCase;

interface Goal {
  readonly url: string;
  /** Where what arrived is found. */
  readonly folder: string;
  readonly meter: ServerMeter;
}

async function prepare(scene: Scene): Promise<Match> {
  const zip = await generatedZip(scene, { database: DATABASE, bytes: scene.sizes.upload });
  const [plain, verifying] = [await serviceGoal(scene, false), await serviceGoal(scene, true)];
  const nginx = await nginxGoal(scene);
  const busboy = await busboyGoal(scene);
  const upload = (name: string, role: Contestant['role'], goal: Goal, command: Command, tellsItself = false) =>
    uploader(scene, zip, { name, role, goal, command, tellsItself });
  const sade: Command = ({ path, sha256 }, { url }) => [process.execPath, UPLOAD_ONCE, url, DATABASE, path, sha256];
  const form: Command = ({ path }, { url }) => curlUpload(path, `${url}/${DATABASE}`);
  const put: Command = ({ path }, { url }) => ['curl', '-sS', '--fail', '-T', path, `${url}/${basename(path)}`];
  const putAndSync: Command = (sent, goal) => [
    'sh',
    '-c',
    'file=$1; shift; "$@" && sync "$file"',
    'sh',
    join(goal.folder, basename(sent.path)),
    ...put(sent, goal),
  ];
  return {
    contestants: [
      upload(SADE, 'ours', plain, sade, true),
      upload(CURL, 'ours', plain, form),
      upload(SADE_VERIFIED, 'ours', verifying, sade, true),
      upload(CURL_VERIFIED, 'ours', verifying, form),
      ...(nginx ? [upload(NGINX, 'peer', nginx, put), upload(NGINX_SYNCED, 'peer', nginx, putAndSync)] : []),
      upload(BUSBOY, 'peer', busboy, form),
    ],
    targets,
    isTransfer: true,
    notes: [
      "The service takes a SHA-256, reads the zip's directory and flushes file and folder (fsync) before it answers; nginx and busboy leave the bytes to the kernel, and look at nothing. The second nginx row flushes the file, too.",
      "Of sade's uploads the start of the process is not counted, since a run of sade has it once (see startup).",
    ],
  };
}

interface Sent {
  readonly path: string;
  readonly sha256: string;
}
type Command = (sent: Sent, goal: Goal) => string[];
type Uploader = { name: string; role: Contestant['role']; goal: Goal; command: Command; tellsItself: boolean };

function uploader(scene: Scene, zip: string, { name, role, goal, command, tellsItself }: Uploader): Contestant {
  let sent: Sent;
  return {
    name,
    role,
    prepare: async () => {
      const path = await freshZip(zip, { database: DATABASE, folder: await scene.emptyFolder('to-upload') });
      sent = { path, sha256: await sha256Of(path) };
    },
    run: async () => (await scene.measure(command(sent, goal), { servers: [goal.meter], tellsItself })).sample,
    check: async () => {
      const arrived = join(goal.folder, basename(sent.path));
      if ((await sha256Of(arrived)) !== sent.sha256) throw new Error(`${arrived} is not what was sent`);
      const { size } = await stat(arrived);
      await rm(arrived);
      return size;
    },
  };
}

function targets(results: Results): Target[] {
  const MIB = 1024 ** 2;
  const { serverPeakBytes } = results.of(CURL_VERIFIED)!;
  return [
    { what: "speed of sade's upload / curl -T to nginx", value: results.speed(SADE, NGINX), atLeast: 0.7, unit: 'x' },
    { what: 'speed of curl -F to the service / to nginx', value: results.speed(CURL, NGINX), atLeast: 0.7, unit: 'x' },
    { what: "speed of sade's upload / nginx with fsync", value: results.speed(SADE, NGINX_SYNCED), unit: 'x' },
    { what: 'time of curl -F with the dump read / without', value: results.ratio(CURL_VERIFIED, CURL), unit: 'x' },
    { what: 'peak memory of the service', value: serverPeakBytes && serverPeakBytes / MIB, atMost: 200, unit: 'MiB' },
  ];
}

async function serviceGoal(scene: Scene, verifies: boolean): Promise<Goal> {
  const { service, storage, meter } = await scene.service({ verifies });
  return { url: service.url, folder: join(storage, DATABASE), meter };
}

async function nginxGoal(scene: Scene): Promise<Goal | undefined> {
  const nginx = await scene.nginx();
  return nginx && { url: nginx.url, folder: nginx.files, meter: new ServerMeter(nginx.pids, { isOurs: false }) };
}

async function busboyGoal(scene: Scene): Promise<Goal> {
  const folder = await scene.emptyFolder('busboy');
  const { url, pid } = await scene.once('busboy', () => startPeer('busboy-server.ts', folder));
  return { url, folder, meter: new ServerMeter([pid], { isOurs: false }) };
}
