import type { BenchCase } from '../case.ts';
import { inMib } from '../results/units.ts';
import type { Scene } from '../scene.ts';
import { BackupContestants } from './backup-contestants.ts';
import { IN_TURN, OURS } from './backup-names.ts';
import { floorOf, floorTarget, memoryTargets } from './backup-targets.ts';

interface OneDatabase {
  readonly name: string;
  /** What it holds, for the title. */
  readonly holds: string;
  readonly database: (scene: Scene) => Promise<string>;
  /** How many times as fast as the script ours is to be. */
  readonly scriptTimes: number;
}

/** @returns a case that backs up one large database from mysqldump to the receipt */
export function oneDatabaseCase({ name, holds, database, scriptTimes }: OneDatabase): BenchCase {
  return {
    name,
    title: ({ sizes }) => `back up one database of ${inMib(sizes.database)} of ${holds}, from mysqldump to the receipt`,
    prepare: async scene => {
      const stand = await scene.service({ verifies: true });
      const backups = new BackupContestants(scene, [await database(scene)], stand);
      return {
        contestants: [backups.ours(), backups.script(IN_TURN, { atOnce: 1 }), ...backups.pieces()],
        floor: floorOf,
        targets: results => [
          { what: 'script / ours', value: results.ratio(IN_TURN, OURS), atLeast: scriptTimes, unit: 'x' },
          floorTarget(results, 1.15),
          ...memoryTargets(results),
        ],
        notes: [
          'CPU holds mariadbd and the service. Ours takes the inventory, two digests and a check of the receipt, and flushes the zip; the script does none of that. The service checks and flushes what either sends.',
        ],
      };
    },
  };
}
