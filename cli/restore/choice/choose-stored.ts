import type { BackupSummary } from '../../../protocol/responses.ts';
import { ConfigurationError, ExplainedError } from '../../errors.ts';
import { commandLine } from '../../options/command-line.ts';
import type { WantedBackup } from '../../options/wanted-backup.ts';
import { describeFailure, failedDrill } from '../../proof/proof.ts';
import { namedHistory } from '../../service/named-history.ts';
import type { Service } from '../../service/service.ts';
import { formatState } from '../../terminal/format.ts';
import { inLocalTime } from '../../terminal/local-time.ts';
import type { BackupToRestore } from './backup-to-restore.ts';
import { type Candidates, findCandidates } from './candidates.ts';
import { DecisionNeeded, NoBackup } from './decision-needed.ts';
import { describeStored } from './describe-stored.ts';

export interface StoredChoice {
  readonly service: Service;
  /** The label of the database. */
  readonly label: string;
  readonly at: WantedBackup;
  /** A backup that is not complete will do, where there is no other. */
  readonly isForced: boolean;
  /** Asks a person which one; undefined where no one can be asked. */
  readonly ask: ((question: string, choices: readonly string[]) => Promise<number>) | undefined;
}

/**
 * Chooses a backup that the service keeps: the one that is named, else the newest complete one without a loss that no one has
 * accepted, and that no drill found not restorable. Where a newer one is so, a person decides. One that was made before a restore is
 * taken only by its id.
 * @throws {ConfigurationError} when none will do, or a person must decide and can't be asked; {ExplainedError} of the service
 */
export async function chooseStored(choice: StoredChoice): Promise<BackupToRestore> {
  const { service, label, at } = choice;
  if (at.kind === 'id')
    return describeStored(service, { id: at.id, label, isNamed: true }).catch(error => unknownId(error, at.id, label));
  const candidates = await findCandidates(
    page => namedHistory(service, label, page, 'restore').catch(error => unknownName(error, label)),
    at.kind === 'moment' ? at.until : undefined,
  );
  const chosen = await pick(candidates, choice);
  const found = await describeStored(service, { id: chosen.id, label, isNamed: false });
  return { ...found, notes: [...notesOn(candidates, chosen), ...found.notes] };
}

/** A wrong id is a mistake in the options, not a failure of the service. */
function unknownId(error: unknown, id: number, label: string): never {
  const isUnknown = error instanceof ExplainedError && /\bBACKUP_NOT_FOUND\b/.test(error.message);
  if (!isUnknown) throw error;
  throw new ConfigurationError([`the service has no backup ${id}`], {
    cause: error,
    advice: `${commandLine('history', label, {})} shows those of ${label}.`,
  });
}

/** A person may have typed the id of a backup, as other commands take it. */
function unknownName(error: unknown, label: string): never {
  const isUnknown = error instanceof ExplainedError && /\bDATABASE_NOT_FOUND\b/.test(error.message);
  if (!isUnknown) throw error;
  const isId = /^[1-9]\d*$/.test(label);
  const advice = isId ? `To restore the backup with that id: sade restore DATABASE --at ${label}` : error.advice;
  throw new NoBackup([`the service has no backup of a database ${label}`], {
    cause: error,
    ...(advice && { advice }),
  });
}

async function pick(candidates: Candidates, choice: StoredChoice): Promise<BackupSummary> {
  const { good, passedOver, replaced, removed } = candidates;
  const doubtful = doubtfulOf(candidates);
  if (good && doubtful.length === 0) return good;
  if (good || doubtful.length > 1) return decided(good, doubtful, choice);
  if (doubtful[0]) throw onlyDoubtful(doubtful[0], choice.label);
  if (replaced[0]) throw onlyReplaced(replaced[0], choice);
  const usable = passedOver.find(({ state }) => state !== 'damaged') ?? passedOver[0];
  if (usable && choice.isForced) return usable;
  throw noneComplete(usable, choice, removed.length);
}

/** A complete backup that is not taken without a person's word. */
interface Doubtful {
  readonly backup: BackupSummary;
  /** What follows its name in a sentence. */
  readonly trouble: string;
  /** What it is called among the choices. */
  readonly choice: string;
}

/** @returns the newest first */
function doubtfulOf({ good, shrunk, failed }: Pick<Candidates, 'good' | 'shrunk' | 'failed'>): Doubtful[] {
  const since = good ? ` since backup ${good.id} (${inLocalTime(good.timestamp)})` : '';
  const lost = `has lost something${since}, and no one has accepted that (SHRUNK)`;
  const drill = failed && failedDrill(failed);
  const alsoLost = failed?.loss && failed.loss !== 'accepted' ? `; it ${lost}` : '';
  const found: Doubtful[] = [
    ...(shrunk ? [{ backup: shrunk, trouble: lost, choice: 'without what was lost' }] : []),
    ...(failed && drill
      ? [{ backup: failed, trouble: describeFailure(drill) + alsoLost, choice: 'which its drill could not restore' }]
      : []),
  ];
  return found.sort((a, b) => b.backup.timestamp.localeCompare(a.backup.timestamp) || b.backup.id - a.backup.id);
}

