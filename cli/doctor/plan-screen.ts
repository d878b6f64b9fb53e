import { OPTIONS_OF_EVERY_DUMP } from '../dump/dump-arguments.ts';
import { count, formatBytes } from '../terminal/format.ts';
import { printableInLine } from '../terminal/printable.ts';
import { wrap } from '../terminal/wrap.ts';
import type { Check } from './checks/check.ts';
import { FLAVOURS } from './checks/client-check.ts';
import { withReason } from './checks/dump-plan.ts';
import { formatEstimate } from './checks/estimate.ts';
import type { PlannedBackup, RunPlan } from './plan.ts';
import { renderFinding, renderOpen } from './render.ts';

type Paint = (word: string) => string;

/**
 * @param width columns of the terminal; undefined without a terminal: nothing is broken then
 * @returns what a run would do, database by database, then what stands in its way, and the verdict last
 */
export function renderPlan(plan: RunPlan, width: number | undefined, paint: Paint): string {
  const { databases, checks, level } = plan;
  const line = (indent: string, text: string) => wrap(`${indent}${text}`, width, indent === '' ? '  ' : HANGING);
  const places = checks.filter(({ area, mark }) => mark === 'ok' && (area === 'work folder' || area === 'service'));
  const open = renderOpen(checks, paint);
  return [
    line('', 'Dry run: nothing is done. sade backup would do this:'),
    ...databases.flatMap(database => ['', ...describeBackup(database, line, paint)]),
    '',
    line('', `Every dump is made with ${OPTIONS_OF_EVERY_DUMP.join(', ')}.`),
    line('', `Every zip is compressed at level ${level}, of 1 (fastest) to 9 (smallest).`),
    ...(places.length > 0 ? [''] : []),
    ...places.map(check => wrap(renderFinding(check, paint), width, PLACE_INDENT)),
    ...(open ? ['', ...open.split('\n').map(text => wrap(text, width, PLACE_INDENT))] : []),
    '',
    line('', verdictOf(plan)),
  ].join('\n');
}

const PLACE_INDENT = ' '.repeat(10);

/** Behind `  program: `. */
const HANGING = ' '.repeat(11);

type Line = (indent: string, text: string) => string;

function describeBackup({ database, expected, dump }: PlannedBackup, line: Line, paint: Paint): string[] {
  const word = expected === 'complete' ? 'complete' : expected.toUpperCase();
  const head = line('', `${printableInLine(database)}: ${paint(word)}`);
  if (!dump) return [head, line('  ', 'cannot be dumped now: see below')];
  const { program, options, findings, estimatedBytes, estimatedSeconds: seconds, estimateBasis: basis } = dump;
  const size = `about ${formatBytes(estimatedBytes)}, ${formatEstimate({ seconds, basis })} (${basis})`;
  return [
    head,
    line('  ', `program: ${program.path} (${FLAVOURS[program.flavour]} ${program.version})`),
    ...options.map(option => line('  ', `option:  ${printableInLine(withReason(option))}`)),
    line('  ', `size:    ${size}`),
    ...findings.map(({ code, message }) => line('  ', `finding: ${printableInLine(message)} (${code})`)),
  ];
}

function verdictOf({ databases, checks, server }: RunPlan): string {
  const number = (wanted: PlannedBackup['expected']) => databases.filter(({ expected }) => expected === wanted).length;
  const parts = [
    `${number('complete')} of ${count(databases.length, 'database')} would be backed up completely`,
    ...(number('incomplete') > 0 ? [`${number('incomplete')} incompletely`] : []),
    ...(number('failed') > 0 ? [`${number('failed')} would fail`] : []),
  ];
  const isTaken = !checks.some(isFailed('service'));
  const zips = `The service at ${server} would ${isTaken ? '' : 'not '}take the zips`;
  const folder = checks.some(isFailed('work folder')) ? ' The work folder cannot be used as it is.' : '';
  return `Dry run: nothing was done. ${parts.join(', ')}. ${zips}.${folder}`;
}

function isFailed(wanted: Check['area']): (check: Check) => boolean {
  return ({ area, mark }) => area === wanted && mark === 'FAIL';
}
