import { BackupContestants } from '../backups/backup-contestants.ts';
import { FOUR_AT_ONCE, IN_TURN, OURS } from '../backups/backup-names.ts';
import { floorOf, floorTarget, memoryTargets } from '../backups/backup-targets.ts';
import type { BenchCase } from '../case.ts';
import { inMib } from '../results/units.ts';
import type { Scene } from '../scene.ts';

/** A night's work: many small databases. */
export default {
  name: 'databases',
  title: ({ sizes: { many } }) => `back up ${many.count} databases of ${inMib(many.bytes)}`,
  prepare: async scene => {
    const stand = await scene.service({ verifies: true });
    const backups = new BackupContestants(scene, await manyDatabases(scene), stand);
    return {
      contestants: [
        backups.ours(),
        backups.script(FOUR_AT_ONCE, { atOnce: 4 }),
        backups.script(IN_TURN, { atOnce: 1 }),
        ...backups.pieces(),
      ],
      floor: floorOf,
      targets: results => [
        { what: 'script by xargs -P4 / ours', value: results.ratio(FOUR_AT_ONCE, OURS), atLeast: 1.5, unit: 'x' },
        { what: 'script in sequence / ours', value: results.ratio(IN_TURN, OURS), atLeast: 2, unit: 'x' },
        floorTarget(results, 1.15),
        ...memoryTargets(results),
      ],
    };
  },
} satisfies BenchCase;

async function manyDatabases(scene: Scene): Promise<string[]> {
  const { count, bytes } = scene.sizes.many;
  const names: string[] = [];
  for (let i = 1; i <= count; i += 1)
    names.push(await scene.database(`client_${String(i).padStart(2, '0')}`, { bytes, seed: 100 * i }));
  return names;
}
