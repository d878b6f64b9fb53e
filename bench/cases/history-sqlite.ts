import type { BenchCase } from '../case.ts';
import { historyMatch, historyTitle } from '../history/history-match.ts';

/** What people and programs ask of the service, with its history in SQLite. */
export default {
  name: 'history-sqlite',
  title: scene => historyTitle(scene, 'SQLite'),
  prepare: scene => historyMatch(scene, 'sqlite'),
} satisfies BenchCase;
