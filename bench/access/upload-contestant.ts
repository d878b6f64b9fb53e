import { rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import process from 'node:process';
import { sha256Of } from '../backups/contents.ts';
import { freshZip } from '../backups/fresh-zip.ts';
import type { Contestant } from '../case.ts';
import type { Scene } from '../scene.ts';
import { type TokenStand, UPLOADED } from './token-stand.ts';
import type { UploadPlan } from './upload-clients.ts';

const UPLOAD_CLIENTS = join(import.meta.dirname, 'upload-clients.ts');
const COUNT = 32;

interface Uploader extends Pick<Contestant, 'name' | 'against'> {
  readonly stand: TokenStand;
  /** Path of what is uploaded, each time under a fresh name. */
  readonly zip: string;
}

/** Somebody who uploads small zips one after another. Its time and the CPU of the service are those of one upload. */
export function uploadContestant(scene: Scene, { stand, zip, ...contestant }: Uploader): Contestant {
  let paths: string[] = [];
  return {
    ...contestant,
    role: 'ours',
    prepare: async () => {
      const folder = await scene.emptyFolder('to-upload');
      paths = await Promise.all(Array.from({ length: COUNT }, () => freshZip(zip, { database: UPLOADED, folder })));
    },
    run: async () => {
      const plan: UploadPlan = { url: `${stand.url}/${UPLOADED}`, paths, token: stand.tokens?.upload };
      const command = [process.execPath, UPLOAD_CLIENTS, JSON.stringify(plan)];
      const { sample, stdout } = await scene.measure(command, { servers: [stand.meter], tellsItself: true });
      const { p50, p95 } = JSON.parse(stdout) as { p50: number; p95: number };
      const cpuSeconds = sample.cpuSeconds && sample.cpuSeconds / COUNT;
      return { ...sample, cpuSeconds, peakBytes: undefined, latency: { p50, p95 } };
    },
    check: async () => {
      const { size } = await stat(zip);
      for (const path of paths) {
        const arrived = join(stand.storage, UPLOADED, basename(path));
        if ((await sha256Of(arrived)) !== (await sha256Of(path))) throw new Error(`${arrived} is not what was sent`);
        await rm(arrived);
      }
      return size;
    },
  };
}
