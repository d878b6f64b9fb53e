import type { BenchCase } from '../case.ts';
import { fleetMatch, fleetTitle } from '../history/fleet-match.ts';

/** What an administrator opens in the morning, with the history in SQLite. */
export default {
  name: 'fleet-sqlite',
  title: scene => fleetTitle(scene, 'SQLite'),
  prepare: scene => fleetMatch(scene, 'sqlite'),
} satisfies BenchCase;
