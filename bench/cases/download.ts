import { copyFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { UploadReceipt } from '../../protocol/responses.ts';
import { type Part, sha256Of } from '../backups/contents.ts';
import { freshZip } from '../backups/fresh-zip.ts';
import type { BenchCase, Contestant, Match } from '../case.ts';
import { generatedZip } from '../material.ts';
import { ServerMeter } from '../measuring/server-meter.ts';
import { inMib } from '../results/units.ts';
import type { Scene } from '../scene.ts';

const DATABASE = 'upload';
const TIMES = 8;
const OURS = 'the service';
const NGINX = 'nginx';
const OURS_RANGE = 'the service, the middle half (Range)';
const NGINX_RANGE = 'nginx, the middle half (Range)';

/** The way back. */
export default {
  name: 'download',
  title: ({ sizes }) => `download the zip of a dump of ${inMib(sizes.upload)}, ${TIMES} times by one curl`,
  prepare,
} satisfies BenchCase;

async function prepare(scene: Scene): Promise<Match> {
  const zip = await generatedZip(scene, { database: DATABASE, bytes: scene.sizes.upload });
  const stand = await scene.service({ verifies: true });
  const path = await freshZip(zip, { database: DATABASE, folder: await scene.emptyFolder('to-download') });
  const answer = await scene.run(['curl', '-sS', '--fail', '-F', `file=@${path}`, `${stand.service.url}/${DATABASE}`]);
  const { data } = JSON.parse(answer) as UploadReceipt;
  const ours = { url: `${stand.service.url}/${data.id}/download`, meter: stand.meter };
  const nginx = await nginxSource(scene, path);
  const { size } = await stat(path);
  const middle = { start: Math.floor(size / 4), end: Math.floor((size * 3) / 4) };
  const downloads = (name: string, role: Contestant['role'], source: Source, part?: Part) =>
    downloader(scene, { name, role, source, path, ...(part && { part }) });
  return {
    rounds: asked => asked + 2, // they are short
    contestants: [
      await downloads(OURS, 'ours', ours),
      ...(nginx ? [await downloads(NGINX, 'peer', nginx)] : []),
      await downloads(OURS_RANGE, 'ours', ours, middle),
      ...(nginx ? [await downloads(NGINX_RANGE, 'peer', nginx, middle)] : []),
    ],
    isTransfer: true,
    targets: results => [
      { what: 'speed of the service / nginx', value: results.speed(OURS, NGINX), atLeast: 0.8, unit: 'x' },
      { what: 'the same for a Range', value: results.speed(OURS_RANGE, NGINX_RANGE), atLeast: 0.8, unit: 'x' },
    ],
    notes: [
      'curl writes to /dev/null. After each run one more download, not measured, is compared with the file. nginx uses sendfile.',
    ],
  };
}

interface Source {
  readonly url: string;
  readonly meter: ServerMeter;
}

async function nginxSource(scene: Scene, path: string): Promise<Source | undefined> {
  const nginx = await scene.nginx();
  if (!nginx) return undefined;
  await copyFile(path, join(nginx.files, basename(path)));
  return { url: `${nginx.url}/${basename(path)}`, meter: new ServerMeter(nginx.pids, { isOurs: false }) };
}

type Download = { name: string; role: Contestant['role']; source: Source; path: string; part?: Part };

async function downloader(scene: Scene, { name, role, source, path, part }: Download): Promise<Contestant> {
  const curl = ['curl', '-sS', '--fail', ...(part ? ['--range', `${part.start}-${part.end}`] : [])];
  const all = Array.from({ length: TIMES }, () => ['-o', '/dev/null', source.url]).flat();
  const wanted = await sha256Of(path, part);
  const bytes = part ? part.end - part.start + 1 : (await stat(path)).size;
  let sizes = '';
  return {
    name,
    role,
    run: async () => {
      const command = [...curl, '--write-out', '%{size_download} ', ...all];
      const { sample, stdout } = await scene.measure(command, { servers: [source.meter] });
      sizes = stdout;
      return sample;
    },
    check: async () => {
      const got = await scene.run(['sh', '-c', '"$@" | sha256sum', 'sh', ...curl, source.url]);
      if (got.slice(0, 64) !== wanted) throw new Error('a download is not what was stored');
      if (sizes.trim() !== Array(TIMES).fill(bytes).join(' ')) throw new Error(`the downloads had ${sizes} bytes`);
      return bytes * TIMES;
    },
  };
}
