import { BackupContestants } from '../backups/backup-contestants.ts';
import { FOUR_AT_ONCE, IN_TURN, OURS } from '../backups/backup-names.ts';
import { floorOf, floorTarget, memoryTargets } from '../backups/backup-targets.ts';
import type { BenchCase } from '../case.ts';
import { manyDatabases } from '../material.ts';
import { inMib } from '../results/units.ts';

/** A night's work: many small databases. */
export default {
  name: 'databases',
  title: ({ sizes: { many } }) => `back up ${many.count} databases of ${inMib(many.bytes)}`,
  prepare: async scene => {
    const stand = await scene.service({ verifies: true });
    const backups = new BackupContestants(scene, await manyDatabases(scene, 'client', scene.sizes.many), stand);
    return {
      contestants: [
        backups.ours(),
        backups.script(FOUR_AT_ONCE, { atOnce: 4 }),
        backups.script(IN_TURN, { atOnce: 1 }),
        ...backups.pieces(),
      ],
      floor: floorOf,
      targets: results => [
        { what: 'script by xargs -P4 / ours', value: results.ratio(FOUR_AT_ONCE, OURS), atLeast: 1.4, unit: 'x' },
        { what: 'script in sequence / ours', value: results.ratio(IN_TURN, OURS), atLeast: 2.2, unit: 'x' },
        floorTarget(results, 1.15),
        ...memoryTargets(results),
      ],
    };
  },
} satisfies BenchCase;
