import type { BackupSummary } from '../../../protocol/responses.ts';
import { ConfigurationError, ExplainedError } from '../../errors.ts';
import { commandLine } from '../../options/command-line.ts';
import type { WantedBackup } from '../../options/wanted-backup.ts';
import { namedHistory } from '../../service/named-history.ts';
import type { Service } from '../../service/service.ts';
import { formatState } from '../../terminal/format.ts';
import { inLocalTime } from '../../terminal/local-time.ts';
import type { BackupToRestore } from './backup-to-restore.ts';
import { type Candidates, findCandidates } from './candidates.ts';
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
 * accepted. Where a newer one has such a loss, a person decides. One that was made before a restore is taken only by its id.
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
  throw new ConfigurationError([`the service has no backup of a database ${label}`], {
    cause: error,
    ...(advice && { advice }),
  });
}

async function pick(candidates: Candidates, choice: StoredChoice): Promise<BackupSummary> {
  const { good, shrunk, passedOver, replaced } = candidates;
  if (good && !shrunk) return good;
  if (good && shrunk) return decided(good, shrunk, choice);
  if (shrunk) throw onlyShrunk(shrunk, choice.label);
  if (replaced[0]) throw onlyReplaced(replaced[0], choice);
  const usable = passedOver.find(({ state }) => state !== 'damaged') ?? passedOver[0];
  if (usable && choice.isForced) return usable;
  throw noneComplete(usable, choice);
}

async function decided(good: BackupSummary, shrunk: BackupSummary, { ask, label }: StoredChoice) {
  const loss = `backup ${shrunk.id} of ${label} (${inLocalTime(shrunk.timestamp)}) has lost something since backup ${good.id} (${inLocalTime(good.timestamp)}), and no one has accepted that (SHRUNK)`;
  if (ask) {
    const choices = [`backup ${good.id}, before the loss`, `backup ${shrunk.id}, without what was lost`];
    return [good, shrunk][await ask(`B${loss.slice(1)}. Which one?`, choices)]!;
  }
  const accept = ` To restore ${label} the same way from now on: ${commandLine('accept', shrunk.id, {})} --reason 'why'`;
  throw new ConfigurationError([loss], {
    advice: `${commandLine('show', shrunk.id, {})} shows what was lost. Then name one: --at ${good.id} (before the loss) or --at ${shrunk.id} (without what was lost).${shrunk.loss === 'unaccepted' ? accept : ''}`,
  });
}

function onlyShrunk({ id, timestamp }: BackupSummary, label: string): ConfigurationError {
  return new ConfigurationError(
    [
      `the only complete backup of ${label} there, ${id} (${inLocalTime(timestamp)}), has lost something, and no one has accepted that (SHRUNK)`,
    ],
    { advice: `${commandLine('show', id, {})} shows what was lost. To restore it: --at ${id}` },
  );
}

function onlyReplaced({ id, timestamp }: BackupSummary, { label, at }: StoredChoice): ConfigurationError {
  const when = at.kind === 'moment' ? ` at or before ${inLocalTime(at.until)}` : '';
  return new ConfigurationError(
    [
      `the only complete backup of ${label}${when}, ${id} (${inLocalTime(timestamp)}), was made before a restore: it holds what was replaced`,
    ],
    { advice: `${commandLine('show', id, {})} shows what is in it. To restore it: --at ${id}` },
  );
}

function noneComplete(usable: BackupSummary | undefined, { label, at }: StoredChoice): ConfigurationError {
  const when = at.kind === 'moment' ? ` at or before ${inLocalTime(at.until)}` : '';
  if (!usable)
    return new ConfigurationError([`the service has no backup of ${label}${when}`], {
      advice: `${commandLine('history', label, {})} shows all of them.`,
    });
  return new ConfigurationError(
    [
      `no backup of ${label}${when} is complete; the newest is ${usable.id} (${inLocalTime(usable.timestamp)}, ${formatState(usable.state)})`,
    ],
    {
      advice: `${commandLine('show', usable.id, {})} shows what is wrong with it. To restore it all the same: --at ${usable.id} --force`,
    },
  );
}

/** A person who wants the latest must hear that there is a later one. */
function notesOn({ good, shrunk, passedOver, replaced }: Candidates, chosen: BackupSummary): string[] {
  const which = ({ id, timestamp }: BackupSummary) => `backup ${id} (${inLocalTime(timestamp)})`;
  const more = ({ length }: readonly BackupSummary[]) => (length > 1 ? ` and ${length - 1} more` : '');
  const newer = passedOver.filter(({ id }) => id !== chosen.id);
  const [first, [before]] = [newer[0], replaced];
  return [
    ...(first
      ? [`newer, but not complete: ${which(first).slice(0, -1)}, ${formatState(first.state)})${more(newer)}`]
      : []),
    ...(shrunk && chosen === good ? [`newer, but SHRUNK: ${which(shrunk)}`] : []),
    ...(before
      ? [
          `newer, but made before a restore, with what was replaced: ${which(before)}${more(replaced)}; --at ${before.id} takes it`,
        ]
      : []),
  ];
}
