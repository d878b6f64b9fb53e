import type { BenchCase } from '../case.ts';
import { historyMatch, historyTitle } from '../history/history-match.ts';

/** What people and programs ask of the service, with its history in MariaDB. */
export default {
  name: 'history-mariadb',
  title: scene => historyTitle(scene, 'MariaDB'),
  prepare: scene => historyMatch(scene, 'mariadb'),
} satisfies BenchCase;
