import { paint } from '../../terminal/colour.ts';
import { count, formatSeconds } from '../../terminal/format.ts';
import { type NextCommand, nextCommands } from '../../terminal/next-commands.ts';
import { printableBlock, printableInLine } from '../../terminal/printable.ts';
import { screenWidth } from '../../terminal/screen-width.ts';
import { wrap, wrapLines } from '../../terminal/wrap.ts';
import type { RestoreCall } from '../by-hand/restore-call.ts';
import type { EndedRestore } from './ended-restore.ts';

const COLUMN = 12;
const INDENT = ' '.repeat(4);

/** Makes the call of the same command for some of the databases. */
type CallOf = (labels: readonly string[]) => RestoreCall;

const WORDS = {
  agreed: ['ok', 'good'],
  differs: ['DIFFERS', 'bad'],
  failed: ['FAILED', 'bad'],
  refused: ['REFUSED', 'bad'],
  interrupted: ['STOPPED', 'bad'],
  'not begun': ['NOT BEGUN', 'doubtful'],
} as const;

/**
 * @param callOf makes the call of the same command for some of the databases
 * @returns which databases are restored and which are not, why, and what to do: those that need a person come last
 */
export function renderSummary(ended: readonly EndedRestore[], callOf: CallOf, stream: NodeJS.WriteStream): string {
  const [good, others] = [
    ended.filter(({ outcome }) => outcome === 'agreed'),
    ended.filter(({ outcome }) => outcome !== 'agreed'),
  ];
  const verb =
    good.length === 1 ? 'is restored and agrees with its backup' : 'are restored and agree with their backups';
  const lines = [...good, ...others].flatMap(one => linesOf(one, stream));
  const first = wrap(`${good.length} of ${ended.length} databases ${verb}`, screenWidth(stream), '  ');
  return ['', first, ...lines, nextOf(others, callOf, stream)].join('\n');
}

/** @returns what a person can do about the databases that are refused, before anything is begun */
export function renderRefusals(refused: readonly EndedRestore[], stream: NodeJS.WriteStream): string {
  const advised = refused.flatMap(({ database, refusal }) =>
    refusal?.advice ? [said(`what to do for ${printableInLine(database)}: `, refusal.advice, stream)] : [],
  );
  const commands = commandsOf(refused);
  return [...advised, commands.length > 0 ? nextCommands(commands, screenWidth(stream)) : ''].join('\n');
}

function linesOf(
  { database, outcome, plan, result, refusal, left, notes = [] }: EndedRestore,
  stream: NodeJS.WriteStream,
): string[] {
  const [word, worry] = WORDS[outcome];
  const shown = paint(word, worry, stream) + ' '.repeat(Math.max(1, COLUMN - 2 - word.length));
  const from = plan?.backup.id === undefined ? '' : `backup ${plan.backup.id}`;
  const took = result?.rto_seconds ? `, ${formatSeconds(result.rto_seconds)}` : '';
  const more = notes.length > 0 ? `, with ${count(notes.length, 'note')} above` : '';
  const text = { agreed: `${from}${took}${more}`, interrupted: left?.join(' ') ?? '', 'not begun': from };
  const why = outcome in text ? text[outcome as keyof typeof text] : (refusal?.why ?? '');
  const advice = refusal?.advice ? [said(`${INDENT}what to do: `, refusal.advice, stream)] : [];
  const after = outcome === 'failed' ? (left ?? []).map(text => said(INDENT, text, stream)) : [];
  return [said(`  ${shown}${printableInLine(database)}: `, why, stream), ...after, ...advice];
}

function said(start: string, text: string, stream: NodeJS.WriteStream): string {
  return wrapLines(`${start}${printableBlock(text, INDENT)}`, screenWidth(stream), INDENT);
}

function nextOf(others: readonly EndedRestore[], callOf: CallOf, stream: NodeJS.WriteStream): string {
  const notBegun = others.filter(one => isToBegin(one, callOf)).map(({ database }) => database);
  const commands: NextCommand[] = [
    ...commandsOf(others),
    ...(notBegun.length > 0
      ? [[callOf(notBegun).again(), 'those that were not begun, or changed nothing'] as const]
      : []),
  ];
  return commands.length === 0 ? '' : nextCommands(commands, screenWidth(stream));
}

/** What is left of one that was stopped says how to start it again, unless nothing was changed. */
function isToBegin({ outcome, database, left = [] }: EndedRestore, callOf: CallOf): boolean {
  if (outcome === 'interrupted') return !left.join(' ').includes(callOf([database]).again());
  return outcome === 'not begun';
}

function commandsOf(ended: readonly EndedRestore[]): NextCommand[] {
  return ended.flatMap(({ refusal }) => refusal?.commands ?? []);
}