async function decided(good: BackupSummary | undefined, doubtful: readonly Doubtful[], { ask, label }: StoredChoice) {
  const told = doubtful.map(
    ({ backup: { id, timestamp }, trouble }) => `backup ${id} of ${label} (${inLocalTime(timestamp)}) ${trouble}`,
  );
  const hasLoss = doubtful.some(({ backup }) => backup.loss);
  const offered: (readonly [BackupSummary, string])[] = [
    ...(good ? [[good, hasLoss ? 'before the loss' : 'the newest that no drill found not restorable'] as const] : []),
    ...doubtful.map(({ backup, choice }) => [backup, choice] as const),
  ];
  if (ask) {
    const choices = offered.map(([{ id }, what]) => `backup ${id}, ${what}`);
    return offered[await ask(`B${told.join('; ').slice(1)}. Which one?`, choices)]![0];
  }
  const show = doubtful.map(({ backup }) => commandLine('show', backup.id, {})).join(', ');
  const names = offered.map(([{ id }, what]) => `--at ${id} (${what})`).join(' or ');
  const choices = offered.map(([{ id }, what]) => ({ id, what }));
  throw new DecisionNeeded(told, choices, {
    advice: `${show} shows ${hasLoss ? 'what was lost' : 'what differs'}. Then name one: ${names}.${acceptAdvice(doubtful, label)}`,
  });
}

function acceptAdvice(doubtful: readonly Doubtful[], label: string): string {
  const [only] = doubtful;
  if (doubtful.length !== 1 || only?.backup.loss !== 'unaccepted' || failedDrill(only.backup)) return '';
  return ` To restore ${label} the same way from now on: ${commandLine('accept', only.backup.id, {})} --reason 'why'`;
}

function onlyDoubtful({ backup, trouble, choice }: Doubtful, label: string): ConfigurationError {
  const { id, timestamp } = backup;
  return new DecisionNeeded(
    `the only complete backup of ${label} there, ${id} (${inLocalTime(timestamp)}), ${trouble}`,
    [{ id, what: choice }],
    {
      advice: `${commandLine('show', id, {})} shows ${backup.loss ? 'what was lost' : 'what differs'}. To restore it: --at ${id}`,
    },
  );
}

function onlyReplaced({ id, timestamp }: BackupSummary, { label, at }: StoredChoice): ConfigurationError {
  const when = at.kind === 'moment' ? ` at or before ${inLocalTime(at.until)}` : '';
  return new DecisionNeeded(
    `the only complete backup of ${label}${when}, ${id} (${inLocalTime(timestamp)}), was made before a restore: it holds what was replaced`,
    [{ id, what: 'with what was replaced by a restore' }],
    { advice: `${commandLine('show', id, {})} shows what is in it. To restore it: --at ${id}` },
  );
}

function noneComplete(
  usable: BackupSummary | undefined,
  { label, at }: StoredChoice,
  removed: number,
): ConfigurationError {
  const when = at.kind === 'moment' ? ` at or before ${inLocalTime(at.until)}` : '';
  if (!usable)
    return new ConfigurationError([`the service has no backup of ${label}${when}${removed > 0 ? ' any more' : ''}`], {
      advice: `${commandLine('history', label, {})} shows all of them${removed > 0 ? ', also those that were removed' : ''}.`,
    });
  return new DecisionNeeded(
    `no backup of ${label}${when} is complete; the newest is ${usable.id} (${inLocalTime(usable.timestamp)}, ${formatState(usable.state)})`,
    [{ id: usable.id, what: `although it is ${formatState(usable.state)}`, isForced: true }],
    {
      advice: `${commandLine('show', usable.id, {})} shows what is wrong with it. To restore it anyway: --at ${usable.id} --force`,
    },
  );
}

/** A person who wants the latest must hear that there is a later one. */
function notesOn({ good, shrunk, failed, passedOver, replaced, removed }: Candidates, chosen: BackupSummary): string[] {
  const which = ({ id, timestamp }: BackupSummary) => `backup ${id} (${inLocalTime(timestamp)})`;
  const more = ({ length }: readonly BackupSummary[]) => (length > 1 ? ` and ${length - 1} more` : '');
  const newer = passedOver.filter(({ id }) => id !== chosen.id);
  const [first, [before]] = [newer[0], replaced];
  return [
    ...(first
      ? [`newer, but not complete: ${which(first).slice(0, -1)}, ${formatState(first.state)})${more(newer)}`]
      : []),
    ...(removed[0] ? [`newer, but removed: ${which(removed[0])}${more(removed)}`] : []),
    ...(shrunk && chosen === good ? [`newer, but SHRUNK: ${which(shrunk)}`] : []),
    ...(failed && chosen === good ? [`newer, but its drill could not restore it: ${which(failed)}`] : []),
    ...(before
      ? [
          `newer, but made before a restore, with what was replaced: ${which(before)}${more(replaced)}; --at ${before.id} takes it`,
        ]
      : []),
  ];
}
