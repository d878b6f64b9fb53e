import { BackupContestants } from '../backups/backup-contestants.ts';
import { DUMPS_ALONE, FOUR_AT_ONCE, OURS, UNREHEARSED } from '../backups/backup-names.ts';
import { floorOf, memoryTargets } from '../backups/backup-targets.ts';
import type { BenchCase } from '../case.ts';
import { manyDatabases } from '../material.ts';
import { inMib } from '../results/units.ts';

/** Databases so small that what goes on around each of them counts. */
export default {
  name: 'small-databases',
  title: ({ sizes: { small } }) => `back up ${small.count} databases of ${inMib(small.bytes)}`,
  prepare: async scene => {
    const stand = await scene.service({ verifies: true });
    const backups = new BackupContestants(scene, await manyDatabases(scene, 'small', scene.sizes.small), stand);
    return {
      contestants: [
        backups.ours(),
        backups.ours(UNREHEARSED, ['--rehearse', 'off']),
        backups.dumpsAlone(DUMPS_ALONE, { atOnce: 2 }),
        backups.script(FOUR_AT_ONCE, { atOnce: 4 }),
        ...backups.pieces(),
      ],
      floor: floorOf,
      targets: results => [
        {
          what: `${UNREHEARSED} / ${DUMPS_ALONE}`,
          value: results.ratio(UNREHEARSED, DUMPS_ALONE),
          atMost: 1.3,
          unit: 'x',
        },
        { what: `${OURS} / ${DUMPS_ALONE}`, value: results.ratio(OURS, DUMPS_ALONE), unit: 'x' },
        ...memoryTargets(results),
      ],
    };
  },
} satisfies BenchCase;
