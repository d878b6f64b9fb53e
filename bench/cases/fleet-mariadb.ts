import type { BenchCase } from '../case.ts';
import { fleetMatch, fleetTitle } from '../history/fleet-match.ts';

/** What an administrator opens in the morning, with the history in MariaDB. */
export default {
  name: 'fleet-mariadb',
  title: scene => fleetTitle(scene, 'MariaDB'),
  prepare: scene => fleetMatch(scene, 'mariadb'),
} satisfies BenchCase;
