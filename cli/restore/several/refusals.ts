import { ConfigurationError, ExplainedError, messageOf } from '../../errors.ts';
import { commandLine } from '../../options/command-line.ts';
import type { NextCommand } from '../../terminal/next-commands.ts';
import { DecisionNeeded, NoBackup } from '../choice/decision-needed.ts';
import type { PrepareOptions } from '../plan/prepare.ts';
import type { RestorePlan } from '../plan/restore-plan.ts';
import type { Refusal } from './planned-restore.ts';

type Named = Pick<PrepareOptions, 'label' | 'call'>;

/** @returns why a plan is refused; undefined when it is not */
export function refusalOfPlan({ label, call }: Named, { problems, backup }: RestorePlan): Refusal | undefined {
  if (problems.length === 0) return undefined;
  const at = String(backup.id);
  const isForceable = problems.every(({ isForceable }) => isForceable);
  const isOfBackup = problems.some(({ isOfBackup }) => isOfBackup);
  const show: NextCommand = [commandLine('show', at), `${label}: what is wrong with backup ${at}`];
  const again: NextCommand = [call.again(), `${label}: again, when that is done`];
  const force: NextCommand = [call.again({ at, force: true }), `${label}: restores it anyway`];
  return {
    why: problems.map(({ message }) => message).join('; '),
    advice: isForceable && isOfBackup ? undefined : problems.map(({ advice }) => advice).join(' '),
    commands: [...(isOfBackup ? [show] : []), ...(isForceable ? [force] : [again])],
  };
}

/** @param error without secrets @returns why no plan could be made, or why the restore failed */
export function refusalByError({ label, call }: Named, error: unknown): Refusal {
  const why = messageOf(error);
  if (error instanceof DecisionNeeded) return { why, commands: commandsFor({ label, call }, error), error };
  const isExpected = error instanceof ConfigurationError || error instanceof ExplainedError;
  const advice = isExpected ? error.advice : undefined;
  if (error instanceof NoBackup) return { why, advice, commands: [], error };
  const others: NextCommand = [commandLine('history', label), `${label}: its other backups`];
  return { why, advice, commands: [others, [call.again(), `${label}: again`]], error };
}

function commandsFor({ label, call }: Named, { choices }: DecisionNeeded): NextCommand[] {
  return [
    [commandLine('show', choices.at(-1)!.id), `${label}: what is wrong with backup ${choices.at(-1)!.id}`],
    ...choices.map(({ id, what, isForced }): NextCommand => {
      const changes = { at: String(id), ...(isForced && { force: true as const }) };
      return [call.again(changes), `${label}: backup ${id}, ${what}`];
    }),
  ];
}

/** @returns the refusal of a database that would be loaded into the same one as another of the same command */
export function refusalOfClash({ label, call }: Named, database: string, other: string): Refusal {
  return {
    why: `it would be restored into the database ${database}, as ${other}`,
    advice: 'Restore it by itself, into a database of another name.',
    commands: [[call.again({ into: `${database}_2` }), `${label}: into ${database}_2`]],
  };
}
