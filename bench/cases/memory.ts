import { join } from 'node:path';
import { memoryTargets } from '../backups/backup-targets.ts';
import type { BenchCase } from '../case.ts';
import { backUp } from '../measuring/run-sade.ts';
import { inMib } from '../results/units.ts';
import { dumpProgram } from '../rows/dump-program.ts';

const DATABASE = 'generated';
const OURS = 'sade backup';

/** A dump of any size is to fit through the same small memory. */
export default {
  name: 'memory',
  title: ({ sizes }) => `back up a dump of ${inMib(sizes.memory)} that a stand-in for mysqldump writes`,
  prepare: async scene => {
    const stand = await scene.service({ verifies: true });
    const database = await scene.database(DATABASE, { bytes: 0, seed: 0 });
    const program = await dumpProgram(join(scene.folder, 'rows'), { bytes: scene.sizes.memory, seed: 3 });
    return {
      rounds: () => 1,
      contestants: [
        {
          name: OURS,
          role: 'ours',
          run: () => backUp(scene, stand, [database], ['--mariadb-dump', program]),
          check: async () => undefined, // sade and the service have both read it, and would not call it complete
        },
      ],
      targets: results => memoryTargets(results, OURS),
      notes: [
        'The database has the tables only: its rows come from a program in place of mysqldump. sade takes their inventory, and the service reads the dump to its end and finds the digest that sade sent.',
      ],
    };
  },
} satisfies BenchCase;
