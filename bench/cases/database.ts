import { BackupContestants } from '../backups/backup-contestants.ts';
import { IN_TURN, OURS } from '../backups/backup-names.ts';
import { floorOf, floorTarget, memoryTargets } from '../backups/backup-targets.ts';
import type { BenchCase } from '../case.ts';
import { largeDatabase } from '../material.ts';
import { inMib } from '../results/units.ts';

/** One large database from mysqldump to the receipt. */
export default {
  name: 'database',
  title: ({ sizes }) => `back up one database of ${inMib(sizes.database)}, from mysqldump to the receipt`,
  prepare: async scene => {
    const stand = await scene.service({ verifies: true });
    const backups = new BackupContestants(scene, [await largeDatabase(scene)], stand);
    return {
      contestants: [backups.ours(), backups.script(IN_TURN, { atOnce: 1 }), ...backups.pieces()],
      floor: floorOf,
      targets: results => [
        { what: 'script / ours', value: results.ratio(IN_TURN, OURS), atLeast: 1.8, unit: 'x' },
        floorTarget(results, 1.2),
        ...memoryTargets(results),
      ],
      notes: [
        'CPU holds mariadbd and the service. Ours takes the inventory, two digests and a check of the receipt, and flushes the zip; the script does none of that. The service checks and flushes what either sends.',
      ],
    };
  },
} satisfies BenchCase;
