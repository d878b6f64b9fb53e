import { rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sha256Of } from '../backups/contents.ts';
import { freshZip } from '../backups/fresh-zip.ts';
import type { BenchCase, Contestant } from '../case.ts';
import { generatedZip } from '../material.ts';
import type { Results } from '../results/results.ts';
import { inMib } from '../results/units.ts';
import type { Scene, ServiceStand } from '../scene.ts';

const DATABASE = 'uploads';
const COUNT = 16;
const AT_ONCE = `${COUNT} at once`;
const IN_TURN = 'one after another';

/** Many clients at the same time. */
export default {
  name: 'uploads',
  title: ({ sizes }) =>
    `${COUNT} uploads by curl, each the zip of a dump of ${inMib(sizes.smallUpload)}, which the service reads`,
  prepare: async scene => {
    const zip = await generatedZip(scene, { database: DATABASE, bytes: scene.sizes.smallUpload });
    const stand = await scene.service({ verifies: true });
    return {
      contestants: [
        uploads(scene, stand, { name: AT_ONCE, zip, atOnce: COUNT }),
        uploads(scene, stand, { name: IN_TURN, zip, atOnce: 1 }),
      ],
      isTransfer: true,
      targets: results => [
        {
          what: 'speed of all at once / one after another',
          value: results.speed(AT_ONCE, IN_TURN),
          atLeast: 1,
          unit: 'x',
        },
        { what: 'peak memory of the service', value: peakMib(results), atMost: 200, unit: 'MiB' },
      ],
    };
  },
} satisfies BenchCase;

type Uploads = { name: string; zip: string; atOnce: number };

function uploads(scene: Scene, { service, storage, meter }: ServiceStand, { name, zip, atOnce }: Uploads): Contestant {
  let sent: string[];
  const url = `${service.url}/${DATABASE}`;
  return {
    name,
    role: 'ours',
    prepare: async () => {
      const folder = await scene.emptyFolder('to-upload');
      sent = [];
      for (let i = 0; i < COUNT; i += 1) sent.push(await freshZip(zip, { database: DATABASE, folder }));
    },
    run: async () => {
      const curl = ['curl', '-sS', '--fail', '-o', '/dev/null', '-F', 'file=@{}', url];
      const all = ['sh', '-c', 'printf "%s\\n" $1 | { shift; xargs "$@"; }', 'sh', sent.join(' ')];
      return (await scene.measure([...all, `-P${atOnce}`, '-I{}', ...curl], { servers: [meter] })).sample;
    },
    check: async () => {
      let bytes = 0;
      for (const path of sent) {
        const arrived = join(storage, DATABASE, basename(path));
        if ((await sha256Of(arrived)) !== (await sha256Of(path))) throw new Error(`${arrived} is not what was sent`);
        bytes += (await stat(arrived)).size;
        await rm(arrived);
      }
      return bytes;
    },
  };
}

function peakMib(results: Results): number | undefined {
  const bytes = results.of(AT_ONCE)!.serverPeakBytes;
  return bytes && bytes / 1024 ** 2;
}
