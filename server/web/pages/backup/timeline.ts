import type { OutcomeDetail } from '../../../runs/run-row.ts';
import { removedForInWords } from '../../texts/kept-words.ts';
import type { BackupFacts } from './load-backup.ts';

/** What happened to a backup. */
export type Stage =
  | 'dump'
  | 'zip'
  | 'upload'
  | 'received'
  | 'checked'
  | 'scrubbed'
  | 'drill'
  | 'restore'
  | 'going'
  | 'removed';

/** A step on its way. */
export interface Step {
  readonly stage: Stage;
  /** When it began, or was done; undefined where only its duration is known. */
  readonly at: Date | undefined;
  /** How long it took, in milliseconds, where that is known. */
  readonly ms?: number | undefined;
  /** Of a drill or a restore: how it ended. */
  readonly outcome?: string | undefined;
  /** Of a removal: who does it and why. */
  readonly by?: string | undefined;
  readonly why?: string | undefined;
}

/** @returns the steps of a backup as far as they are known, in the order in which they happened */
export function stepsOf(facts: Omit<BackupFacts, 'findings' | 'loss'>): Step[] {
  const { backup, drills, restores } = facts;
  const { receivedAt, checkedAt, dumpSha256 } = backup;
  const wasRead = Boolean(dumpSha256);
  const isReadAgain = checkedAt && checkedAt.getTime() !== receivedAt.getTime();
  const later: Step[] = [
    ...(isReadAgain ? [{ stage: 'scrubbed' as const, at: checkedAt }] : []),
    ...[...drills, ...restores].map(({ kind, endedAt, rtoSeconds, outcome }) => ({
      ...{ stage: kind, at: endedAt, outcome },
      ms: rtoSeconds == null ? undefined : rtoSeconds * 1000,
    })),
  ];
  return [
    ...madeBy(facts),
    { stage: 'received', at: receivedAt },
    ...(wasRead ? [{ stage: 'checked' as const, at: receivedAt }] : []),
    ...later.sort((a, b) => a.at!.getTime() - b.at!.getTime()),
    ...removalOf(facts),
  ];
}

/** The manifest knows the dump; of the rest only the report of the run. */
function madeBy({ backup, contents, outcome }: Pick<BackupFacts, 'backup' | 'contents' | 'outcome'>): Step[] {
  const known = secondsIn(outcome?.detail);
  const dump = contents
    ? { at: contents.startedAt, ms: contents.endedAt.getTime() - contents.startedAt.getTime() }
    : { at: backup.takenAt, ms: ofSeconds(known?.dump) };
  const [zip, upload] = [ofSeconds(known?.zip), ofSeconds(known?.upload)];
  return [
    { stage: 'dump', ...dump },
    ...(zip === undefined ? [] : [{ stage: 'zip' as const, at: undefined, ms: zip }]),
    ...(upload === undefined ? [] : [{ stage: 'upload' as const, at: undefined, ms: upload }]),
  ];
}

function secondsIn(detail: string | undefined): Partial<OutcomeDetail['stage_seconds']> | null | undefined {
  const parsed: Partial<OutcomeDetail> | null = JSON.parse(detail ?? 'null');
  return parsed?.stage_seconds;
}

function ofSeconds(seconds: unknown): number | undefined {
  return typeof seconds === 'number' ? seconds * 1000 : undefined;
}

function removalOf({ backup }: Pick<BackupFacts, 'backup'>): Step[] {
  const { removalDue, removedAt } = backup;
  const by = { by: backup.removedBy ?? '', why: removedForInWords(backup.removedFor) };
  if (removedAt) return [{ stage: 'removed', at: removedAt, ...by }];
  return removalDue ? [{ stage: 'going', at: removalDue, ...by }] : [];
}
