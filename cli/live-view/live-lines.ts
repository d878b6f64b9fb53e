import type { StageName } from '../report/outcome.ts';
import { count, formatBytes, formatSeconds } from '../terminal/format.ts';
import { printableInLine } from '../terminal/printable.ts';
import type { RecentSpeed } from './recent-speed.ts';
import type { OverallProgress } from './run-progress.ts';

/** What is known of one database that is being worked on. */
export interface Line {
  readonly database: string;
  readonly stage: StageName;
  readonly path: string;
  /** Bytes of the stage; of a dump what it may become. */
  readonly total: number | undefined;
  /** Whether an earlier run left it behind. */
  readonly isLeftover: boolean;
  readonly speed: RecentSpeed;
  done: number;
  /** How far the zip is that follows a dump, which alone is shown as long as it grows. */
  followed: number;
}

/** Narrower than that a line has no room for the bytes beside the name. */
const WIDE = 80;

/** @returns such as `dump      27 %   12.3 MiB   8.1 MiB/s  pt_xyz`: the name comes last, since it may be cut or take any width */
export function lineOf({ database, stage, total, speed, done }: Line, columns: number): string {
  const perSecond = speed.at(done);
  const parts = [
    stage.padEnd(6),
    share(stage, done, total).padStart(5),
    ...(columns < WIDE ? [] : [formatBytes(done).padStart(10)]),
    (perSecond === undefined ? '' : `${formatBytes(perSecond)}/s`).padStart(12),
    printableInLine(database),
  ];
  return parts.join('  ');
}

/** The size of a dump is an estimate: one that is larger shows no share, and one that has just that may go on. */
function share(stage: StageName, done: number, total: number | undefined): string {
  if (!total || (stage === 'dump' && done > total)) return '';
  const percent = Math.floor((100 * done) / total);
  return `${Math.min(percent, stage === 'dump' ? 99 : 100)} %`;
}

/** @returns such as `12 of 99 databases done, 1.2 of about 8.4 GiB (14 %), about 12 min 30 s left` */
export function overallLine(overall: OverallProgress, columns: number): string {
  const { done, total, share, doneBytes, totalBytes, secondsLeft } = overall;
  const percent = `${Math.floor(100 * share)} %`;
  const left = secondsLeft === undefined ? '' : `, about ${timeOf(secondsLeft)} left`;
  if (columns < WIDE || doneBytes === undefined || totalBytes === undefined)
    return `${done} of ${count(total, 'database')} done, ${percent}${left}`;
  const bytes = `${formatBytes(doneBytes)} of about ${formatBytes(totalBytes)}`;
  return `${done} of ${count(total, 'database')} done, ${bytes} (${percent})${left}`;
}

function timeOf(seconds: number): string {
  return seconds < 60 ? `${Math.ceil(seconds)} s` : formatSeconds(seconds);
}
