import { join } from 'node:path';
import process from 'node:process';
import { DENO_PERMISSIONS } from '../../testing/cli/sade.ts';
import type { BenchCase, Contestant } from '../case.ts';
import { mysqldumpInto } from '../material.ts';
import { backUp } from '../measuring/run-sade.ts';
import type { Results } from '../results/results.ts';
import type { Scene } from '../scene.ts';

const HELP = 'sade --help (Node)';
const HELP_DENO = 'sade --help (Deno)';
const RUN = 'sade backup of an empty database';
const UNREHEARSED = `${RUN}, --rehearse off`;
const DUMP = 'mysqldump of the same';
const CLI = join(import.meta.dirname, '../../cli');

/** What there is to wait for when there is nothing to do. */
export default {
  name: 'startup',
  title: () => 'start, and a run with nothing to back up',
  prepare: async scene => {
    const stand = await scene.service({ verifies: true });
    const empty = await scene.database('empty', { bytes: 0, seed: 0 });
    const dump = await mysqldumpInto(scene, empty, '/dev/null');
    return {
      rounds: asked => 3 * asked,
      contestants: [
        help(scene, HELP, [process.execPath, join(CLI, 'sade.js')]),
        help(scene, HELP_DENO, ['deno', 'run', '--quiet', ...DENO_PERMISSIONS, join(CLI, 'main.ts')]),
        { name: RUN, role: 'ours', run: () => backUp(scene, stand, [empty]), check: async () => undefined },
        {
          name: UNREHEARSED,
          role: 'ours',
          run: () => backUp(scene, stand, [empty], ['--rehearse', 'off']),
          check: async () => undefined,
        },
        {
          name: DUMP,
          role: 'peer',
          run: async () => (await scene.measure(dump, { servers: [await scene.mariadbMeter()] })).sample,
          check: async () => undefined,
        },
      ],
      targets: results => [
        { what: HELP, value: milliseconds(results, HELP), atMost: 150, unit: 'ms' },
        { what: HELP_DENO, value: milliseconds(results, HELP_DENO), atMost: 150, unit: 'ms' },
        { what: `${RUN}, without mysqldump's own time`, value: besideDump(results, RUN), atMost: 1000, unit: 'ms' },
        { what: `${UNREHEARSED}, without mysqldump's own time`, value: besideDump(results, UNREHEARSED), unit: 'ms' },
      ],
      notes: ['The empty database has its tables, but no rows: without tables a backup counts as incomplete.'],
    };
  },
} satisfies BenchCase;

function help(scene: Scene, name: string, command: readonly string[]): Contestant {
  let printed = '';
  return {
    name,
    role: 'ours',
    run: async () => {
      const { sample, stdout } = await scene.measure([...command, '--help']);
      printed = stdout;
      return sample;
    },
    check: async () => {
      if (!printed.includes('Usage')) throw new Error(`it printed no help but ${JSON.stringify(printed)}`);
      return undefined;
    },
  };
}

function milliseconds(results: Results, name: string): number | undefined {
  const seconds = results.of(name)?.wallSeconds.median;
  return seconds && seconds * 1000;
}

function besideDump(results: Results, run: string): number | undefined {
  const [ours, dump] = [milliseconds(results, run), milliseconds(results, DUMP)];
  return ours && dump && ours - dump;
}
